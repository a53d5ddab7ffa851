// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { notifyError } from "./notices";

interface Props {
  text: string;
  label?: string; // for screen readers, if the text alone does not say it
  act: () => Promise<void>;
}

/** A button that acts at once; what does not work is said in a notice. */
export function ActButton({ text, label, act }: Props) {
  const [isBusy, setIsBusy] = useState(false);
  const run = async () => {
    setIsBusy(true);
    try {
      await act();
    } catch (error) {
      notifyError(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  };
  return <button type="button" aria-label={label} disabled={isBusy} onClick={run}>{text}</button>;
}
