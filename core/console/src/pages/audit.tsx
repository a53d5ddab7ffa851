// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../parts/small";


export function AuditPage() {
  return <PageHead title="Audit log" />;
}
