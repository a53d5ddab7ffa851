// SPDX-License-Identifier: Apache-2.0
// Addresses within the page: "#/applications/70B3D57ED0000001/streams?search=x".
import { useEffect, useState } from "preact/hooks";

export interface Location {
  path: string; // "/applications/70B3D57ED0000001", not decoded
  query: URLSearchParams;
}

export function locationOf(hash: string): Location {
  const text = hash.replace(/^#/, "");
  const [path = "", query = ""] = text.split("?", 2);
  return { path: path.startsWith("/") ? path : "/", query: new URLSearchParams(query) };
}

export function useLocation(): Location {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const follow = () => setHash(window.location.hash);
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return locationOf(hash);
}

/** undefined: the text has a % that encodes nothing. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** "/a/{b}" and "/a/x%20y" -> {b: "x y"}; undefined if they do not fit. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const found = path.split("/");
  if (wanted.length !== found.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const text = found[i] ?? "";
    if (part.startsWith("{")) {
      const value = decoded(text);
      if (!value) return undefined;
      parameters[part.slice(1, -1)] = value;
    } else if (part !== text) {
      return undefined;
    }
  }
  return parameters;
}

/** The address of a page, for links: link("applications", eui). */
export function link(...parts: string[]): string {
  return "#" + (parts.map((part) => "/" + encodeURIComponent(part)).join("") || "/");
}

export function go(...parts: string[]): void {
  window.location.hash = link(...parts);
}

/** Changes the query of the address without a new entry in the browser's history. */
export function setQuery(name: string, value: string): void {
  const { path, query } = locationOf(window.location.hash);
  if (value) query.set(name, value);
  else query.delete(name);
  const text = query.toString();
  window.history.replaceState(null, "", "#" + path + (text ? "?" + text : ""));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
