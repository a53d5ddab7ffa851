// SPDX-License-Identifier: Apache-2.0
// What is around every page: who is logged in, the menu, the notices.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiProblem, setCsrf, whenLoggedOut, whenRefused } from "../api/client";
import { SessionContext } from "../api/session";
import type { Session } from "../api/types";
import { Notices, notify, notifyError } from "../parts/notices";
import { pageAt } from "../pages/pages";
import { FirstPassword } from "../pages/account";
import { Navigation } from "./navigation";
import { useLocation } from "./router";
import { SignIn } from "./sign_in";

type State = { session?: Session; isKnown: boolean; outage?: ApiProblem };

/** Set while this browser has a session that may still be open: only then is the broker asked for it. */
const kMark = "runnel-signed-in";
const kRetry = 2_000; // milliseconds between two attempts to reach a broker that does not answer

export function Shell() {
  const [{ session, isKnown, outage }, setState] = useState<State>({ isKnown: false });
  const { path } = useLocation();

  const current = useRef<Session>(undefined);
  const accept = (found: Session | undefined) => {
    current.current = found;
    setCsrf(found?.csrf);
    if (found) localStorage.setItem(kMark, "yes");
    else localStorage.removeItem(kMark);
    setState({ session: found, isKnown: true });
  };
  const ask = async () => {
    try {
      accept(await api.get<Session>("/session"));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return accept(undefined);
      setState({ isKnown: false, outage: error as ApiProblem });
      setTimeout(ask, kRetry);
    }
  };
  useEffect(() => {
    whenLoggedOut(() => accept(undefined));
    whenRefused(async () => {
      const before = current.current;
      const found = await api.get<Session>("/session");
      accept(found);
      return found.user === before?.user && found.csrf !== before.csrf;
    });
    if (localStorage.getItem(kMark)) void ask();
    else accept(undefined);
  }, []);

  const signOut = async () => {
    try {
      await api.remove("/session");
    } catch (error) {
      // 401: the session had ended already.
      if (!(error instanceof ApiProblem && error.status === 401)) {
        notifyError(`You are still signed in: ${error instanceof Error ? error.message : String(error)}`);
        return;
      }
    }
    accept(undefined);
    notify("You are signed out");
  };

  return (
    <>
      {!isKnown && <p class="waiting-page" role="status">{outage ? outage.detail : "Loading …"}</p>}
      {isKnown && !session && <SignIn onSignedIn={accept} />}
      {session && (
        <SessionContext.Provider value={session}>
          {session.mustChangePassword
            ? <FirstPassword onDone={ask} onSignOut={signOut} />
            : <Frame path={path} onSignOut={signOut} />}
        </SessionContext.Provider>
      )}
      <Notices />
    </>
  );
}

function Frame({ path, onSignOut }: { path: string; onSignOut: () => void }) {
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>Skip to the content</a>
      <Navigation path={path} onSignOut={onSignOut} />
      <main id="main" tabIndex={-1}>{pageAt(path)}</main>
    </>
  );
}

/** The address after # says which page is shown, so this link moves the focus itself. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
