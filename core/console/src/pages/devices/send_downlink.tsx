// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api, ApiProblem, at, type FieldComplaint } from "../../api/client";
import type { DownlinkInput, DownlinkReceipt, Eui } from "../../api/types";
import { CheckField, Form, TextArea, TextField } from "../../parts/form";
import { notify } from "../../parts/notices";
import { RadioField } from "../../parts/choices";
import { Panel } from "../../parts/small";
import { hexOfText } from "../../parts/text";

const kPorts = { least: 1, most: 223 };

type Writing = "hex" | "text" | "fields";

interface Draft {
  port: string;
  isConfirmed: boolean;
  writing: Writing;
  payload: string;
}

/** What is obviously wrong is said without asking the broker, which knows more: how long a payload may be, for example. */
function inputOf({ port, isConfirmed, writing, payload }: Draft): DownlinkInput {
  const complaints: FieldComplaint[] = [];
  const complain = (pointer: string, detail: string) => complaints.push({ pointer, detail });
  const number = port.trim() === "" ? kPorts.least : Number(port);
  if (!Number.isInteger(number) || number < kPorts.least || number > kPorts.most) {
    complain("/port", `The port has to be a number from ${kPorts.least} to ${kPorts.most}.`);
  }
  if (writing === "fields") {
    const fields = fieldsOf(payload, complain);
    if (complaints.length > 0) throw new ApiProblem(0, "", "", complaints);
    return { port: port.trim() === "" ? undefined : number, fields, confirmed: isConfirmed };
  }
  const data = writing === "hex" ? payload.replace(/\s/g, "").toUpperCase() : hexOfText(payload);
  if (data === "") complain("/data", "The payload has to have at least one byte.");
  else if (!/^[0-9A-F]*$/.test(data)) complain("/data", "Only hexadecimal digits: 0 to 9 and A to F. Choose “Text” to send text.");
  else if (data.length % 2 === 1) complain("/data", `Two digits make a byte, and there are ${data.length}: one is missing or too many.`);
  if (complaints.length > 0) throw new ApiProblem(0, "", "", complaints);
  return { port: number, data, confirmed: isConfirmed };
}

function fieldsOf(text: string, complain: (pointer: string, detail: string) => void): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) return fields as Record<string, unknown>;
    complain("/fields", "This has to be a JSON object, in braces.");
  } catch (error) {
    complain("/fields", `This is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  return {};
}

const kHelp: Record<Writing, (payload: string) => string> = {
  hex: () => "Two hexadecimal digits for each byte, for example 01FF",
  text: (payload) => `UTF-8; ${hexOfText(payload).length / 2} bytes`,
  fields: () => "For the codec of the device's template, for example {\"valve\": \"open\"}. Without a port the codec names it.",
};

interface Props {
  application: Eui;
  device: Eui;
  onAccepted: (receipt: DownlinkReceipt) => void;
}

export function SendDownlink({ application, device, onAccepted }: Props) {
  const [draft, setDraft] = useState<Draft>({ port: "", isConfirmed: false, writing: "hex", payload: "" });
  const change = (changed: Partial<Draft>) => setDraft((old) => ({ ...old, ...changed }));
  const send = async () => {
    const receipt = await api.post<DownlinkReceipt>(at("applications", application, "devices", device, "downlinks"), inputOf(draft));
    notify(`The downlink is accepted as ${receipt.id}`);
    onAccepted(receipt);
  };
  const isFields = draft.writing === "fields";
  return (
    <Panel title="Send downlink">
      <Form onSubmit={send} submit="Send downlink" label="Send downlink">
        <TextField label="Port" pointer="/port" value={draft.port} onChange={(port) => change({ port })} placeholder={isFields ? "" : "1"}
          help={isFields ? "1 to 223; empty: what the codec says" : "1 to 223; empty: 1"} />
        <RadioField<Writing> legend="The payload is" value={draft.writing} onChange={(writing) => change({ writing })}
          choices={[{ value: "hex", text: "Hexadecimal" }, { value: "text", text: "Text" }, { value: "fields", text: "Fields" }]} />
        <TextArea label={isFields ? "Fields as JSON" : "Payload"} pointer={isFields ? "/fields/" : "/data"} value={draft.payload} onChange={(payload) => change({ payload })} isCode required
          help={kHelp[draft.writing](draft.payload)} />
        <CheckField label="Confirmed" value={draft.isConfirmed} onChange={(isConfirmed) => change({ isConfirmed })}
          help="The device has to acknowledge it." />
      </Form>
    </Panel>
  );
}
