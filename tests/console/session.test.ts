// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { mayChange } from "../../core/console/src/api/owner";
import { rightsOf } from "../../core/console/src/api/session";
import type { Role } from "../../core/console/src/api/types";
import { grantOf, whereText } from "../../core/console/src/pages/role_fields";

const kOurs = "70B3D57ED0000001";
const kOther = "70B3D57ED0000002";
const rights = (role: Role, ...applications: string[]) => rightsOf({ user: "anna", role, applications });

test("an administrator may do everything", () => {
  const admin = rights("admin");
  assert.ok(admin.isAdmin && admin.seesEverything && admin.mayChange(kOther));
  assert.ok(mayChange(admin, { kind: "gateway", eui: kOurs }));
});

test("an operator changes what is inside the own applications", () => {
  const operator = rights("operator", kOurs);
  assert.ok(operator.mayChange(kOurs) && !operator.mayChange(kOther) && !operator.mayChange(undefined));
  assert.ok(!operator.seesEverything && !operator.isAdmin);
  assert.ok(!mayChange(operator, { kind: "gateway", eui: kOurs }), "a gateway that has the same EUI");
  assert.ok(!rights("operator").seesEverything, "none is not all");
});

test("a viewer changes nothing, and sees everything unless limited", () => {
  assert.ok(rights("viewer").seesEverything && !rights("viewer", kOurs).seesEverything);
  assert.ok(!rights("viewer", kOurs).mayChange(kOurs));
});

test("what is granted is what was typed", () => {
  assert.deepEqual(grantOf({ role: "operator", applications: `${kOurs},\n ${kOther}\n` }).applications, [kOurs, kOther]);
  assert.deepEqual(grantOf({ role: "admin", applications: kOurs }).applications, []);
  assert.equal(whereText("viewer", []), "all applications");
  assert.equal(whereText("operator", []), "no application");
});
