// SPDX-License-Identifier: Apache-2.0
// The documents of the management API, as core/admin/openapi.json describes them.

export type Eui = string; // 16 upper-case hexadecimal digits
export type Time = string; // RFC 3339, UTC, milliseconds
export type Role = "viewer" | "operator" | "admin";
export type Health = "working" | "connecting" | "failing" | "waiting";
export type Origin = "file" | "api";
export type MessageKind =
  | "uplink" | "join" | "queued" | "sent" | "acknowledged" | "notAcknowledged" | "expired" | "failed"
  | "status" | "location" | "test";

export interface Page<T> {
  items: T[];
  next?: string;
}

export interface Session {
  user: string;
  role: Role;
  applications: Eui[];
  csrf?: string;
  expires?: Time;
  mustChangePassword?: boolean;
}

export interface HealthEntry {
  part: string;
  health: Health;
  text: string;
}

export interface Status {
  version: string;
  started: Time;
  uptimeSeconds: number;
  journal: { head: number; oldest: number; messages?: number };
  counters?: {
    taken: number;
    refused: number;
    repeats: number;
    withoutPayload: number;
    unresolved: number;
  };
  streams: number;
  devices?: number;
  sessions: number;
  health: HealthEntry[];
}

export interface TrafficSample {
  time: Time; // the step's end
  taken: number; // within the step
  settled: number; // within the step
  sessions: number; // at its end
  pending: number; // at its end
}

export interface Traffic {
  stepSeconds: number;
  samples: TrafficSample[]; // oldest first
}

export interface Application {
  eui: Eui;
  name: string;
  template?: string; // of devices that name none
  origin: Origin;
  file?: string;
  deviceCount: number;
  streamCount: number;
}

export interface Gateway {
  eui: Eui;
  name: string;
  origin: Origin;
  file?: string;
  streamCount: number;
}

export type Tags = Record<string, string | number | boolean>;

export interface Device {
  eui: Eui;
  application?: Eui;
  name: string;
  template: string;
  tags: Tags;
  origin: Origin | "heard";
  network?: string;
  region?: string;
  lastHeard?: Time;
}

export interface Reception {
  gateway?: Eui;
  rssiDbm: number;
  snrDb?: number;
  time?: Time;
}

export interface Message {
  position: number;
  kind: MessageKind;
  device: Eui;
  deviceName?: string;
  application?: Eui;
  received: Time;
  networkTime?: Time;
  network?: string;
  port?: number;
  confirmed?: boolean;
  frameCounter?: number;
  data?: string; // hexadecimal
  frequencyHz?: number;
  dataRate?: string;
  region?: string;
  downlink?: string; // of a downlink's event: its id
  stream?: string; // of a downlink's event: who sent it
  text?: string;
  receptions?: Reception[];
}

export interface UnroutedMessage extends Message {
  reason: string;
}

export interface Books {
  matched: number; // = the sum of the others
  settled: number;
  pending: number;
  expired: number;
  dead: number;
  filtered: number;
}

export interface StreamState {
  health: Health;
  text: string;
  since?: string; // when health became this word
  sessions: number;
  cursor?: number;
  books?: Books;
}

export type Scope = "application" | { device: Eui };
export type OptionValue = string | number | boolean | null | OptionValue[] | { [key: string]: OptionValue };

export interface Stream {
  name: string;
  scope?: Scope;
  protocol: string;
  format: string;
  template?: string; // a device template
  options: Record<string, OptionValue>;
  duplicates: "all" | "best";
  events: MessageKind[];
  enabled: boolean;
  application?: Eui;
  gateway?: Eui;
  origin: Origin;
  url?: string;
  token?: string;
  state: StreamState;
}

/** What a stream is made from; see Stream. */
export interface StreamInput {
  name?: string;
  scope?: Scope;
  protocol?: string;
  format?: string;
  template?: string;
  options?: Record<string, OptionValue>;
  duplicates?: "all" | "best";
  events?: MessageKind[];
  enabled?: boolean;
  token?: string;
}

