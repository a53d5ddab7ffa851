// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiProblem } from "../api/client";
import type { Session } from "../api/types";
import { Form, TextField } from "../parts/form";
import { sentence } from "../parts/text";

const kWrong = 401;

export function SignIn({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const place = useRef<HTMLElement>(null);
  const focus = (field: "text" | "password") => place.current?.querySelector<HTMLElement>(`input[type=${field}]`)?.focus();
  useEffect(() => {
    document.title = "Sign in · runnel";
    focus("text");
  }, []);
  const signIn = async () => {
    try {
      onSignedIn(await api.post<Session>("/session", { user, password }));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.status === kWrong) {
        setPassword("");
        focus("password");
      }
      throw new ApiProblem(error.status, error.title, sentence(error.detail), error.errors);
    }
  };
  return (
    <main ref={place} class="sign-in">
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
