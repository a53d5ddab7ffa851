// SPDX-License-Identifier: Apache-2.0
import { useId } from "preact/hooks";

interface Props<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  choices: { value: T; text: string }[];
}

/** One of a few, all of them in sight. */
export function Radios<T extends string>({ label, value, onChange, choices }: Props<T>) {
  const id = useId();
  return (
    <div class="field" role="radiogroup" aria-labelledby={id}>
      <span id={id} class="label">{label}</span>
      <div class="radios">
        {choices.map((choice) => (
          <label key={choice.value}>
            <input type="radio" name={id} checked={choice.value === value} onChange={() => onChange(choice.value)} />
            {choice.text}
          </label>
        ))}
      </div>
    </div>
  );
}
