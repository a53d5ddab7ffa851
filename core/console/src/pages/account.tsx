// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api, at } from "../api/client";
import { useSession } from "../api/session";
import type { Session } from "../api/types";
import { Form, TextField } from "../parts/form";
import { notify } from "../parts/notices";
import { Facts, PageHead, Panel } from "../parts/small";
import { Time } from "../parts/time";
import { link } from "../shell/router";
import { roleText, whereText } from "./role_fields";

const kShortest = 12; // characters

/** Current password, new password, and the new one again. */
function PasswordForm({ onDone }: { onDone?: () => void }) {
  const { user } = useSession();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [isTried, setIsTried] = useState(false);
  const isDifferent = again !== password && (isTried || again !== "");
  const change = async () => {
    setIsTried(true);
    if (again !== password) return;
    await api.put(at("users", user, "password"), { current, password });
    setCurrent("");
    setPassword("");
    setAgain("");
    setIsTried(false);
    notify("Your password is changed; your other sessions are signed out");
    onDone?.();
  };
  return (
    <Form onSubmit={change} submit="Change password" label="Change password">
      <TextField label="Current password" pointer="/current" type="password" value={current} onChange={setCurrent}
        autocomplete="current-password" required />
      <TextField label="New password" pointer="/password" type="password" value={password} onChange={setPassword}
        autocomplete="new-password" help={`At least ${kShortest} characters.`} required />
      <TextField label="New password again" type="password" value={again} onChange={setAgain} autocomplete="new-password"
        complaint={isDifferent ? "This is not the same as above." : ""} required />
    </Form>
  );
}

/** Before anything else: the password was made by the broker, and others may know it. */
export function FirstPassword({ onDone, onSignOut }: { onDone: () => void; onSignOut: () => void }) {
  return (
    <main id="main" class="sign-in" tabIndex={-1}>
      <PageHead title="Choose a password" />
      <p>The broker made the password that you signed in with, and others may have seen it. Please choose one of your own.</p>
      <PasswordForm onDone={onDone} />
      <button type="button" class="plain" onClick={onSignOut}>Sign out</button>
    </main>
  );
}

/** The applications that one is limited to; a link each. */
function Where({ role, applications }: Pick<Session, "role" | "applications">) {
  if (applications.length === 0) return <>{whereText(role, applications)}</>;
  return (
    <ul class="euis">
      {applications.map((eui) => <li key={eui}><a class="code" href={link("applications", eui)}>{eui}</a></li>)}
    </ul>
  );
}

export function AccountPage() {
  const { user, role, applications, expires } = useSession();
  return (
    <>
      <PageHead title="Your account" />
      <Panel title="Who you are">
        <Facts facts={[
          { name: "User", value: user },
          { name: "Role", value: roleText(role) },
          { name: "Applications", value: <Where role={role} applications={applications} /> },
          { name: "This session ends", value: <Time at={expires} /> },
        ]} />
      </Panel>
      <Panel title="Password">
        <PasswordForm />
      </Panel>
    </>
  );
}
