// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../parts/small";
import type { Eui } from "../api/types";

export function LiveDataTab({ application }: { application: Eui }) {
  return <PageHead title={application} />;
}
