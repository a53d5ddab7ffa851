// SPDX-License-Identifier: Apache-2.0
import { useResource } from "../../api/resource";
import type { Page, TemplateSummary } from "../../api/types";
import { TextField } from "../../parts/form";

interface Props {
  value: string;
  onChange: (value: string) => void;
  help: string;
}

/** Which device template applies; those that are there are suggested. */
export function TemplateField({ value, onChange, help }: Props) {
  const found = useResource<Page<TemplateSummary>>("/templates", { limit: 1000 }).value?.items ?? [];
  const names = new Set(found.flatMap(({ name, version }) => [name, `${name}@${version}`]));
  return (
    <TextField label="Device template" pointer="/template" value={value} onChange={onChange} suggestions={[...names]}
      help={`${help} A name means its newest version, name@2 that one.`} />
  );
}
