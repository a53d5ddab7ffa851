// SPDX-License-Identifier: Apache-2.0
// What a user or a key may do: a role, and the applications that it is for.
import { ApiProblem } from "../api/client";
import type { Eui, Role } from "../api/types";
import { SelectField, TextArea } from "../parts/form";

export interface Granted {
  role: Role;
  applications: string; // one EUI per line, as typed
}

const kRoles: { value: Role; text: string; help: string }[] = [
  { value: "viewer", text: "Viewer", help: "Sees everything, or the applications named below, but no token and no secret; changes nothing." },
  { value: "operator", text: "Operator", help: "Sees and changes what is inside the applications named below." },
  { value: "admin", text: "Administrator", help: "May do everything." },
];

export function roleText(role: Role): string {
  return kRoles.find(({ value }) => value === role)?.text ?? role;
}

/** For a list: "all applications", "2 applications". */
export function whereText(role: Role, applications: Eui[]): string {
  if (role === "admin") return "all applications";
  if (applications.length === 0) return role === "viewer" ? "all applications" : "no application";
  return applications.length === 1 ? `application ${applications[0]}` : `${applications.length} applications`;
}

/** What the API takes. */
export function grantOf({ role, applications }: Granted): { role: Role; applications: string[] } {
  return { role, applications: role === "admin" ? [] : applications.split(/[\s,]+/).filter(Boolean) };
}

const kOfOne = /^\/applications\/(\d+)$/;

/** Complaints about one of the applications belong to the field that has them all. */
export async function granting<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const errors = error.errors.map(({ pointer, detail }) => {
      const index = pointer?.match(kOfOne)?.[1];
      return index ? { pointer: "/applications", detail: `number ${Number(index) + 1}: ${detail}` } : { pointer, detail };
    });
    throw new ApiProblem(error.status, error.title, error.detail, errors);
  }
}

interface Props {
  value: Granted;
  onChange: (value: Granted) => void;
}

export function RoleFields({ value, onChange }: Props) {
  const { role, applications } = value;
  return (
    <>
      <SelectField label="Role" pointer="/role" value={role} choices={kRoles} help={kRoles.find((each) => each.value === role)?.help}
        onChange={(next) => onChange({ role: next as Role, applications })} />
      {role !== "admin" && (
        <TextArea label="Application EUIs" pointer="/applications" value={applications} isCode required={role === "operator"}
          onChange={(next) => onChange({ role, applications: next })}
          help={role === "viewer" ? "One per line. None: everything may be seen." : "One per line."} />
      )}
    </>
  );
}
