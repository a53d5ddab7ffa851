// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api, at } from "../api/client";
import { useSession } from "../api/session";
import { Form, TextField } from "../parts/form";
import { notify } from "../parts/notices";
import { Facts, PageHead, Panel } from "../parts/small";
import { Time } from "../parts/time";

interface Props {
  onDone?: () => void;
  isFirst?: boolean; // the password was made by the broker
}

const kShortest = 12; // characters

export function ChangePassword({ onDone, isFirst }: Props) {
  const { user } = useSession();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const isDifferent = again !== "" && again !== password;
  const change = async () => {
    if (again !== password) return;
    await api.put(at("users", user, "password"), { current, password });
    setCurrent("");
    setPassword("");
    setAgain("");
    notify("Your password is changed; your other sessions are signed out");
    onDone?.();
  };
  return (
    <>
      {isFirst && <PageHead title="Choose a password" />}
      <Panel title={isFirst ? "Before you go on" : "Password"}>
        {isFirst && <p>The password that you signed in with was made by the broker and lies in a file. Please choose one of your own.</p>}
        <Form onSubmit={change} submit="Change password" label="Change password">
          <TextField label="Current password" pointer="/current" type="password" value={current} onChange={setCurrent} autocomplete="current-password" required />
          <TextField label="New password" pointer="/password" type="password" value={password} onChange={setPassword}
            autocomplete="new-password" help={`At least ${kShortest} characters.`} required />
          <TextField label="New password again" type="password" value={again} onChange={setAgain} autocomplete="new-password"
            complaint={isDifferent ? "This is not the same as above." : ""} required />
        </Form>
      </Panel>
    </>
  );
}

export function AccountPage() {
  const { user, role, applications, expires } = useSession();
  const where = applications.length > 0 ? applications.join(", ") : role === "operator" ? "none" : "all";
  return (
    <>
      <PageHead title="Your account" />
      <Panel title="Who you are">
        <Facts facts={[
          { name: "User", value: user },
          { name: "Role", value: role },
          { name: "Applications", value: where },
          { name: "This session ends", value: <Time at={expires} /> },
        ]} />
      </Panel>
      <ChangePassword />
    </>
  );
}
