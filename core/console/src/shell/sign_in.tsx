// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Session } from "../api/types";
import { Form, TextField } from "../parts/form";

export function SignIn({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  useEffect(() => {
    document.title = "Sign in · runnel";
  }, []);
  const signIn = async () => onSignedIn(await api.post<Session>("/session", { user, password }));
  return (
    <main class="sign-in">
      <img src="icon.svg" alt="" width={48} height={48} />
      <h1>Sign in to runnel</h1>
      <Form onSubmit={signIn} submit="Sign in" label="Sign in">
        <TextField label="User" pointer="/user" value={user} onChange={setUser} autocomplete="username" required />
        <TextField label="Password" pointer="/password" type="password" value={password} onChange={setPassword}
          autocomplete="current-password" required />
      </Form>
      <p class="help">The first user is <code>admin</code>. Its password is in the file <code>admin-password</code> of the broker's data directory until it is changed.</p>
    </main>
  );
}
