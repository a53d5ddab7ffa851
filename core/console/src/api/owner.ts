// SPDX-License-Identifier: Apache-2.0
// Who has streams: an application or a gateway.
import { link } from "../shell/router";
import { at } from "./client";
import type { Rights } from "./session";
import type { Eui, Stream } from "./types";

export interface Owner {
  kind: "application" | "gateway";
  eui: Eui;
}

export function ownerOf(stream: Stream): Owner {
  return stream.gateway ? { kind: "gateway", eui: stream.gateway } : { kind: "application", eui: stream.application ?? "" };
}

/** The API's path of what belongs to the owner: pathOf(owner, "streams", name). */
export function pathOf(owner: Owner, ...parts: (string | number)[]): string {
  return at(`${owner.kind}s`, owner.eui, ...parts);
}

/** The address of the owner's pages: linkOf(owner, "streams", name). */
export function linkOf(owner: Owner, ...parts: string[]): string {
  return link(`${owner.kind}s`, owner.eui, ...parts);
}

/** Gateways' streams are for administrators. */
export function mayChange(rights: Rights, owner: Owner): boolean {
  return owner.kind === "gateway" ? rights.isAdmin : rights.mayChange(owner.eui);
}
