// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../parts/small";


export function KeysPage() {
  return <PageHead title="API keys" />;
}
