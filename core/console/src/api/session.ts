// SPDX-License-Identifier: Apache-2.0
// Who is logged in, and what they may do: a button that would fail is not shown.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Eui, Session } from "./types";

export const SessionContext = createContext<Session | undefined>(undefined);

export interface Rights {
  user: string;
  isAdmin: boolean;
  /** Networks, gateways, unrouted uplinks, traffic: not limited to applications. */
  seesEverything: boolean;
  mayChange: (application: Eui | undefined) => boolean;
}

export function rightsOf(session: Session): Rights {
  const isAdmin = session.role === "admin";
  return {
    user: session.user,
    isAdmin,
    seesEverything: isAdmin || (session.role === "viewer" && session.applications.length === 0),
    mayChange: (application) =>
      isAdmin ||
      (session.role === "operator" && application !== undefined && session.applications.includes(application)),
  };
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("nobody is logged in here");
  return session;
}

export function useRights(): Rights {
  return rightsOf(useSession());
}
