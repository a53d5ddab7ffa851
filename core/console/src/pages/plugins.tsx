// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../parts/small";


export function PluginsPage() {
  return <PageHead title="Plugins" />;
}

export function PluginPage({ kind, name }: { kind: string; name: string }) {
  return <PageHead title={`${kind} ${name}`} />;
}
