// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../../parts/small";
import type { Eui } from "../../api/types";

export function DevicesPage() {
  return <PageHead title="Devices" />;
}

export function DevicesTab({ application }: { application: Eui }) {
  return <PageHead title={application} />;
}
