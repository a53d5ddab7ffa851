// SPDX-License-Identifier: Apache-2.0
// Commands on standard input, one JSON document per line, for one page of a browser; an answer to
// each on standard output. See browser.py. What people see (roles and names) is how things are found.
//     node browser.mjs CHROMIUM NODE_MODULES
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [executablePath, packages] = process.argv.slice(2);
const { chromium } = createRequire(join(packages, "x.js"))("playwright-core");
// Long enough for a busy machine; nothing waits this long when all is well.
const kPatience = 60_000;

let browser;
let page;
let home;
let meter;
const complaints = [];

function watch(origin) {
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`a request to ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} from ${response.url()}`);
  });
}

/** The control with this label, or the element with this role and name. */
const labelled = (label, { exact = true } = {}) => page.getByLabel(label, { exact }).first();
const named = (role, name, { exact = true, within } = {}) =>
  (within ? page.getByRole(within[0], { name: within[1] }) : page).getByRole(role, { name, exact }).first();

async function eventually(isSo) {
  const end = Date.now() + kPatience;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error("never came true");
    await page.waitForTimeout(50);
  }
}

const commands = {
  async open(url, { width = 1280, height = 900, colours = "light", zone = "Europe/Berlin" } = {}) {
    home = url;
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
    });
    const context = await browser.newContext({
      ignoreHTTPSErrors: true, viewport: { width, height }, colorScheme: colours, timezoneId: zone, locale: "en-GB",
      permissions: ["clipboard-read", "clipboard-write"],
      reducedMotion: "reduce", // a colour that is on its way to another has no contrast to be judged
    });
    page = await context.newPage();
    page.setDefaultTimeout(kPatience);
    watch(new URL(url).origin);
    await page.goto(url);
  },
  /** An address within the page: "/applications/…". */
  go: async (path) => {
    await page.goto(`${home}#${path}`);
  },
  /** Loads the whole page anew at this address: milliseconds until it is shown. */
  async opening(path, role, name) {
    await page.goto("about:blank");
    const begin = performance.now();
    await page.goto(`${home}#${path}`, { waitUntil: "commit" });
    await named(role, name).waitFor();
    return performance.now() - begin;
  },
  reload: () => page.reload().then(() => undefined),
  click: (role, name, options) => named(role, name, options).click(),
  fill: (label, text, options) => labelled(label, options).fill(text),
  choose: (label, value) => labelled(label).selectOption(value).then(() => undefined),
  check: (label, isOn = true) => labelled(label).setChecked(isOn),
  value: (label) => labelled(label).evaluate((element) => element.value ?? element.textContent),
  /** Waits until it is shown. */
  see: (role, name, options) => named(role, name, options).waitFor(),
  seeText: (text, { exact = false } = {}) => page.getByText(text, { exact }).first().waitFor(),
  /** Waits until nothing of that kind is shown. */
  miss: (role, name, options) => named(role, name, options).waitFor({ state: "hidden" }),
  count: (role, name, options = {}) => page.getByRole(role, { name, exact: options.exact ?? true }).count(),
  textOf: (role, name, options) => named(role, name, options).innerText(),
  text: () => page.locator("body").innerText(),
  texts: (selector) => page.locator(selector).allInnerTexts(),
  press: (key) => page.keyboard.press(key),
  type: (text) => page.keyboard.type(text),
  /** What has the focus: {role, name}. */
  focused: () => page.evaluate(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.innerText ?? element.getAttribute("aria-label") ?? element.innerText;
    return { tag: element.tagName.toLowerCase(), name: (label ?? "").trim() };
  }),
  /** Waits until what is called so has the focus, which is moved after the page is drawn. */
  async focusOn(name) {
    await eventually(async () => (await commands.focused()).name === name);
  },
  /** Milliseconds of processor time that the page has used since the first call: what others do adds nothing. */
  async processorTime() {
    if (!meter) {
      meter = await page.context().newCDPSession(page);
      await meter.send("Performance.enable", { timeDomain: "threadTicks" });
    }
    const { metrics } = await meter.send("Performance.getMetrics");
    return 1000 * metrics.find((each) => each.name === "TaskDuration").value;
  },
  title: () => page.title(),
  address: () => page.url(),
  evaluate: (script) => page.evaluate(script),
  clipboard: () => page.evaluate(() => navigator.clipboard.readText()),
  resize: (width, height) => page.setViewportSize({ width, height }),
  /** Waits until the page is drawn, has got what it asked for and is drawn with that. */
  async settle() {
    const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await drawn();
    await page.getByText("Loading …").first().waitFor({ state: "hidden" });
    await drawn();
  },
  screenshot: (path) => page.screenshot({ path, fullPage: true }).then(() => undefined),
  /** Waits until a script (text of an expression) is true in the page. The page's own rules forbid waitForFunction. */
  until: (script) => eventually(() => page.evaluate(script)),
  /** What axe-core finds wrong by WCAG 2.2 A and AA: a sentence each. */
  async violations() {
    if (!(await page.evaluate(() => "axe" in window))) {
      await page.evaluate(readFileSync(join(packages, "axe-core/axe.min.js"), "utf8"));
    }
    const found = await page.evaluate(() =>
      window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
  },
  /** Chooses a file of this name and text. */
  upload: (label, name, text) => labelled(label).setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) }),
  complaints: () => complaints.splice(0),
  /** What is found by its text alone, such as the summary of <details>. */
  clickText: (text) => page.getByText(text, { exact: true }).first().click(),
  async close() {
    await browser?.close();
    return complaints;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { run, arguments: given } = JSON.parse(line);
  let answer;
  try {
    if (!Object.hasOwn(commands, run)) throw new Error(`there is no command ${run}`);
    answer = { value: await commands[run](...given) };
  } catch (error) {
    answer = { error: `${run} ${JSON.stringify(given)}: ${error.message}\n${page ? await page.locator("body").innerText().catch(() => "") : ""}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (run === "close") process.exit(0);
}
