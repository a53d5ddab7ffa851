// SPDX-License-Identifier: Apache-2.0
#include "broker/live_watch.h"

#include "admin/json_body.h"
#include "admin/json_string.h"
#include "admin/message_json.h"
#include "admin/routes/health_text.h"

namespace runnel {

using admin::jsonString;

void LiveWatch::messages(Ingress::Batch batch) {
    if (!feed_.isWatched()) return;
    for (const auto& message : batch) {
        feed_.publish([&] {
            return LiveEvent{.kind = "message",
                             .application = message->application,
                             .data = admin::jsonText(admin::messageJson(*message))};
        });
    }
}

void LiveWatch::look() {
    const bool isFirst = !wasWatched_;
    wasWatched_ = feed_.isWatched();
    if (!wasWatched_) return;
    lookAtStreams(isFirst);
    lookAtHealth(isFirst);
}

/// The first look only remembers: a watcher reads the lists before it waits for news.
void LiveWatch::lookAtStreams(bool isFirst) {
    std::map<std::string, Seen> now;
    for (const Streams::Entry& entry : streams_.all()) {
        const StreamConfig& config = *entry.stream->setup().config;
        const StreamHealth health = entry.stream->health();
        const Seen seen{config.stream, entry.stream->sessionCount(), health.word};
        now.emplace(config.name, seen);
        const auto before = seen_.find(config.name);
        if (isFirst || (before != seen_.end() && before->second == seen)) continue;
        feed_.publish([&] {
            return LiveEvent{.kind = "stream",
                             .application = config.application,
                             .data = R"({"stream":)" + jsonString(config.name) + R"(,"sessions":)" +
                                     std::to_string(seen.sessions) + R"(,"health":")" +
                                     admin::healthText(health.word) + R"(","text":)" +
                                     jsonString(health.text) + '}'};
        });
    }
    for (const auto& entry : seen_) {
        const std::string& name = entry.first;
        if (isFirst || now.contains(name)) continue;
        feed_.publish([&] {
            return LiveEvent{.kind = "stream",
                             .application = parseEui(name.substr(0, name.find('/'))),
                             .data = R"({"stream":)" + jsonString(name) + R"(,"removed":true})"};
        });
    }
    seen_ = std::move(now);
}

void LiveWatch::lookAtHealth(bool isFirst) {
    auto now = health_.all();
    for (const auto& there : now) {
        const std::string& part = there.first;
        const HealthBoard::Entry& entry = there.second;
        const auto before = parts_.find(part);
        const bool isSame = before != parts_.end() && before->second.health == entry.health &&
                            before->second.text == entry.text;
        if (isFirst || isSame || part.starts_with("stream ")) continue;
        feed_.publish([&] {
            return LiveEvent{.kind = "health",
                             .application = std::nullopt,
                             .data = R"({"part":)" + jsonString(part) + R"(,"health":")" +
                                     admin::healthText(entry.health) + R"(","text":)" +
                                     jsonString(entry.text) + '}'};
        });
    }
    parts_ = std::move(now);
}

}  // namespace runnel
