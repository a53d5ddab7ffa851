// SPDX-License-Identifier: Apache-2.0
// Devices from a table with commas, semicolons or tabs.
import type { Eui, Tags } from "../../api/types";
import { euiOf } from "../../parts/text";
import { tagValue } from "./tag_rows";

export interface CsvRow {
  line: number; // where it begins, from 1
  cells: string[];
}

export interface CsvDevice {
  line: number;
  device: { eui: Eui; name?: string; template?: string; tags?: Tags };
}

export interface CsvResult {
  devices: CsvDevice[];
  tags: string[]; // names of the columns that become tags
  complaints: string[]; // nothing is sent while there are any
}

function delimiterOf(text: string): string {
  const [first = ""] = text.split(/\r?\n/, 1);
  const uses = (delimiter: string) => first.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, each) => (uses(each) > uses(best) ? each : best));
}

/** RFC 4180: a cell in quotes may have delimiters, line breaks and "" in it. Empty lines are left out. */
export function parseCsv(text: string): CsvRow[] {
  const delimiter = delimiterOf(text);
  const token = new RegExp(`(?:"((?:[^"]|"")*)"|([^${delimiter}\\r\\n]*))(${delimiter}|\\r?\\n|\\r|$)`, "gy");
  const rows: CsvRow[] = [];
  let row: CsvRow = { line: 1, cells: [] };
  let line = 1;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [all, quoted, plain = "", end] = found;
    row.cells.push((quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
    line += all.split(/\r\n|\r|\n/).length - 1;
    if (end === delimiter) continue;
    if (row.cells.some((cell) => cell !== "")) rows.push(row);
    row = { line, cells: [] };
    if (end === "") break;
  }
  return rows;
}

function deviceOf(names: string[], { line, cells }: CsvRow): CsvDevice {
  const device: CsvDevice["device"] = { eui: "", tags: {} };
  for (const [index, name] of names.entries()) {
    const cell = cells[index] ?? "";
    if (name === "eui") device.eui = euiOf(cell) ?? cell;
    else if (name === "name" || name === "template") device[name] = cell;
    else if (cell !== "") device.tags = { ...device.tags, [name]: tagValue(cell) };
  }
  return { line, device };
}

/** What can be said without asking the broker. */
function complaintsAbout(devices: CsvDevice[]): string[] {
  const lines = new Map<Eui, number>();
  const complaints: string[] = [];
  for (const { line, device } of devices) {
    const before = lines.get(device.eui);
    if (!euiOf(device.eui)) complaints.push(`Line ${line}: the EUI has to be 16 hexadecimal digits, found “${device.eui}”`);
    else if (before !== undefined) complaints.push(`Line ${line}: ${device.eui} is in line ${before} already`);
    lines.set(device.eui, line);
  }
  return complaints;
}

const kKnown = ["eui", "name", "template"];

export function devicesOf(text: string): CsvResult {
  const [head, ...rows] = parseCsv(text.replace(/^\uFEFF/, ""));
  const names = (head?.cells ?? []).map((name) => (kKnown.includes(name.toLowerCase()) ? name.toLowerCase() : name));
  const wrong = (complaint: string): CsvResult => ({ devices: [], tags: [], complaints: [complaint] });
  if (!names.includes("eui")) return wrong("The first line has to name the columns, and one of them has to be eui.");
  const unnamed = rows.find(({ cells }) => cells.some((cell, index) => cell !== "" && !names[index]));
  if (unnamed) return wrong(`Line ${unnamed.line} has more cells than there are columns in the first line.`);
  if (new Set(names).size < names.length) return wrong("Two columns have the same name.");
  const devices = rows.map((row) => deviceOf(names, row));
  if (devices.length === 0) return wrong("There is no device below the first line.");
  return { devices, tags: names.filter((name) => name && !kKnown.includes(name)), complaints: complaintsAbout(devices) };
}
