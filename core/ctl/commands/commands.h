// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ctl/menu.h"

/// Each hangs up its commands. Thread safety: one thread.
namespace runnel::ctl {

void addBrokerCommands(const Menu& menu);  ///< status, reload, plugin, network
void addApplicationCommands(const Menu& menu);
void addGatewayCommands(const Menu& menu);
void addDeviceCommands(const Menu& menu);
void addDeviceImport(const Menu& device);
void addStreamCommands(const Menu& menu);
void addStreamAdd(const Menu& stream);
void addStreamSet(const Menu& stream);
void addStreamTail(const Menu& stream);
void addStreamDocuments(const Menu& stream);
void addTokenCommands(const Menu& menu);
void addRotateToken(const Menu& stream);
void addDownlinkCommands(const Menu& menu);
void addTemplateCommands(const Menu& menu);
void addReplayCommand(const Menu& menu);
void addDeadCommands(const Menu& menu);
void addMessageCommands(const Menu& menu);  ///< messages, events
void addUserCommands(const Menu& menu);
void addKeyCommands(const Menu& menu);  ///< key, audit
void addExportCommand(const Menu& menu);
void addApplyCommand(const Menu& menu);

}  // namespace runnel::ctl
