// SPDX-License-Identifier: Apache-2.0
// A WebSocket client on npm's ws, as an application in Node.js would be written.
// Usage: node client.mjs MODULES URL DOCUMENTS [DOWNLINK]
// Sends DOWNLINK, prints every document on a line and ends after so many with the close code 1000.
import { createRequire } from "node:module";

const [modules, url, documents, downlink] = process.argv.slice(2);
const WebSocket = createRequire(`${modules}/`)("ws");
const socket = new WebSocket(url, { rejectUnauthorized: false });
let left = Number(documents);

socket.on("open", () => downlink && socket.send(downlink));
socket.on("message", (data, isBinary) => {
  if (isBinary) throw new Error("a binary frame");
  if (left <= 0) return;
  console.log(data.toString());
  if (--left === 0) socket.close(1000);
});
socket.on("close", (code) => console.error(`closed ${code}`));
socket.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
