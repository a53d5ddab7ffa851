// SPDX-License-Identifier: Apache-2.0
// Columns of lists of messages.
import type { Eui, Message, Reception } from "../api/types";
import { Payload } from "../parts/payload";
import { EuiText } from "../parts/small";
import type { Column } from "../parts/table";
import { count, kindText, megahertz } from "../parts/text";
import { Time } from "../parts/time";
import { link } from "../shell/router";

/** The one with the best SNR, as the broker chooses it too. */
export function bestOf(message: Message): Reception | undefined {
  const worth = ({ snrDb = -Infinity }: Reception) => snrDb;
  return (message.receptions ?? []).reduce<Reception | undefined>((best, each) => {
    if (!best || worth(each) > worth(best)) return each;
    return worth(each) === worth(best) && each.rssiDbm > best.rssiDbm ? each : best;
  }, undefined);
}

export function linkToDevice(application: Eui, device: Eui): string {
  return link("applications", application, "devices", device);
}

function decibels(value: number | undefined, unit: string, digits: number): string {
  return value === undefined ? "–" : `${value.toFixed(digits)} ${unit}`;
}

/** The one that heard it best, and how many others did. */
function Gateways({ message }: { message: Message }) {
  const more = (message.receptions?.length ?? 0) - 1;
  return (
    <>
      <span class="code nowrap">{bestOf(message)?.gateway ?? "–"}</span>
      {more > 0 && <> and {count(more)} more</>}
    </>
  );
}

type MessageColumn = Column<Message>;

/** The date too, unless it is today. */
export const kTimeColumn: MessageColumn = {
  title: "Time",
  cell: ({ received }) => <Time at={received} as={new Date(received).toDateString() === new Date().toDateString() ? "clock" : "dateTime"} />,
};
export const kKindColumn: MessageColumn = {
  title: "Kind",
  cell: (each) => kindText(each.kind) + (each.confirmed && each.kind === "uplink" ? ", confirmed" : ""),
};
export const kPortColumn: MessageColumn = { title: "Port", cell: (each) => each.port ?? "–", isNumber: true };
/** The payload; of an event what the network said. */
export const kDataColumn: MessageColumn = {
  title: "Data",
  cell: (each) => (each.data === undefined && each.text ? each.text : <Payload hex={each.data} />),
};
export const kRssiColumn: MessageColumn = {
  title: "RSSI", cell: (each) => <span class="nowrap">{decibels(bestOf(each)?.rssiDbm, "dBm", 0)}</span>, isNumber: true,
};
export const kSnrColumn: MessageColumn = {
  title: "SNR", cell: (each) => <span class="nowrap">{decibels(bestOf(each)?.snrDb, "dB", 1)}</span>, isNumber: true,
};
export const kFrequencyColumn: MessageColumn = {
  title: "Frequency", cell: (each) => <span class="nowrap">{each.frequencyHz ? megahertz(each.frequencyHz) : "–"}</span>, isNumber: true,
};
export const kDataRateColumn: MessageColumn = { title: "Data rate", cell: (each) => <span class="nowrap">{each.dataRate ?? "–"}</span> };
export const kCounterColumn: MessageColumn = {
  title: "Counter", cell: (each) => (each.frameCounter === undefined ? "–" : count(each.frameCounter)), isNumber: true,
};
export const kGatewaysColumn: MessageColumn = { title: "Gateways", cell: (each) => each.receptions?.length ?? "–", isNumber: true };
export const kGatewayColumn: MessageColumn = { title: "Gateway", cell: (each) => <Gateways message={each} /> };

/** Of lists with messages of many devices. */
export function deviceColumn(application: Eui | undefined): MessageColumn {
  return {
    title: "Device",
    cell: ({ device, deviceName, application: own = application }) => {
      const text = deviceName || <EuiText eui={device} />;
      return own ? <a href={linkToDevice(own, device)} title={device}>{text}</a> : text;
    },
  };
}
