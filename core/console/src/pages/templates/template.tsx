// SPDX-License-Identifier: Apache-2.0
// One version of a device template. A version is never written over: what is changed becomes the next one, so that it
// can be tried beside the one that is in use.
import { api, ApiProblem, at } from "../../api/client";
import { useResource } from "../../api/resource";
import { useRights, useSession } from "../../api/session";
import type { Page, Template, TemplatePart, TemplateSummary } from "../../api/types";
import { ConfirmButton } from "../../parts/dialog";
import { Form } from "../../parts/form";
import { notify } from "../../parts/notices";
import { Problem } from "../../parts/problem";
import { Facts, PageHead, Panel } from "../../parts/small";
import { counted } from "../../parts/text";
import { go, link } from "../../shell/router";
import { DryRun } from "./dry_run";
import { templateOf, useTemplateDraft } from "./template_draft";
import { TemplateFields, useTable } from "./template_form";

const kTrail = [{ text: "Device templates", href: link("templates") }];

export function AddTemplatePage() {
  const { isAdmin } = useRights();
  return (
    <>
      <PageHead title="Add template" trail={kTrail} />
      {isAdmin ? <Editor next={1} /> : <p>Administrators add device templates.</p>}
    </>
  );
}

export function TemplatePage({ name, version }: { name: string; version: string }) {
  const { isAdmin } = useRights();
  const mayTry = useSession().role !== "viewer";
  const path = at("templates", name, version);
  const { value, problem, etag } = useResource<Template>(path);
  const all = useResource<Page<TemplateSummary>>("/templates", { limit: 1000 }).value?.items;
  const versions = all?.filter((each) => each.name === name).map((each) => each.version);
  const remove = async () => {
    await api.remove(path, etag);
    notify(`${name}@${version} is removed`);
    go("templates");
  };
  return (
    <>
      <PageHead title={`${name}@${version}`} trail={kTrail}>
        {isAdmin && value?.origin === "api" && (
          <ConfirmButton button="Remove" title={`Remove ${name}@${version}?`} act={remove}>
            <p>What names this version, or only the name if this is its newest one, gets documents without fields, or those of the version before.</p>
          </ConfirmButton>
        )}
      </PageHead>
      <Problem problem={problem} />
      {value?.trouble && <p class="wrong">Its codec does not run: {value.trouble}</p>}
      {value?.origin === "file" && <p class="quiet">This version is configured in the file <code>{value.file}</code>, its examples are shown there.</p>}
      {versions && versions.length > 1 && (
        <nav class="tabs" aria-label="Versions">
          {versions.map((each) => (
            <a key={each} href={link("templates", name, String(each))} aria-current={String(each) === version ? "page" : undefined}>Version {each}</a>
          ))}
        </nav>
      )}
      {value && versions && isAdmin && <Editor known={value} next={Math.max(...versions, 0) + 1} />}
      {value && !isAdmin && <Shown template={value} />}
      {value && !isAdmin && mayTry && <DryRun template={() => `${name}@${version}`} />}
    </>
  );
}

function Editor({ known, next }: { known?: Template; next: number }) {
  const { draft, set } = useTemplateDraft(known);
  const tables = { codec: useTable("codec", draft.codec.plugin), format: useTable("format", draft.format.plugin) };
  const written = (): Template => {
    const { codec = [], format = [] } = tables;
    const template = templateOf(draft, { codec, format }, next);
    if (template.name === "") throw new ApiProblem(0, "", "", [{ pointer: "/name", detail: "The template needs a name." }]);
    return template;
  };
  const test = async () => {
    const { examples } = await api.post<{ examples: number }>("/templates/test", written());
    notify(examples > 0 ? `The template is right: ${counted(examples, "example")} passed` : "The template is right; it has no examples");
  };
  const save = async () => {
    const template = written();
    await api.make<Template>(at("templates", template.name, next), template);
    notify(`${template.name}@${next} is saved`);
    go("templates", template.name, String(next));
  };
  return (
    <>
      <Panel title={known ? "Change it" : "New template"}>
        <Form isWide onSubmit={save} submit={known ? `Save as version ${next}` : "Save"} also={{ text: "Test", act: test }} label="Template"
          isLoading={!tables.codec || !tables.format}>
          <TemplateFields draft={draft} set={set} isNew={!known} tables={tables} />
        </Form>
      </Panel>
      <DryRun template={written} />
    </>
  );
}

/** For those who may not change it. */
function Shown({ template }: { template: Template }) {
  return (
    <>
      {template.description && <p>{template.description}</p>}
      <PartShown title="Codec" part={template.codec} none="It has none: payloads stay as they are." />
      <PartShown title="Text for format" part={template.format} none="It has none: documents are as their stream says." />
      {template.examples && (
        <Panel title="Examples"><pre tabIndex={0}>{JSON.stringify(template.examples, null, 2)}</pre></Panel>
      )}
    </>
  );
}

function PartShown({ title, part, none }: { title: string; part?: TemplatePart; none: string }) {
  const options = Object.entries(part?.options ?? {});
  return (
    <Panel title={title}>
      {!part && <p class="quiet">{none}</p>}
      {part && <Facts facts={[{ name: "Plugin", value: part.plugin ?? "template" }]} />}
      {options.map(([name, value]) => (
        <div key={name}>
          <h3>{name}</h3>
          <pre tabIndex={0}>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>
        </div>
      ))}
    </Panel>
  );
}
