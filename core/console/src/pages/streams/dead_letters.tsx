// SPDX-License-Identifier: Apache-2.0
import { api } from "../../api/client";
import { usePages } from "../../api/resource";
import type { DeadLetter } from "../../api/types";
import { ActButton } from "../../parts/act";
import { ConfirmButton } from "../../parts/dialog";
import { notify } from "../../parts/notices";
import { EuiText, Panel } from "../../parts/small";
import { List, type Column } from "../../parts/table";
import { kindText } from "../../parts/text";
import { Time } from "../../parts/time";
import type { StreamTabProps } from "./stream";

const kColumns: Column<DeadLetter>[] = [
  { title: "Time", cell: ({ time }) => <Time at={time} /> },
  { title: "Reason", cell: ({ reason }) => reason },
  { title: "Message", cell: ({ message }) => kindText(message.kind) },
  { title: "Device", cell: ({ message }) => <EuiText eui={message.device} /> },
  { title: "Payload", cell: ({ message }) => message.data || "–", isCode: true },
];

export function DeadLettersTab({ path, mayChange }: StreamTabProps) {
  const letters = `${path}/dead-letters`;
  const pages = usePages<DeadLetter>(letters, { limit: 50 }, { every: 5_000 });
  const resend = async ({ id }: DeadLetter) => {
    await api.post(`${letters}/${id}/resend`);
    notify("The message is sent again; it leaves this list when it has arrived");
    await pages.reload();
  };
  const remove = async ({ id }: DeadLetter) => {
    await api.remove(`${letters}/${id}`);
    notify("The dead letter is removed");
    await pages.reload();
  };
  const removeAll = async () => {
    await api.remove(letters);
    notify("All dead letters are removed");
    await pages.reload();
  };
  const columns = !mayChange ? kColumns : [...kColumns, {
    title: "Actions",
    cell: (letter: DeadLetter) => (
      <div class="actions">
        <ActButton text="Resend" act={() => resend(letter)} />
        <ActButton text="Remove" act={() => remove(letter)} />
      </div>
    ),
  }];
  const hasSome = (pages.items?.length ?? 0) > 0;
  return (
    <Panel title="Dead letters" actions={mayChange && hasSome && (
      <ConfirmButton button="Remove all" title="Remove all dead letters?" act={removeAll}>
        <p>These messages will not be delivered. This cannot be undone.</p>
      </ConfirmButton>
    )}>
      <List caption="Dead letters" columns={columns} pages={pages} keyOf={({ id }) => id} empty={(
        <p>
          There is none: every message was taken or still waits. What a client can never take, because it is too big for
          instance, is kept here with the reason.
        </p>
      )} />
    </Panel>
  );
}
