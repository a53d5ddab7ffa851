// SPDX-License-Identifier: Apache-2.0
// Lists: a table on a wide screen, cards on a phone.
import type { ComponentChildren } from "preact";
import type { Pages } from "../api/resource";
import { Problem } from "./problem";

export interface Column<T> {
  title: string;
  cell: (row: T) => ComponentChildren;
  isNumber?: boolean; // aligned to the right
  isCode?: boolean; // EUIs, payloads
}

interface TableProps<T> {
  caption: string; // for screen readers
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string | number;
}

export function Table<T>({ caption, columns, rows, keyOf }: TableProps<T>) {
  const classOf = (column: Column<T>) => [column.isNumber && "number", column.isCode && "code"].filter(Boolean).join(" ") || undefined;
  return (
    <div class="table">
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>{columns.map((column) => <th key={column.title} scope="col" class={column.isNumber ? "number" : undefined}>{column.title}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.title} data-title={column.title} class={classOf(column)}>{column.cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ListProps<T> extends Omit<TableProps<T>, "rows"> {
  pages: Pages<T>;
  /** Shown instead of an empty table: what to do next. */
  empty: ComponentChildren;
}

/** A list of the API with its pages, its emptiness and what is wrong with it. */
export function List<T>({ pages, empty, ...table }: ListProps<T>) {
  return (
    <>
      <Problem problem={pages.problem} />
      {pages.isLoading && <p class="quiet">Loading …</p>}
      {pages.items && (pages.items.length > 0 ? <Table {...table} rows={pages.items} /> : <div class="empty">{empty}</div>)}
      {(pages.next || pages.previous) && (
        <nav class="pages" aria-label={`Pages: ${table.caption}`}>
          <button type="button" disabled={!pages.previous} onClick={pages.previous}>Previous</button>
          <span>Page {pages.number}</span>
          <button type="button" disabled={!pages.next} onClick={pages.next}>Next</button>
        </nav>
      )}
    </>
  );
}
