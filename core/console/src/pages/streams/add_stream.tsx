// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../../parts/small";
import type { Owner } from "../../api/owner";

export function AddStreamPage({ owner }: { owner: Owner }) {
  return <PageHead title={`Add stream to ${owner.eui}`} />;
}
