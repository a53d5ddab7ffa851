// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>

#include "attempt.h"

namespace runnel {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto kStopLimit = std::chrono::seconds{5};

/// stop() twice: the first within the limit, the second harmless.
template <class Part>
void checkStop(Part& part, Complaints& complaints) {
    const SteadyClock::time_point begin = SteadyClock::now();
    attempt(complaints, "stop()", [&] { part.stop(); });
    if (SteadyClock::now() - begin > kStopLimit) {
        complain(complaints, "stop() takes more than 5 s");
    }
    attempt(complaints, "the second stop()", [&] { part.stop(); });
}

void checkStatus(const Status& status, const std::string& what, Complaints& complaints) {
    if (!status && status.error().reason.empty()) {
        complain(complaints, what + " fails without a reason");
    }
}

template <class Part>
bool checkStart(Part& part, Complaints& complaints) {
    bool isStarted = false;
    attempt(complaints, "start()", [&] {
        const Status status = part.start();
        isStarted = static_cast<bool>(status);
        if (!status) {
            complain(complaints,
                     "start() fails: " + status.error().field + " " + status.error().reason);
        }
    });
    return isStarted;
}

Grant sampleGrant() {
    StreamConfig stream;
    stream.stream = 1;
    stream.name = "70B3D57ED0000001/check";
    stream.contentType = "application/json";
    stream.application = Eui{0x70B3D57ED0000001};
    return {1, true, true, std::make_shared<const StreamConfig>(std::move(stream))};
}

void checkRunningProtocol(Protocol& protocol, Complaints& complaints) {
    attempt(complaints, "quiesce()", [&] { protocol.quiesce(); });
    attempt(complaints, "the second quiesce()", [&] { protocol.quiesce(); });
    attempt(complaints, "resume()", [&] { protocol.resume(); });
    attempt(complaints, "the second resume()", [&] { protocol.resume(); });
    attempt(complaints, "open()",
            [&] { checkStatus(protocol.open(sampleGrant()), "open()", complaints); });
    attempt(complaints, "close()", [&] { protocol.close(1, CloseReason::Removed); });
    attempt(complaints, "close() of an unknown stream",
            [&] { protocol.close(999, CloseReason::Removed); });
}

void checkRunningNetwork(Network& network, Complaints& complaints) {
    const std::array<Ticket, 3> unknown{0, 1, ~Ticket{0}};
    attempt(complaints, "committed() of nothing", [&] { network.committed({}); });
    attempt(complaints, "committed() of unknown tickets", [&] { network.committed(unknown); });
    attempt(complaints, "resume()", [&] { network.resume(); });
    Downlink downlink;
    downlink.id = "check";
    downlink.device = Eui{0x0080E1150529E258};
    downlink.payload = {1};
    downlink.attempt = 1;
    attempt(complaints, "send()",
            [&] { checkStatus(network.send(downlink), "send()", complaints); });
}

}  // namespace

Complaints checkProtocol(Protocol& protocol) {
    Complaints complaints;
    if (checkStart(protocol, complaints)) checkRunningProtocol(protocol, complaints);
    checkStop(protocol, complaints);
    return complaints;
}

Complaints checkNetwork(Network& network) {
    Complaints complaints;
    if (checkStart(network, complaints)) checkRunningNetwork(network, complaints);
    checkStop(network, complaints);
    attempt(complaints, "committed() after stop()", [&] { network.committed({}); });
    attempt(complaints, "resume() after stop()", [&] { network.resume(); });
    return complaints;
}

}  // namespace runnel
