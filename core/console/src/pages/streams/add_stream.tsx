// SPDX-License-Identifier: Apache-2.0
import { api } from "../../api/client";
import { linkOf, mayChange, pathOf, type Owner } from "../../api/owner";
import { useResource } from "../../api/resource";
import { useRights } from "../../api/session";
import type { Application, Gateway, Stream, StreamInput } from "../../api/types";
import { notify } from "../../parts/notices";
import { Problem } from "../../parts/problem";
import { PageHead, Panel } from "../../parts/small";
import { nameOf } from "../../parts/text";
import { go, link } from "../../shell/router";
import { StreamForm } from "./stream_form";

export function AddStreamPage({ owner }: { owner: Owner }) {
  const isAllowed = mayChange(useRights(), owner);
  const { value, problem } = useResource<Application | Gateway>(pathOf(owner));
  const collection = `${owner.kind}s`;
  const add = async (input: StreamInput) => {
    const made = await api.post<Stream>(pathOf(owner, "streams"), input);
    notify(`Stream ${made.name} is added and active`);
    go(collection, owner.eui, "streams", made.name);
  };
  return (
    <>
      <PageHead title="Add stream" trail={[
        { text: owner.kind === "gateway" ? "Gateways" : "Applications", href: link(collection) },
        { text: value ? nameOf(value) : owner.eui, href: linkOf(owner) },
      ]} />
      <Problem problem={problem} />
      {isAllowed ? (
        <Panel title="New stream">
          <StreamForm owner={owner} submit="Save" send={add} cancel={() => go(collection, owner.eui)} />
        </Panel>
      ) : (
        <p>You may look at this {owner.kind} only. Ask an administrator for the right to add streams.</p>
      )}
    </>
  );
}
