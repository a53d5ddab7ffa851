// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { api, ApiProblem } from "../../api/client";
import { useResource, type Resource } from "../../api/resource";
import type { Stream, StreamInput } from "../../api/types";
import { ConfirmButton } from "../../parts/dialog";
import { notify } from "../../parts/notices";
import { Problem } from "../../parts/problem";
import { Facts, Panel } from "../../parts/small";
import { kindText } from "../../parts/text";
import { go } from "../../shell/router";
import { textOf } from "./option_values";
import type { StreamTabProps } from "./stream";
import { StreamForm } from "./stream_form";

type Props = StreamTabProps & { onChanged: () => Promise<void> };

export function SettingsTab(props: Props) {
  const { owner, stream, path, mayEdit } = props;
  if (!mayEdit) return <SettingsShown stream={stream} />;
  const remove = async () => {
    await api.remove(path);
    notify(`Stream ${stream.name} is removed`);
    go(`${owner.kind}s`, owner.eui);
  };
  return (
    <>
      <EditSettings {...props} />
      <Panel title="Remove this stream">
        <p>Its tokens, its dead letters and what is not delivered yet go with it, and its clients are disconnected.</p>
        <div class="actions">
          <ConfirmButton button="Remove" title={`Remove stream ${stream.name}?`} act={remove}>
            <p>Its tokens, its dead letters and what is not delivered yet go with it. This cannot be undone.</p>
          </ConfirmButton>
        </div>
      </Panel>
    </>
  );
}

/** The form is filled once; a change that somebody else makes meanwhile is not overwritten. */
function EditSettings({ path, stream, onChanged, ...props }: Props) {
  const resource = useResource<Stream>(path);
  const { value, problem, reload } = resource;
  // The switch above the form is no change by somebody else.
  useEffect(() => void (value && value.enabled !== stream.enabled && reload()), [stream.enabled]);
  return (
    <Panel title="Settings">
      <Problem problem={problem} />
      {value && <EditForm key={keyOf(value)} {...props} known={value} path={path} resource={resource} onChanged={onChanged} />}
    </Panel>
  );
}

/** Changes with what the form shows: then it is filled anew. */
function keyOf({ scope, protocol, format, template, options, duplicates, events }: Stream): string {
  return JSON.stringify([scope, protocol, format, template, options, duplicates, events]);
}

type FormProps = Omit<Props, "stream"> & { known: Stream; resource: Resource<Stream> };

function EditForm({ owner, known, path, resource, onChanged }: FormProps) {
  const [isOld, setIsOld] = useState(false);
  const save = async (input: StreamInput) => {
    try {
      await api.put<Stream>(path, input, resource.etag);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
      setIsOld(true);
      throw new ApiProblem(412, "", "Somebody else changed this stream meanwhile. Reload the settings, then change them again.");
    }
    notify(`Stream ${known.name} is saved`);
    await Promise.all([resource.reload(), onChanged()]);
  };
  const reload = async () => {
    await resource.reload();
    setIsOld(false);
  };
  return (
    <>
      <p class="help">Saving a change closes the stream's sessions: clients have to connect again, as most do by themselves.</p>
      <StreamForm owner={owner} known={known} submit="Save" send={save} />
      {isOld && <div class="actions"><button type="button" onClick={reload}>Reload the settings</button></div>}
    </>
  );
}

/** For those who may not change them, and for what is written in a file. */
function SettingsShown({ stream }: { stream: Stream }) {
  const options = Object.entries(stream.options).map(([name, value]) => ({ name, value: textOf(value) }));
  return (
    <Panel title="Settings">
      <Facts facts={[
        { name: "Protocol", value: stream.protocol },
        { name: "Format", value: stream.format },
        { name: "Device template", value: stream.template ?? "of the device or application" },
        { name: "Messages", value: stream.events.map(kindText).join(", ") },
        { name: "Several gateways", value: stream.duplicates === "best" ? "the best reception" : "a document each" },
        ...options,
      ]} />
      {options.length === 0 && <p class="help">All options of the protocol and the format are the usual ones.</p>}
    </Panel>
  );
}
