// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../parts/small";


export function UnroutedPage() {
  return <PageHead title="Unrouted uplinks" />;
}
