// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api } from "../../api/client";
import type { Owner } from "../../api/owner";
import type { Token } from "../../api/types";
import { RadioField } from "../../parts/choices";
import { Dialog } from "../../parts/dialog";
import { Form, SelectField, TextField } from "../../parts/form";
import { notify } from "../../parts/notices";
import { Copy } from "../../parts/small";
import { labelOfToken } from "./tokens";

interface Props {
  path: string; // of the stream
  onDone: () => Promise<void>;
  onClose: () => void;
}

/** The new token, to be copied. */
function Made({ token, onClose }: { token: Token; onClose: () => void }) {
  return (
    <>
      <Copy label="Token" value={token.token ?? ""} />
      <div class="actions"><button type="button" class="primary" onClick={onClose}>Done</button></div>
    </>
  );
}

const kScopes = [
  { value: "up,down", text: "Receive uplinks and send downlinks" },
  { value: "up", text: "Receive uplinks only" },
  { value: "down", text: "Send downlinks only" },
];

const kTokens = [
  { value: "made" as const, text: "Make one for me" },
  { value: "typed" as const, text: "Type one" },
];

export function AddToken({ owner, path, onDone, onClose }: Props & { owner: Owner }) {
  const isOfGateway = owner.kind === "gateway";
  const [label, setLabel] = useState("");
  const [scopes, setScopes] = useState(isOfGateway ? "up" : "up,down");
  const [expires, setExpires] = useState("");
  const [is, setIs] = useState<"made" | "typed">("made");
  const [text, setText] = useState("");
  const [made, setMade] = useState<Token>();
  const add = async () => {
    const token = await api.post<Token>(`${path}/tokens`, {
      label,
      scopes: scopes.split(","),
      expires: expires ? new Date(expires).toISOString() : undefined,
      token: is === "typed" ? text : undefined,
    });
    notify(`${labelOfToken(token)} is added`);
    setMade(token);
    await onDone();
  };
  return (
    <Dialog title={made ? `New token: ${labelOfToken(made)}` : "Add token"} onClose={onClose}>
      {made ? <Made token={made} onClose={onClose} /> : (
        <Form onSubmit={add} submit="Add token" cancel={onClose} label="Add token">
          <TextField label="Label" pointer="/label" value={label} onChange={setLabel} help="Which program it is for." />
          {!isOfGateway && <SelectField label="It may" pointer="/scopes" value={scopes} onChange={setScopes} choices={kScopes} />}
          <TextField label="Expires" pointer="/expires" type="datetime-local" value={expires} onChange={setExpires}
            help="In your zone. Left empty it does not expire." />
          <RadioField legend="Token" value={is} onChange={setIs} choices={kTokens}>
            {is === "typed" && (
              <TextField label="Own token" pointer="/token" value={text} onChange={setText} isCode required
                help="16 to 256 characters without spaces." />
            )}
          </RadioField>
        </Form>
      )}
    </Dialog>
  );
}

const kOverlaps = [
  { value: "0", text: "At once" },
  { value: "3600", text: "In 1 hour" },
  { value: "86400", text: "In 1 day" },
  { value: "604800", text: "In 7 days" },
];

export function RotateToken({ token, path, onDone, onClose }: Props & { token: Token }) {
  const [overlap, setOverlap] = useState("86400");
  const [made, setMade] = useState<Token>();
  const rotate = async () => {
    const next = await api.post<Token>(`${path}/tokens/${token.id}/rotate`, { overlapSeconds: Number(overlap) });
    notify(`${labelOfToken(token)} has a successor`);
    setMade(next);
    await onDone();
  };
  return (
    <Dialog title={made ? "The new token" : `Rotate ${labelOfToken(token)}`} onClose={onClose}>
      {made ? <Made token={made} onClose={onClose} /> : (
        <Form onSubmit={rotate} submit="Rotate" cancel={onClose} label="Rotate">
          <p>A new token is made that may do what this one may.</p>
          <SelectField label="The old one ends" pointer="/overlapSeconds" value={overlap} onChange={setOverlap} choices={kOverlaps}
            help="Until then both work, so that programs can change over one after another." />
        </Form>
      )}
    </Dialog>
  );
}
