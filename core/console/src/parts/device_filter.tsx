// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import type { Eui } from "../api/types";
import { TextField } from "./form";
import { euiOf } from "./text";

const kDigits = 16;

/** What is typed so far can never become an EUI. */
function isHopeless(text: string): boolean {
  const digits = text.trim().replace(/[-:]/g, "");
  return !/^[0-9a-fA-F]*$/.test(digits) || digits.length > kDigits;
}

interface Props {
  value: Eui | "";
  onChange: (value: Eui | "") => void;
}

/** Only of one device; empty: of all. */
export function DeviceFilter({ value, onChange }: Props) {
  const [text, setText] = useState<string>(value);
  // A link or another tab of the page may have changed it.
  useEffect(() => {
    if (value !== (euiOf(text) ?? "")) setText(value);
  }, [value]);
  const change = (typed: string) => {
    setText(typed);
    const eui = typed.trim() === "" ? "" : euiOf(typed);
    if (eui !== undefined && eui !== value) onChange(eui);
  };
  return (
    <TextField label="Device EUI" value={text} onChange={change} isCode placeholder="All devices"
      complaint={isHopeless(text) ? "An EUI has 16 hexadecimal digits." : ""} />
  );
}
