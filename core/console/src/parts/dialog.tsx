// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiProblem } from "../api/client";
import { Problem } from "./problem";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** Above the page, until it is closed (also by Escape); the focus goes back where it came from. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={onClose}>×</button>
      </div>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  button: string; // what the page shows: "Remove"
  label?: string; // for screen readers, where several buttons look alike: "Remove anna"
  title: string; // "Remove stream cloud?"
  children: ComponentChildren; // what will happen
  act: () => Promise<void>;
  isDanger?: boolean;
}

/** A button that asks before it acts. What does not work is said in the dialog. */
export function ConfirmButton({ button, label, title, children, act, isDanger = true }: ConfirmProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const [isBusy, setIsBusy] = useState(false);
  const open = () => {
    setProblem(undefined);
    setIsOpen(true);
  };
  const confirm = async () => {
    setIsBusy(true);
    try {
      await act();
      setIsOpen(false);
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, "Error", String(error)));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <button type="button" class={isDanger ? "danger" : undefined} aria-label={label} onClick={open}>{button}</button>
      {isOpen && (
        <Dialog title={title} onClose={() => setIsOpen(false)}>
          {children}
          <Problem problem={problem} />
          <div class="actions">
            <button type="button" class={isDanger ? "danger" : "primary"} disabled={isBusy} onClick={confirm}>{button}</button>
            <button type="button" onClick={() => setIsOpen(false)}>Cancel</button>
          </div>
        </Dialog>
      )}
    </>
  );
}
