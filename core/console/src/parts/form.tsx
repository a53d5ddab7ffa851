// SPDX-License-Identifier: Apache-2.0
// Forms: each complaint of the broker lands at the field that it is about.
import { createContext, type ComponentChildren } from "preact";
import { useContext, useId, useRef, useState } from "preact/hooks";
import { ApiProblem } from "../api/client";
import { isAt, Problem } from "./problem";

interface FormState {
  problem?: ApiProblem;
  /** A field says that it shows complaints about this pointer. */
  claim: (pointer: string) => void;
}

const FormContext = createContext<FormState>({ claim: () => undefined });

/** Complaints about exactly this pointer: "/options/url"; of one that ends with "/" those about what is below it, too. */
function complaintsAt(problem: ApiProblem | undefined, pointer: string | undefined): string {
  if (!problem || !pointer) return "";
  return problem.errors.filter((each) => isAt(pointer, each.pointer)).map((each) => {
    const rest = each.pointer?.slice(pointer.length) ?? "";
    return rest ? `${rest}: ${each.detail}` : each.detail;
  }).join("; ");
}

interface FormProps {
  /** Throws an ApiProblem to stay open with complaints. */
  onSubmit: () => Promise<void>;
  submit: string; // the button's text
  cancel?: () => void;
  label?: string; // for screen readers
  isLoading?: boolean; // nothing can be sent yet
  isWide?: boolean; // it has programs and documents
  /** A second button, whose complaints land at the fields, too. */
  also?: { text: string; act: () => Promise<void> };
  children: ComponentChildren;
}

export function Form({ onSubmit, submit, cancel, label, isLoading, isWide, also, children }: FormProps) {
  const [problem, setProblem] = useState<ApiProblem>();
  const [isBusy, setIsBusy] = useState(false);
  const claimed = useRef(new Set<string>());
  const form = useRef<HTMLFormElement>(null);
  const run = async (act: () => Promise<void>) => {
    if (isBusy) return;
    setIsBusy(true);
    setProblem(undefined);
    try {
      await act();
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, "Error", String(error)));
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
    } finally {
      setIsBusy(false);
    }
  };
  const send = (event: Event) => {
    event.preventDefault();
    void run(onSubmit);
  };
  return (
    <FormContext.Provider value={{ problem, claim: (pointer) => claimed.current.add(pointer) }}>
      <form ref={form} class={isWide ? "form wide" : "form"} aria-label={label} onSubmit={send} noValidate>
        {children}
        <Problem problem={problem} shown={[...claimed.current]} />
        <div class="actions">
          <button type="submit" class="primary" disabled={isBusy || isLoading}>{submit}</button>
          {also && <button type="button" disabled={isBusy || isLoading} onClick={() => void run(also.act)}>{also.text}</button>}
          {cancel && <button type="button" onClick={cancel}>Cancel</button>}
        </div>
      </form>
    </FormContext.Provider>
  );
}

interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
}

interface FieldProps {
  label: string;
  pointer?: string; // where the broker's complaints about it point
  help?: ComponentChildren;
  complaint?: string; // found here, before anything is sent
  required?: boolean;
  children: (control: ControlProps) => ComponentChildren;
}

/** A labelled control with its help and its complaints. */
export function Field({ label, pointer, help, complaint, required, children }: FieldProps) {
  const id = useId();
  const { problem, claim } = useContext(FormContext);
  if (pointer) claim(pointer);
  const wrong = complaint || complaintsAt(problem, pointer);
  const described = [help ? `${id}-help` : "", wrong ? `${id}-wrong` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <div class="label">
        <label for={id}>{label}</label>
        {required && <span class="required" aria-hidden="true">required</span>}
      </div>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": wrong !== "" })}
      {help && <p id={`${id}-help`} class="help">{help}</p>}
      {wrong && <p id={`${id}-wrong`} class="wrong">{wrong}</p>}
    </div>
  );
}

interface InputProps extends Omit<FieldProps, "children"> {
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "password" | "number" | "datetime-local";
  placeholder?: string;
  autocomplete?: string;
  disabled?: boolean;
  isCode?: boolean; // in the font of EUIs and payloads
  suggestions?: string[];
}

export function TextField({ value, onChange, type = "text", placeholder, autocomplete = "off", disabled, isCode, suggestions, ...field }: InputProps) {
  return (
    <Field {...field}>
      {(control) => (
        <>
          {suggestions && <datalist id={`${control.id}-list`}>{suggestions.map((each) => <option key={each} value={each} />)}</datalist>}
          <input {...control} list={suggestions && `${control.id}-list`} class={isCode ? "code" : undefined} type={type as "text"} value={value} placeholder={placeholder}
            autocomplete={autocomplete} disabled={disabled} required={field.required} spellcheck={false}
            onInput={(event) => onChange(event.currentTarget.value)} />
        </>
      )}
    </Field>
  );
}

export function TextArea({ value, onChange, rows = 3, isCode, ...field }: InputProps & { rows?: number }) {
  return (
    <Field {...field}>
      {(control) => (
        <textarea {...control} class={isCode ? "code" : undefined} rows={rows} value={value} spellcheck={false}
          onInput={(event) => onChange(event.currentTarget.value)} />
      )}
    </Field>
  );
}

interface SelectProps extends Omit<FieldProps, "children"> {
  value: string;
  onChange: (value: string) => void;
  choices: { value: string; text: string }[];
}

export function SelectField({ value, onChange, choices, ...field }: SelectProps) {
  return (
    <Field {...field}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.text}</option>)}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
  help?: ComponentChildren;
  disabled?: boolean;
}

export function CheckField({ label, value, onChange, help, disabled }: CheckProps) {
  const id = useId();
  return (
    <div class="field check">
      <input id={id} type="checkbox" checked={value} disabled={disabled} aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
      {help && <p id={`${id}-help`} class="help">{help}</p>}
    </div>
  );
}
