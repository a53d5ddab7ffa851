// SPDX-License-Identifier: Apache-2.0
// One or several of a few things, all of them to be seen at once.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Choice<T> {
  value: T;
  text: string;
  help?: string;
}

interface RadioProps<T> {
  legend: string;
  choices: Choice<T>[];
  value: T;
  onChange: (value: T) => void;
  children?: ComponentChildren; // what belongs to the choice that is made
}

/** One of them. */
export function RadioField<T extends string>({ legend, choices, value, onChange, children }: RadioProps<T>) {
  const id = useId();
  return (
    <fieldset>
      <legend>{legend}</legend>
      {choices.map((choice) => (
        <div key={choice.value} class="field check">
          <input id={`${id}-${choice.value}`} type="radio" name={id} checked={choice.value === value}
            aria-describedby={choice.help ? `${id}-${choice.value}-help` : undefined} onChange={() => onChange(choice.value)} />
          <label for={`${id}-${choice.value}`}>{choice.text}</label>
          {choice.help && <p id={`${id}-${choice.value}-help`} class="help">{choice.help}</p>}
        </div>
      ))}
      {children}
    </fieldset>
  );
}

interface CheckListProps<T> {
  legend: string;
  choices: Choice<T>[];
  values: T[];
  onChange: (values: T[]) => void;
}

/** Any of them, in the order of the choices. */
export function CheckList<T extends string>({ legend, choices, values, onChange }: CheckListProps<T>) {
  const id = useId();
  const change = (value: T, isOn: boolean) =>
    onChange(choices.map((choice) => choice.value).filter((each) => (each === value ? isOn : values.includes(each))));
  return (
    <fieldset class="check-list">
      <legend>{legend}</legend>
      {choices.map(({ value, text }) => (
        <div key={value} class="field check">
          <input id={`${id}-${value}`} type="checkbox" checked={values.includes(value)}
            onChange={(event) => change(value, event.currentTarget.checked)} />
          <label for={`${id}-${value}`}>{text}</label>
        </div>
      ))}
    </fieldset>
  );
}
