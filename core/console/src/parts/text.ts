// SPDX-License-Identifier: Apache-2.0
// Values as people read them: in the reader's zone and with their units.
import type { Eui, MessageKind, Time } from "../api/types";

const kDateTime = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const kClock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const kNumber = new Intl.NumberFormat();

/** "Nov 22, 2026, 20:31:50" in the reader's zone. */
export function dateTime(time: Time | number): string {
  return kDateTime.format(new Date(time));
}

/** "20:31:50" in the reader's zone. */
export function clock(time: Time | number): string {
  return kClock.format(new Date(time));
}

/** "5 s ago", "3 min ago", "2 h ago", "4 days ago"; "in 5 s" for what comes. */
export function ago(time: Time, now: number = Date.now()): string {
  const seconds = Math.round((now - Date.parse(time)) / 1000);
  const text = duration(Math.abs(seconds));
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

/** Seconds as the largest fitting unit: "59 s", "3 min", "5 h", "2 days". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? "1 day" : `${days} days`;
}

/** "1,234,567", as the reader's language writes it. */
export function count(value: number): string {
  return kNumber.format(value);
}

/** "1 stream", "2 streams". */
export function counted(value: number, one: string, many = one + "s"): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** "868.1 MHz" */
export function megahertz(hertz: number): string {
  return `${hertz / 1e6} MHz`;
}

/** A device's or application's name, or its EUI when it has none. */
export function nameOf(object: { eui: Eui; name: string }): string {
  return object.name || object.eui;
}

const kKinds: Record<MessageKind, string> = {
  uplink: "Uplink", join: "Join", queued: "Queued", sent: "Sent", acknowledged: "Acknowledged",
  notAcknowledged: "Not acknowledged", expired: "Expired", failed: "Failed", status: "Status", location: "Location",
  test: "Test",
};

export function kindText(kind: MessageKind): string {
  return kKinds[kind];
}

/** 16 hexadecimal digits in upper case of what people write ("70-b3-…", "70:b3:…"); undefined if it is no EUI. */
export function euiOf(text: string): Eui | undefined {
  const digits = text.trim().replace(/[-:]/g, "");
  return /^[0-9a-fA-F]{16}$/.test(digits) ? digits.toUpperCase() : undefined;
}

/** Bytes of a text in UTF-8 as upper-case hexadecimal digits. */
export function hexOfText(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
}

/** "2026-11-22T20:31" in the reader's zone, as an input of type datetime-local wants it. */
export function localInput(time: Date): string {
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** A remark of the broker as a sentence: "the user is wrong" -> "The user is wrong." */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return begun === "" || /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** As one word of a shell's line, whatever is in it. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
