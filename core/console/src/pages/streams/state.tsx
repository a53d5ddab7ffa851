// SPDX-License-Identifier: Apache-2.0
import type { Books, Stream } from "../../api/types";
import { Sparkline } from "../../parts/chart";
import { Facts, Panel } from "../../parts/small";
import { count, counted, duration } from "../../parts/text";
import { Time } from "../../parts/time";
import { perSecond, type Rates } from "./rates";
import { StreamBadge } from "./streams";

const kEnds = ["settled", "pending", "expired", "dead", "filtered"] as const;

export function StatePanel({ stream, rates }: { stream: Stream; rates: Rates }) {
  const { state, enabled } = stream;
  return (
    <Panel title="State">
      <p>
        <StreamBadge stream={stream} />
        {enabled && state.since && <span class="quiet"> since <Time at={state.since} /></span>}
        {enabled && state.text && <> {state.text}</>}
      </p>
      {state.books && (
        <>
          <Facts facts={[
            { name: "Sessions", value: count(state.sessions) },
            { name: "Lag", value: lagText(state.books, enabled ? rates.settled.at(-1) ?? 0 : 0) },
          ]} />
          <Sum books={state.books} />
        </>
      )}
      <div class="rate">
        <span>Settled: {perSecond(rates.settled.at(-1) ?? 0)}</span>
        {rates.settled.length > 1 && <Sparkline values={rates.settled} label="Messages settled per second since this page was opened" />}
        <span class="help">messages per second, since this page was opened</span>
      </div>
    </Panel>
  );
}

/** matched = settled + pending + …: nothing is lost. */
function Sum({ books }: { books: Books }) {
  const sum = kEnds.reduce((all, each) => all + books[each], 0);
  return (
    <p class="sum">
      {count(books.matched)} matched {sum === books.matched ? "=" : "≠"} {kEnds.map((each) => `${count(books[each])} ${each}`).join(" + ")}
    </p>
  );
}

function lagText({ pending }: Books, rate: number): string {
  if (pending === 0) return "none";
  const text = counted(pending, "message");
  return rate > 0 ? `${text}, about ${duration(Math.max(1, Math.round(pending / rate)))}` : text;
}
