// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../../parts/small";
import type { Owner } from "../../api/owner";

export function StreamPage({ owner, stream }: { owner: Owner; stream: string }) {
  return <PageHead title={`${owner.eui} ${stream}`} />;
}
