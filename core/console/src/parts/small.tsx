// SPDX-License-Identifier: Apache-2.0
// Small things that most pages use.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Connection } from "../api/live";
import type { Eui, Health } from "../api/types";
import { notify, notifyError } from "./notices";

interface HeadProps {
  title: string;
  trail?: { text: string; href: string }[]; // the pages above this one
  children?: ComponentChildren; // buttons
}

/** A page's heading. It gets the focus when the page is opened, so that a screen reader reads it. */
export function PageHead({ title, trail = [], children }: HeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · runnel`;
  }, [title]);
  useEffect(() => heading.current?.focus(), []);
  return (
    <header class="page-head">
      {trail.length > 0 && (
        <nav class="trail" aria-label="Where this page is">
          {trail.map(({ text, href }) => <a key={href} href={href}>{text}</a>)}
        </nav>
      )}
      <div class="page-title">
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {children && <div class="actions">{children}</div>}
      </div>
    </header>
  );
}

interface TabsProps {
  label: string;
  tabs: { name: string; text: string; href: string }[];
  current: string;
}

/** Parts of an object that are pages of their own. */
export function Tabs({ label, tabs, current }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ name, text, href }) => (
        <a key={name} href={href} aria-current={name === current ? "page" : undefined}>{text}</a>
      ))}
    </nav>
  );
}

export function Panel({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{title}</h2>
        {actions && <div class="actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

const kHealth: Record<Health, string> = { working: "Live", connecting: "Connecting", failing: "Failing", waiting: "Waiting" };

/** A state as a word with a colour; never the colour alone. */
export function HealthBadge({ health, text }: { health: Health; text?: string }) {
  return <span class={`badge ${health}`} title={text || undefined}>{kHealth[health]}</span>;
}

export function Badge({ children, tone }: { children: ComponentChildren; tone?: "working" | "failing" | "connecting" | "waiting" }) {
  return <span class={`badge ${tone ?? "waiting"}`}>{children}</span>;
}

/** How a live view is connected. */
export function LiveBadge({ connection }: { connection: Connection }) {
  const [tone, text] = {
    live: ["working", "Live"] as const,
    connecting: ["connecting", "Connecting"] as const,
    interrupted: ["failing", "Interrupted; trying again"] as const,
  }[connection];
  return <span role="status"><Badge tone={tone}>{text}</Badge></span>;
}

export function EuiText({ eui }: { eui: Eui }) {
  return <span class="code eui">{eui}</span>;
}

/** Something to copy: shown as code, with a button. */
export function Copy({ label, value }: { label: string; value: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      notify(`${label} copied`);
    } catch {
      notifyError(`The browser does not let this page copy. Please select the ${label.toLowerCase()} and copy it.`);
    }
  };
  return (
    <div class="copy">
      <span class="copy-label">{label}</span>
      <code tabIndex={0} role="textbox" aria-readonly="true" aria-label={label}>{value}</code>
      <button type="button" onClick={copy} aria-label={`Copy ${label.toLowerCase()}`}>Copy</button>
    </div>
  );
}

/** A secret that is shown when one asks for it. */
export function Secret({ label, value }: { label: string; value: string }) {
  const [isShown, setIsShown] = useState(false);
  if (isShown) return <Copy label={label} value={value} />;
  return (
    <div class="copy">
      <span class="copy-label">{label}</span>
      <code aria-label={`${label}, hidden`}>••••••••••••</code>
      <button type="button" onClick={() => setIsShown(true)} aria-label={`Show ${label.toLowerCase()}`}>Show</button>
    </div>
  );
}

/** Figures with their names. */
export function Facts({ facts }: { facts: { name: string; value: ComponentChildren }[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
