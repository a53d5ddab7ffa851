// SPDX-License-Identifier: Apache-2.0
// Makes the console's static files: node build.mjs OUTPUT [DEPFILE]
// OUTPUT gets index.html, the scripts and a style sheet named after their content, and each of them
// compressed as *.gz; DEPFILE gets what they were made from, as make and ninja read it. Fails when the
// scripts have grown beyond their budget.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

// Of all scripts together, as they are sent; and of the one that every page needs, as it is run.
const kMaxSentBytes = 75_000;
const kMaxScriptBytes = 150_000;
const kPage = "index.html";

const here = dirname(fileURLToPath(import.meta.url));
const [output, depfile] = process.argv.slice(2);
if (!output) {
  console.error("usage: node build.mjs OUTPUT [DEPFILE]");
  process.exit(2);
}

await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
const result = await build({
  entryPoints: [join(here, "src/main.tsx")],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  splitting: true,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  outdir: output,
});

const made = Object.keys(result.metafile.outputs).map((path) => path.split("/").at(-1));
const nameOf = (ending) => made.find((name) => name.startsWith("main-") && name.endsWith(ending));
const page = await readFile(join(here, "src/index.html"), "utf8");
const icon = await readFile(join(here, "src/icon.svg"));
await writeFile(join(output, "icon.svg"), icon);
await writeFile(
  join(output, kPage),
  page.replace("main.js", nameOf(".js")).replace("main.css", nameOf(".css")),
);

let sent = 0;
for (const name of await readdir(output)) {
  const bytes = await readFile(join(output, name));
  const packed = gzipSync(bytes, { level: 9 });
  await writeFile(join(output, `${name}.gz`), packed);
  console.log(`${name}: ${bytes.length} bytes, ${packed.length} compressed`);
  if (!name.endsWith(".js")) continue;
  sent += packed.length;
  if (bytes.length > kMaxScriptBytes) throw new Error(`${name} is larger than ${kMaxScriptBytes} bytes`);
}
if (sent > kMaxSentBytes) throw new Error(`the scripts take ${sent} bytes, more than ${kMaxSentBytes}`);

if (depfile) {
  const inputs = Object.keys(result.metafile.inputs).map((path) => resolve(path));
  const others = ["build.mjs", "src/index.html", "src/icon.svg"].map((path) => join(here, path));
  await writeFile(depfile, `${join(output, kPage)}: ${[...inputs, ...others].join(" ")}\n`);
}
