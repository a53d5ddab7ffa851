// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../../parts/small";
import type { Eui } from "../../api/types";

export function DevicePage({ application, device }: { application: Eui; device: Eui }) {
  return <PageHead title={`${application} ${device}`} />;
}
