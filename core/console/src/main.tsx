// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import "./style/base.css";
import "./style/layout.css";
import "./style/parts.css";
import "./style/devices.css";
import "./style/streams.css";
import "./style/broker.css";
import "./style/templates.css";
import "./style/account.css";
import { Shell } from "./shell/shell";
import { applyTheme } from "./shell/theme";

applyTheme();
const place = document.getElementById("console");
if (place) render(<Shell />, place);
