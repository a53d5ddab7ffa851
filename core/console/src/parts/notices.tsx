// SPDX-License-Identifier: Apache-2.0
// What an action did, said once, at the bottom of the page, and read out by screen readers.
import { useEffect, useState } from "preact/hooks";

interface Notice {
  id: number;
  text: string;
  isError: boolean;
}

const kShown = 8_000; // milliseconds; errors stay until they are closed

let last = 0;
let add: (notice: Notice) => void = () => undefined;

export function notify(text: string): void {
  add({ id: ++last, text, isError: false });
}

export function notifyError(text: string): void {
  add({ id: ++last, text, isError: true });
}

export function Notices() {
  const [notices, setNotices] = useState<Notice[]>([]);
  const close = (id: number) => setNotices((all) => all.filter((each) => each.id !== id));
  useEffect(() => {
    add = (notice) => {
      setNotices((all) => [...all, notice].slice(-5));
      if (!notice.isError) setTimeout(() => close(notice.id), kShown);
    };
  }, []);
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.map(({ id, text, isError }) => (
        <div key={id} class={isError ? "notice bad" : "notice"}>
          <span>{text}</span>
          <button class="plain" aria-label="Close this notice" onClick={() => close(id)}>×</button>
        </div>
      ))}
    </div>
  );
}
