// SPDX-License-Identifier: Apache-2.0
import type { ApiProblem } from "../api/client";

interface Props {
  problem: ApiProblem | undefined;
  /** Pointers of fields that show their complaints themselves. */
  shown?: string[];
}

/** Is this complaint about `pointer`? One that ends with "/" means all that is below it, too. */
export function isAt(pointer: string, complaint: string | undefined): boolean {
  return complaint === pointer || (pointer.endsWith("/") && (complaint === pointer.slice(0, -1) || complaint?.startsWith(pointer) === true));
}

/** Why something did not work, in the broker's words; nothing if it did. */
export function Problem({ problem, shown = [] }: Props) {
  if (!problem) return null;
  const rest = problem.errors.filter(({ pointer }) => !pointer || !shown.some((each) => isAt(each, pointer)));
  const isAllShown = problem.errors.length > 0 && rest.length === 0;
  return (
    <div class="problem" role="alert">
      <p>{isAllShown ? "Please look at the marked fields." : problem.detail || problem.title}</p>
      {rest.length > 0 && (
        <ul>
          {rest.map(({ pointer, detail }) => (
            <li key={pointer + detail}>{pointer && <code>{pointer}</code>} {detail}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
