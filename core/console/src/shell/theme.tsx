// SPDX-License-Identifier: Apache-2.0
// Light or dark: as the system says, unless the reader has chosen.
import { useState } from "preact/hooks";

type Theme = "auto" | "light" | "dark";

const kKey = "runnel-theme";
const kNext: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
const kText: Record<Theme, string> = { auto: "as the system", light: "light", dark: "dark" };

function chosen(): Theme {
  const found = localStorage.getItem(kKey);
  return found === "light" || found === "dark" ? found : "auto";
}

export function applyTheme(theme: Theme = chosen()): void {
  const isDark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => applyTheme());

export function ThemeButton() {
  const [theme, setTheme] = useState(chosen());
  const change = () => {
    const next = kNext[theme];
    if (next === "auto") localStorage.removeItem(kKey);
    else localStorage.setItem(kKey, next);
    applyTheme(next);
    setTheme(next);
  };
  return <button type="button" class="plain" onClick={change}>Colours: {kText[theme]}</button>;
}
