// SPDX-License-Identifier: Apache-2.0
// Which page is at which address.
import type { ComponentChildren } from "preact";
import { PageHead } from "../parts/small";
import { link, match } from "../shell/router";
import { AccountPage } from "./account";
import { ApplicationsPage } from "./applications";

type Parameters = Record<string, string>;

const kPages: [pattern: string, page: (parameters: Parameters) => ComponentChildren][] = [
  ["/account", () => <AccountPage />],
  ["/applications", () => <ApplicationsPage />],
];

/** The page, made anew whenever the address changes. */
export function pageAt(path: string): ComponentChildren {
  for (const [pattern, page] of kPages) {
    const parameters = match(pattern, path);
    if (parameters) return <div key={path}>{page(parameters)}</div>;
  }
  return (
    <>
      <PageHead title="There is no such page" />
      <p>Nothing is at <code>{path}</code>. <a href={link()}>Go to the overview</a></p>
    </>
  );
}
