// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { useRights, type Rights } from "../api/session";
import { link } from "./router";
import { ThemeButton } from "./theme";

interface Entry {
  text: string;
  path: string[];
  may?: (rights: Rights) => boolean;
}

const kEntries: { title: string; entries: Entry[] }[] = [
  {
    title: "Traffic",
    entries: [
      { text: "Overview", path: [] },
      { text: "Applications", path: ["applications"] },
      { text: "Devices", path: ["devices"] },
      { text: "Streams", path: ["streams"] },
      { text: "Gateways", path: ["gateways"], may: (rights) => rights.seesEverything },
      { text: "Unrouted uplinks", path: ["unrouted"], may: (rights) => rights.seesEverything },
    ],
  },
  {
    title: "Broker",
    entries: [
      { text: "Networks", path: ["networks"], may: (rights) => rights.seesEverything },
      { text: "Device templates", path: ["templates"] },
      { text: "Plugins", path: ["plugins"] },
    ],
  },
  {
    title: "Administration",
    entries: [
      { text: "Users", path: ["users"], may: (rights) => rights.isAdmin },
      { text: "API keys", path: ["keys"], may: (rights) => rights.isAdmin },
      { text: "Audit log", path: ["audit"], may: (rights) => rights.isAdmin },
    ],
  },
];

interface Props {
  path: string;
  onSignOut: () => void;
}

/** The menu: on a phone behind a button. */
export function Navigation({ path, onSignOut }: Props) {
  const rights = useRights();
  const [isOpen, setIsOpen] = useState(false);
  const first = path.split("/")[1] ?? "";
  const groups = kEntries
    .map(({ title, entries }) => ({ title, entries: entries.filter(({ may }) => !may || may(rights)) }))
    .filter(({ entries }) => entries.length > 0);
  return (
    <header class={isOpen ? "side open" : "side"}>
      <div class="brand">
        <a href={link()} class="logo"><img src="icon.svg" alt="" width={28} height={28} /> runnel</a>
        <button type="button" class="menu" aria-expanded={isOpen} aria-controls="menu" onClick={() => setIsOpen(!isOpen)}>Menu</button>
      </div>
      <nav id="menu" aria-label="Main" onClick={() => setIsOpen(false)}>
        {groups.map(({ title, entries }) => (
          <div key={title}>
            <h2 class="group">{title}</h2>
            <ul>
              {entries.map(({ text, path: parts }) => (
                <li key={text}>
                  <a href={link(...parts)} aria-current={(parts[0] ?? "") === first ? "page" : undefined}>{text}</a>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div class="account">
        <a href={link("account")} aria-current={first === "account" ? "page" : undefined} onClick={() => setIsOpen(false)}>{rights.user}</a>
        <button type="button" class="plain" onClick={onSignOut}>Sign out</button>
        <ThemeButton />
      </div>
    </header>
  );
}