/** One version of a device template. */
export interface Template {
  name: string;
  version: number;
  description?: string;
  codec?: TemplatePart;
  format?: TemplatePart;
  examples?: unknown[];
  origin?: Origin;
  file?: string;
  trouble?: string; // why its codec does not run
}

export interface TemplatePart {
  plugin?: string;
  options?: Record<string, OptionValue>;
}

export interface TemplateSummary extends Omit<Template, "codec" | "format" | "examples"> {
  codec: string; // its plugin; "": none
  format: string; // that it has a text for; "": none
  examples: number;
}

/** A message as the documents of a stream, without and with a device template. */
export interface DryRunItem {
  position: number;
  kind: MessageKind;
  device: Eui;
  received: Time;
  data: string;
  before: string[];
  after: string[];
  fields?: Record<string, unknown>;
  error?: string;
}

export interface DryRunResult {
  template: string;
  items: DryRunItem[];
}

export interface StreamDocument {
  position: number;
  kind: MessageKind;
  device: Eui;
  received: Time;
  text?: string;
  data?: string; // hexadecimal, when it is not text
  contentType?: string;
  error?: string;
}

export interface StreamSession {
  peer: string;
  since: Time;
  isHolder: boolean;
  isSendOnly: boolean;
  token: number | null;
  unsettled?: number;
  waiting?: number;
}

export interface StreamTest {
  sent: boolean;
  sessions: number;
  health: Health;
  text: string;
  arrived: boolean;
  status?: number;
  answer?: string;
}

/** One try of a protocol that repeats them. */
export interface Attempt {
  time: Time;
  position?: number; // missing: a test
  status?: number; // missing: there was no answer
  answer: string;
}

export interface Token {
  id: number;
  label: string;
  scopes: ("up" | "down")[];
  created: Time;
  expires?: Time;
  lastUsed?: Time;
  origin: Origin;
  token?: string;
}

export interface DeadLetter {
  id: number;
  time: Time;
  reason: string;
  message: Message;
}

export interface Replay {
  id: number;
  from: Time;
  to: Time;
  stream: string;
  toStream: string;
  state: "running" | "done" | "failed" | "cancelled";
  started?: Time;
  sent: number;
  arrived: number;
  refused?: number;
  position?: number;
  through?: number;
  text?: string;
}

/** Either `port` and `data`, or `fields` for the device's codec. */
export interface DownlinkInput {
  port?: number;
  data?: string;
  fields?: Record<string, unknown>;
  confirmed?: boolean;
  id?: string;
  expiresAt?: Time;
}

/** A refused downlink is a problem with field and reason. */
export interface DownlinkReceipt {
  id: string;
  device?: Eui;
}

export interface Downlink {
  id: string;
  device: Eui;
  port: number;
  confirmed: boolean;
  stage: "waiting" | "sending" | "handedOver" | "ended";
  accepted: Time;
  expires: Time;
  stream: string;
}

export interface Plugin {
  kind?: "protocol" | "format" | "codec" | "network";
  name?: string;
  version?: string;
  summary?: string;
  file: string;
  isRefused?: boolean;
  reason?: string;
}

/** A row of a plugin's option table. */
export interface Option {
  name: string;
  type: string; // "text", "integer 1..65535", "choice a|b|c"
  default?: OptionValue;
  required: boolean;
  secret: boolean;
  help: string;
}

export interface PluginDetails extends Plugin {
  options: Option[];
  settings: Option[];
}

export interface Network {
  name: string;
  plugin: string;
  region: string;
  health: Health;
  text: string;
}

export interface User {
  name: string;
  role: Role;
  applications: Eui[];
  created: Time;
  lastLogin?: Time;
  isLocked: boolean;
  password?: string; // shown once, when it was made here
}

export interface Key {
  id: number;
  name: string;
  role: Role;
  applications: Eui[];
  created: Time;
  expires?: Time;
  lastUsed?: Time;
  key?: string; // shown once
}

export interface AuditEntry {
  time: Time;
  who: string;
  address: string;
  action: string;
  object: string;
  outcome: string;
  detail: string;
}
