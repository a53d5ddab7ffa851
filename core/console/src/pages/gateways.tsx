// SPDX-License-Identifier: Apache-2.0
import { PageHead } from "../parts/small";
import type { Eui } from "../api/types";

export function GatewaysPage() {
  return <PageHead title="Gateways" />;
}

export function GatewayPage({ gateway }: { gateway: Eui }) {
  return <PageHead title={gateway} />;
}
