// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api } from "../../api/client";
import { usePages } from "../../api/resource";
import type { Token } from "../../api/types";
import { ConfirmButton } from "../../parts/dialog";
import { notify } from "../../parts/notices";
import { Panel, Secret } from "../../parts/small";
import { List, type Column } from "../../parts/table";
import { Time } from "../../parts/time";
import type { StreamTabProps } from "./stream";
import { AddToken, RotateToken } from "./token_dialogs";

export function labelOfToken(token: Token): string {
  return token.label || `token ${token.id}`;
}

function scopesText({ scopes }: Token): string {
  if (scopes.length > 1) return "receive and send";
  return scopes[0] === "up" ? "receive" : "send";
}

const kColumns: Column<Token>[] = [
  { title: "Label", cell: labelOfToken },
  { title: "May", cell: scopesText },
  { title: "Expires", cell: ({ expires }) => <Time at={expires} none="never" /> },
  { title: "Last used", cell: ({ lastUsed }) => <Time at={lastUsed} as="ago" none="never" /> },
];

export function TokensTab({ owner, path, mayChange }: StreamTabProps) {
  const [isAdding, setIsAdding] = useState(false);
  const [rotated, setRotated] = useState<Token>();
  const pages = usePages<Token>(`${path}/tokens`, { limit: 50 }, { every: 5_000 });
  const revoke = async (token: Token) => {
    await api.remove(`${path}/tokens/${token.id}`);
    notify(`${labelOfToken(token)} is revoked`);
    await pages.reload();
  };
  const actionsOf = (token: Token) => token.origin === "file" ? <span class="quiet">in a file</span> : (
    <div class="actions">
      <button type="button" aria-label={`Rotate ${labelOfToken(token)}`} onClick={() => setRotated(token)}>Rotate</button>
      <ConfirmButton button="Revoke" label={`Revoke ${labelOfToken(token)}`} title={`Revoke ${labelOfToken(token)}?`} act={() => revoke(token)}>
        <p>Whoever is connected with it is disconnected at once and cannot come back. This cannot be undone.</p>
      </ConfirmButton>
    </div>
  );
  const columns = !mayChange ? kColumns : [
    ...kColumns,
    { title: "Token", cell: (each: Token) => (each.token ? <Secret label={labelOfToken(each)} value={each.token} /> : "–") },
    { title: "Actions", cell: actionsOf },
  ];
  return (
    <Panel title="Tokens" actions={mayChange && <button type="button" onClick={() => setIsAdding(true)}>Add token</button>}>
      <List caption="Tokens" columns={columns} pages={pages} keyOf={({ id }) => id}
        empty={<p>No token opens this stream. {mayChange && "Add one for each program that connects: then each can be revoked alone."}</p>} />
      {isAdding && <AddToken owner={owner} path={path} onDone={pages.reload} onClose={() => setIsAdding(false)} />}
      {rotated && <RotateToken token={rotated} path={path} onDone={pages.reload} onClose={() => setRotated(undefined)} />}
    </Panel>
  );
}
