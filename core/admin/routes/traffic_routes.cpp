// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/traffic_routes.h"

#include "base/time_text.h"

namespace runnel::admin {

namespace {

std::string sampleJson(const TrafficSample& sample) {
    std::string json = R"({"time":")" + timeText(sample.time) + '"';
    const auto put = [&](const char* name, std::uint64_t value) {
        json.append(",\"").append(name).append("\":").append(std::to_string(value));
    };
    put("taken", sample.taken);
    put("settled", sample.settled);
    put("sessions", sample.sessions);
    put("pending", sample.pending);
    return json + '}';
}

ApiAnswer traffic(const TrafficHistory& history) {
    std::string samples;
    for (const TrafficSample& sample : history.samples()) {
        samples += (samples.empty() ? "" : ",") + sampleJson(sample);
    }
    return {.body = R"({"stepSeconds":)" + std::to_string(TrafficHistory::kStep.count()) +
                    R"(,"samples":[)" + samples + "]}"};
}

}  // namespace

Routes trafficRoutes(const TrafficHistory& history) {
    return {{.method = "GET",
             .pattern = "/api/v1/traffic",
             .need = Need::SeeEverything,
             .query = {},
             .handler = [&history](const ApiRequest&) { return traffic(history); }}};
}

}  // namespace runnel::admin
