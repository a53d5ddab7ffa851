// SPDX-License-Identifier: Apache-2.0
import { useEffect, useId, useRef, useState } from "preact/hooks";

const kPause = 250; // milliseconds without a key before the search begins

interface Props {
  label: string; // "Search devices by name or EUI"
  value: string;
  onChange: (value: string) => void;
}

/** A search field that waits until one has stopped typing. */
export function Search({ label, value, onChange }: Props) {
  const id = useId();
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value; // changed by a link, not here
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, kPause);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="search">
      <label class="unseen" for={id}>{label}</label>
      <input id={id} type="search" placeholder={label} value={text} spellcheck={false} onInput={(event) => setText(event.currentTarget.value)} />
    </div>
  );
}
