// SPDX-License-Identifier: Apache-2.0
// An MQTT client on npm's mqtt, as an application in Node.js would be written.
// Usage: node mqtt_client.mjs MODULES URL VERSION TOKEN APPLICATION DOCUMENTS DOWN_TOPIC DOWNLINK
// Subscribes to all of the application, publishes DOWNLINK, prints "TOPIC DOCUMENT" per line and
// ends after so many.
import { createRequire } from "node:module";

const [modules, url, version, token, application, documents, topic, downlink] =
  process.argv.slice(2);
const mqtt = createRequire(`${modules}/`)("mqtt");
const client = mqtt.connect(url, {
  protocolVersion: Number(version),
  username: "mqtt.js",
  password: token,
  rejectUnauthorized: false,
  reconnectPeriod: 0,
});
let left = Number(documents);

client.on("connect", async () => {
  const granted = await client.subscribeAsync(`${application}/#`, { qos: 1 });
  console.error(`granted ${granted[0].qos}`);
  await client.publishAsync(topic, downlink, { qos: 1 });
});
client.on("message", (name, payload) => {
  if (left <= 0) return;
  console.log(`${name} ${payload}`);
  if (--left === 0) client.end();
});
client.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
  client.end(true);
});
