// SPDX-License-Identifier: Apache-2.0
// Requests to the management API. Everything that goes wrong is thrown as an ApiProblem.

export interface FieldComplaint {
  pointer?: string; // JSON pointer into what was sent: "/options/url"
  detail: string;
}

/** A problem document (RFC 9457), or what stands for one when there was no answer (status 0). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldComplaint[] = [],
  ) {
    super(detail || title);
  }
}

/** What was read, with the ETag that a change has to name. */
export interface Read<T> {
  value: T;
  etag?: string;
}

export type Query = Record<string, string | number | boolean | undefined>;

interface Options {
  query?: Query;
  body?: unknown;
  etag?: string; // for If-Match
  isNew?: boolean; // there is none yet
  type?: string; // of the body
  signal?: AbortSignal;
}

const kPatience = 30_000; // milliseconds for an answer

let csrf: string | undefined;
let onLoggedOut: () => void = () => undefined;
let renew: () => Promise<boolean> = async () => false;

/** The session's token against forged requests; undefined when nobody is logged in. */
export function setCsrf(token: string | undefined): void {
  csrf = token;
}

/** Called whenever the broker does not know who asks (401). */
export function whenLoggedOut(action: () => void): void {
  onLoggedOut = action;
}

/** Called when a change is refused (403): another tab may have signed in anew. Says whether it is the
 * same user, with another token; then the change is tried once more. */
export function whenRefused(action: () => Promise<boolean>): void {
  renew = action;
}

/** "/applications", {limit: 5} -> "/api/v1/applications?limit=5"; absent and "" are left out. */
export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return "/api/v1" + path + (text ? "?" + text : "");
}

/** Joins parts to a path; each is encoded: at("streams", "a b") -> "/streams/a%20b". */
export function at(...parts: (string | number)[]): string {
  return parts.map((part) => "/" + encodeURIComponent(part)).join("");
}

async function problemOf(response: Response): Promise<ApiProblem> {
  try {
    const found = await response.json();
    return new ApiProblem(response.status, found.title ?? "", found.detail ?? "", found.errors ?? []);
  } catch {
    return new ApiProblem(response.status, response.statusText, `The broker answered ${response.status}.`);
  }
}

async function request(method: string, path: string, options: Options, isRepeated = false): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = options.type ?? "application/json";
  if (options.etag) headers["If-Match"] = options.etag;
  if (options.isNew) headers["If-None-Match"] = "*";
  if (csrf && method !== "GET") headers["X-CSRF-Token"] = csrf;
  const late = AbortSignal.timeout(kPatience);
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, late]) : late,
      cache: "no-store",
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (late.aborted) throw new ApiProblem(0, "No answer", `The broker has not answered within ${kPatience / 1_000} seconds.`);
    throw new ApiProblem(0, "No answer", "The broker does not answer. This page tries again by itself.");
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && path !== "/session") onLoggedOut();
  if (problem.status === 403 && method !== "GET" && !isRepeated && (await renew())) return request(method, path, options, true);
  throw problem;
}

async function valueOf<T>(response: Response): Promise<T> {
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const api = {
  async read<T>(path: string, query?: Query, signal?: AbortSignal): Promise<Read<T>> {
    const response = await request("GET", path, { query, signal });
    return { value: await valueOf<T>(response), etag: response.headers.get("ETag") ?? undefined };
  },
  async get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return (await api.read<T>(path, query, signal)).value;
  },
  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return valueOf<T>(await request("POST", path, { body }));
  },
  async put<T>(path: string, body: unknown, etag?: string): Promise<T> {
    return valueOf<T>(await request("PUT", path, { body, etag }));
  },
  /** A problem 412 if it is there already. */
  async make<T>(path: string, body: unknown): Promise<T> {
    return valueOf<T>(await request("PUT", path, { body, isNew: true }));
  },
  /** RFC 7396: null removes a member, what is not named stays. */
  async patch<T>(path: string, body: unknown, etag?: string): Promise<T> {
    return valueOf<T>(await request("PATCH", path, { body, etag, type: "application/merge-patch+json" }));
  },
  async remove(path: string, etag?: string): Promise<void> {
    await request("DELETE", path, { etag });
  },
};
