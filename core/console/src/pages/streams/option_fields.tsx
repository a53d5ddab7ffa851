// SPDX-License-Identifier: Apache-2.0
// The fields of a plugin's options, drawn from its option table.
import type { Option, OptionValue } from "../../api/types";
import { CheckField, SelectField, TextArea, TextField } from "../../parts/form";
import { choicesOf, fieldOf, kindOf, labelOf, rangeOf, type Texts } from "./option_values";

interface Props {
  table: Option[];
  texts: Texts;
  onChange: (name: string, text: string) => void;
  known?: Record<string, OptionValue>; // of a stream that is there: secrets that are left empty stay as they are
  at?: string; // where the broker's complaints about them point
  isDocument?: boolean; // texts are whole documents or programs
}

export function OptionFields({ table, texts, onChange, known, at = "/options", isDocument }: Props) {
  return (
    <>
      {table.map((option) => (
        <OptionField key={option.name} {...{ option, at, isDocument }} isKnown={known !== undefined} value={fieldOf(option, texts, known ?? {})}
          onChange={(text) => onChange(option.name, text)} />
      ))}
    </>
  );
}

/** As many as the text has, within bounds. */
function rowsFor(text: string, least: number): number {
  return Math.min(24, Math.max(least, text.split("\n").length));
}

interface FieldProps {
  option: Option;
  value: string;
  onChange: (text: string) => void;
  isKnown: boolean;
  at: string;
  isDocument?: boolean;
}

function OptionField({ option, value, onChange, isKnown, at, isDocument }: FieldProps) {
  const range = rangeOf(option);
  const kind = kindOf(option);
  const help = [
    option.help,
    range && `A number, ${range}.`,
    kind === "list" && "One per line.",
    kind === "map" && "One per line, as name: value.",
    kind === "tree" && "As JSON.",
    option.secret && isKnown && "Left empty it stays as it is.",
  ].filter(Boolean).join(" ");
  const field = { label: labelOf(option), pointer: `${at}/${option.name}`, value, onChange, help, required: option.required };
  if (kind === "boolean") {
    return <CheckField label={field.label} value={value === "true"} onChange={(isOn) => onChange(String(isOn))} help={help} />;
  }
  if (kind === "choice") {
    const choices = choicesOf(option).map((each) => ({ value: each, text: each }));
    return <SelectField {...field} choices={option.default ? choices : [{ value: "", text: "–" }, ...choices]} />;
  }
  if (["list", "map", "tree"].includes(kind)) return <TextArea {...field} pointer={`${field.pointer}/`} rows={rowsFor(value, 3)} isCode />;
  if (isDocument && kind === "text" && !option.secret) return <TextArea {...field} rows={rowsFor(value, option.required ? 6 : 1)} isCode />;
  if (range) return <TextField {...field} type="number" />;
  return <TextField {...field} type={option.secret ? "password" : "text"} autocomplete={option.secret ? "new-password" : "off"} />;
}
