// SPDX-License-Identifier: Apache-2.0
import type { Tags } from "../../api/types";
import { TextField } from "../../parts/form";

export interface TagRow {
  id: number; // of the row, as long as the form is open
  key: string;
  text: string;
}

let last = 0;

/** A value as it was written: numbers, true and false are what they look like, the rest is text. */
export function tagValue(text: string): Tags[string] {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

export function rowsOf(tags: Tags): TagRow[] {
  return Object.entries(tags).map(([key, value]) => ({ id: ++last, key, text: String(value) }));
}

/** What was there already keeps its type; rows without a key do not count. */
export function tagsOf(rows: TagRow[], before: Tags = {}): Tags {
  const entries = rows.filter(({ key }) => key.trim() !== "").map(({ key, text }) => {
    const old = before[key.trim()];
    return [key.trim(), old !== undefined && String(old) === text ? old : tagValue(text)] as const;
  });
  return Object.fromEntries(entries);
}

/** Two rows with one key: only one of them could be kept. */
export function isTwice(rows: TagRow[], row: TagRow): boolean {
  return row.key.trim() !== "" && rows.some((each) => each !== row && each.key.trim() === row.key.trim());
}

interface Props {
  rows: TagRow[];
  onChange: (rows: TagRow[]) => void;
}

/** Tags as pairs of fields. */
export function TagRows({ rows, onChange }: Props) {
  const change = (id: number, changed: Partial<TagRow>) => onChange(rows.map((row) => (row.id === id ? { ...row, ...changed } : row)));
  return (
    <fieldset>
      <legend>Tags</legend>
      {rows.map((row, index) => (
        <div key={row.id} class="tag-row">
          <TextField label={`Key ${index + 1}`} value={row.key} onChange={(key) => change(row.id, { key })} placeholder="floor"
            complaint={isTwice(rows, row) ? "There is a tag of this key already." : ""} />
          <TextField label={`Value ${index + 1}`} pointer={`/tags/${row.key}`} value={row.text} onChange={(text) => change(row.id, { text })} placeholder="2" />
          <button type="button" aria-label={`Remove tag ${index + 1}`} onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}>×</button>
        </div>
      ))}
      <div class="actions">
        <button type="button" onClick={() => onChange([...rows, { id: ++last, key: "", text: "" }])}>Add tag</button>
      </div>
    </fieldset>
  );
}
