// SPDX-License-Identifier: Apache-2.0
// Bundles every *.test.ts beside this file and runs them: node run.mjs CONSOLE OUTPUT
// CONSOLE is core/console, whose npm packages bundle them; OUTPUT is where the bundles go.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const kSkipped = 77;
const here = dirname(fileURLToPath(import.meta.url));
const [folder, output] = process.argv.slice(2);
if (!output) {
  console.error("usage: node run.mjs CONSOLE OUTPUT");
  process.exit(2);
}
if (!existsSync(join(folder, "node_modules/esbuild"))) {
  console.log(`SKIP: the npm packages of ${folder} are not installed; building the console does that`);
  process.exit(kSkipped);
}

const { build } = createRequire(join(resolve(folder), "package.json"))("esbuild");
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));
await build({
  entryPoints: tests.map((name) => join(here, name)),
  outdir: output,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node18",
  jsx: "automatic",
  jsxImportSource: "preact",
  nodePaths: [join(resolve(folder), "node_modules")],
});
const made = tests.map((name) => join(output, name.replace(/\.ts$/, ".mjs")));
// Texts are in the reader's language and zone: these are the reader's.
const environment = { ...process.env, TZ: "Europe/Berlin", LC_ALL: "en_GB.UTF-8" };
const done = spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit", env: environment });
process.exit(done.status ?? 1);
