// SPDX-License-Identifier: Apache-2.0
// The broker reads its files again: all of it, or nothing.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api, ApiProblem } from "../api/client";
import { notify } from "../parts/notices";
import { Problem } from "../parts/problem";
import { Panel } from "../parts/small";

interface Report {
  changed: string;
  needsRestart: string[];
}

/** What has changed at once; the report names what needs a restart at its end, and by itself. */
function changedAtOnce(report: Report): string {
  return report.changed.replace(/(^|; )needs a restart: .*$/, "") || "Nothing has changed at once";
}

/** A button, and what came of it. */
export function useReload(onDone: () => Promise<void>): { button: ComponentChildren; report: ComponentChildren } {
  const [isBusy, setIsBusy] = useState(false);
  const [found, setFound] = useState<Report | ApiProblem>();
  const reload = async () => {
    setIsBusy(true);
    setFound(undefined);
    try {
      setFound(await api.post<Report>("/reload"));
      notify("The configuration is reloaded");
      await onDone();
    } catch (error) {
      setFound(error instanceof ApiProblem ? error : new ApiProblem(0, "Error", String(error)));
    } finally {
      setIsBusy(false);
    }
  };
  const close = <button type="button" onClick={() => setFound(undefined)}>Close</button>;
  return {
    button: <button type="button" disabled={isBusy} onClick={reload}>Reload configuration</button>,
    report: found && (
      <Panel title={found instanceof ApiProblem ? "The configuration is not reloaded" : "The configuration is reloaded"} actions={close}>
        {found instanceof ApiProblem ? <Problem problem={found} /> : <Changes report={found} />}
      </Panel>
    ),
  };
}

function Changes({ report }: { report: Report }) {
  return (
    <>
      <p>{changedAtOnce(report)}.</p>
      {report.needsRestart.length > 0 && (
        <div>
          <p>This has changed in the files too, and takes effect when the broker is restarted:</p>
          <ul>
            {report.needsRestart.map((each) => <li key={each}><code>{each}</code></li>)}
          </ul>
        </div>
      )}
    </>
  );
}
