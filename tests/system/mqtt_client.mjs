// SPDX-License-Identifier: Apache-2.0
// An MQTT client on npm's mqtt, as an application in Node.js would be written.
// Usage: node mqtt_client.mjs MODULES URL VERSION TOKEN APPLICATION DOWN_TOPIC DOWNLINK
// Subscribes to all of the application, publishes DOWNLINK after the device's first uplink, prints
// "TOPIC DOCUMENT" per line and ends when the downlink was sent.
import { createRequire } from "node:module";

const [modules, url, version, token, application, topic, downlink] = process.argv.slice(2);
const mqtt = createRequire(`${modules}/`)("mqtt");
const client = mqtt.connect(url, {
  protocolVersion: Number(version),
  username: "mqtt.js",
  password: token,
  rejectUnauthorized: false,
  reconnectPeriod: 0,
});
const uplinks = topic.replace(/down$/, "up");
const missing = new Set(["uplink", "receipt", "sent"]);

client.on("connect", async () => {
  const granted = await client.subscribeAsync(`${application}/#`, { qos: 1 });
  console.error(`granted ${granted[0].qos}`);
});
client.on("message", async (name, payload) => {
  if (missing.size === 0) return;
  console.log(`${name} ${payload}`);
  const document = JSON.parse(payload);
  if ("Receipt" in document) missing.delete("receipt");
  if (document.Event === "sent") missing.delete("sent");
  if (missing.size === 0) client.end();
  // The broker knows the device from its first uplink on.
  if (name === uplinks && missing.delete("uplink")) {
    await client.publishAsync(topic, downlink, { qos: 1 });
  }
});
client.on("error", (error) => {
  // While it ends it may still try to acknowledge what comes.
  if (missing.size === 0) return;
  console.error(error.message);
  process.exitCode = 1;
  client.end(true);
});
