// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../../parts/small";
import type { Owner } from "../../api/owner";

export function StreamsPage() {
  return <PageHead title="Streams" />;
}

export function StreamsTab({ owner }: { owner: Owner }) {
  return <PageHead title={owner.eui} />;
}
