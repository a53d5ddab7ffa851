// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { api, ApiProblem, setCsrf, whenLoggedOut } from "../../core/console/src/api/client";

const kFetch = globalThis.fetch;

/** The requests that were made while `answer` stood for the broker. */
function asked(answer: () => Response | Promise<Response>): { url: string; init: RequestInit }[] {
  const requests: { url: string; init: RequestInit }[] = [];
  globalThis.fetch = async (url, init = {}) => {
    requests.push({ url: String(url), init });
    return answer();
  };
  return requests;
}

function problem(status: number, document: object): Response {
  return new Response(JSON.stringify(document), { status, headers: { "Content-Type": "application/problem+json" } });
}

afterEach(() => {
  globalThis.fetch = kFetch;
  setCsrf(undefined);
  whenLoggedOut(() => undefined);
});

test("what is read has its ETag, and sends no token", async () => {
  setCsrf("secret");
  const requests = asked(() => new Response('{"a":1}', { headers: { ETag: '"1"' } }));
  assert.deepEqual(await api.read("/x"), { value: { a: 1 }, etag: '"1"' });
  assert.equal(new Headers(requests[0]?.init.headers).get("X-CSRF-Token"), null);
});

test("a change has the token, its condition and its type", async () => {
  setCsrf("secret");
  const requests = asked(() => new Response(null, { status: 204 }));
  assert.equal(await api.patch("/x", { a: null }, '"1"'), undefined);
  const { init } = requests[0] ?? { init: {} };
  const headers = new Headers(init.headers);
  assert.equal(init.method, "PATCH");
  assert.equal(init.body, '{"a":null}');
  assert.equal(headers.get("X-CSRF-Token"), "secret");
  assert.equal(headers.get("If-Match"), '"1"');
  assert.equal(headers.get("Content-Type"), "application/merge-patch+json");
});

test("a problem document is thrown with its complaints", async () => {
  asked(() => problem(422, { title: "Unprocessable", detail: "one thing is wrong", errors: [{ pointer: "/eui", detail: "is no EUI" }] }));
  await assert.rejects(api.post("/x"), (error: ApiProblem) =>
    error.status === 422 && error.message === "one thing is wrong" && error.errors[0]?.pointer === "/eui");
});

test("an answer that is no document is told by its status", async () => {
  asked(() => new Response("<html>", { status: 502 }));
  await assert.rejects(api.get("/x"), (error: ApiProblem) => error.status === 502 && error.message.includes("502"));
});

test("who is not known any more is signed out, but not by asking who one is", async () => {
  let times = 0;
  whenLoggedOut(() => (times += 1));
  asked(() => problem(401, { title: "Unauthorized" }));
  await assert.rejects(api.get("/session"));
  assert.equal(times, 0);
  await assert.rejects(api.get("/streams"));
  assert.equal(times, 1);
});

test("a broker that is away is a problem without a status", async () => {
  asked(() => Promise.reject(new TypeError("fetch failed")));
  await assert.rejects(api.get("/x"), (error: ApiProblem) => error instanceof ApiProblem && error.status === 0);
});
