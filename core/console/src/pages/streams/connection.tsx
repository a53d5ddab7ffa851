// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import type { Owner } from "../../api/owner";
import type { Stream } from "../../api/types";
import { Copy, Facts, Panel } from "../../parts/small";
import { shellWord } from "../../parts/text";
import type { StreamTabProps } from "./stream";

interface ClientLine {
  label: string;
  value: string;
  help: ComponentChildren;
}

/** Which topics have the stream's messages: `EUI/+/up` for an application. */
function topicOf(owner: Owner, stream: Stream): string {
  if (owner.kind === "gateway") return "+/+/up";
  return `${owner.eui}/${typeof stream.scope === "object" ? stream.scope.device : "+"}/up`;
}

/** A program that is quickly installed and shows that it works, for the protocol of the URL. */
function clientLine(url: string, token: string, owner: Owner, stream: Stream): ClientLine | undefined {
  const [, scheme = "", host = "", port = ""] = /^(\w+):\/\/(.+?)(?::(\d+))?(?:[/?]|$)/.exec(url) ?? [];
  if (scheme === "wss" || scheme === "ws") {
    return {
      label: "wscat",
      value: `npx wscat -n -c ${shellWord(url)}`,
      help: <>Any WebSocket client works. <code>-n</code> takes a certificate that nobody has signed, such as the broker's own.</>,
    };
  }
  if (scheme === "mqtts" || scheme === "mqtt") {
    const tls = scheme === "mqtts" ? " --cafile certificate.pem" : "";
    return {
      label: "mosquitto",
      value: `mosquitto_sub -h ${host} -p ${port || "8883"}${tls} -u ${shellWord(token)} -q 1 -v -t ${shellWord(topicOf(owner, stream))}`,
      help: (
        <>
          The token is the user name or the password. The broker's own certificate is the file <code>tls/certificate.pem</code> in
          its data directory.
        </>
      ),
    };
  }
  return undefined;
}

export function ConnectionPanel({ owner, stream, mayChange }: StreamTabProps) {
  const { url, token } = stream;
  return (
    <Panel title="Connection">
      <Facts facts={[
        { name: "Protocol", value: stream.protocol },
        { name: "Format", value: stream.format },
        { name: "Messages of", value: scopeText(owner, stream) },
      ]} />
      {url ? <Listening {...{ owner, stream, mayChange }} url={url} token={token} /> : <Calling stream={stream} />}
    </Panel>
  );
}

function scopeText(owner: Owner, stream: Stream): string {
  if (typeof stream.scope === "object") return `device ${stream.scope.device}`;
  return owner.kind === "gateway" ? "this gateway" : "the whole application";
}

interface ListeningProps {
  owner: Owner;
  stream: Stream;
  url: string;
  token: string | undefined;
  mayChange: boolean;
}

/** Clients connect to the broker. */
function Listening({ owner, stream, url, token, mayChange }: ListeningProps) {
  const server = /^\w+:\/\/([^/?]+)/.exec(url)?.[1] ?? url;
  const client = token ? clientLine(url, token, owner, stream) : undefined;
  return (
    <>
      <Copy label="Server" value={server} />
      {mayChange && token && <Copy label="Token" value={token} />}
      {mayChange && <Copy label="URL" value={url} />}
      {mayChange && !token && <p class="help">This stream has no token. Add one below, under Tokens.</p>}
      {!mayChange && <p class="help">The token is shown to those who may change the stream.</p>}
      {mayChange && client && (
        <div>
          <Copy label={client.label} value={client.value} />
          <p class="help">{client.help}</p>
        </div>
      )}
    </>
  );
}

/** The broker connects to somebody. */
function Calling({ stream }: { stream: Stream }) {
  const { url } = stream.options;
  if (typeof url !== "string" || url === "") {
    return <p class="help">Nobody has to connect: this protocol connects by itself, or its listener is not open yet.</p>;
  }
  return (
    <>
      <Copy label="Connects to" value={url} />
      <p class="help">runnel connects there by itself, and again after an outage.</p>
    </>
  );
}
