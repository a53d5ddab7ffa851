// SPDX-License-Identifier: Apache-2.0
import { notify, notifyError } from "./notices";

/** Bytes as hexadecimal digits, with a small button that copies them. */
export function Payload({ hex }: { hex: string | undefined }) {
  if (hex === undefined) return <>–</>;
  if (hex === "") return <span class="quiet">empty</span>;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(hex);
      notify("Data copied");
    } catch {
      notifyError("The browser does not let this page copy. Please select the data and copy it.");
    }
  };
  return (
    <span class="payload">
      <code>{hex}</code>
      <button type="button" class="plain" aria-label={`Copy data ${hex.slice(0, 16)}`} onClick={copy}>Copy</button>
    </span>
  );
}
