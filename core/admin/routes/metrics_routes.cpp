// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/metrics_routes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "observe/metrics_text.h"

namespace runnel::admin {

namespace {

using Type = MetricsText::Type;

/// What is told of one stream, or of several as a sum.
struct StreamFigures {
    std::string owner;  ///< EUI of its application or gateway
    std::string name;   ///< "": several
    Books books;
    std::uint64_t sessions = 0;

    void add(const Stream& stream) {
        const Books more = stream.books();
        books.matched += more.matched;
        books.settled += more.settled;
        books.expired += more.expired;
        books.dead += more.dead;
        books.filtered += more.filtered;
        sessions += stream.sessionCount();
    }
};

/// The first `limit` streams by name for themselves, the others by owner.
std::vector<StreamFigures> figuresOf(const Streams& streams, std::size_t limit) {
    std::vector<Streams::Entry> all = streams.all();
    const auto byName = [](const Streams::Entry& a, const Streams::Entry& b) {
        return a.stream->setup().config->name < b.stream->setup().config->name;
    };
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(limit, all.size()));
    std::partial_sort(all.begin(), end, all.end(), byName);
    std::vector<StreamFigures> figures;
    std::map<std::string, StreamFigures> sums;
    for (auto entry = all.begin(); entry != all.end(); ++entry) {
        const std::string& name = entry->stream->setup().config->name;
        const std::string owner = name.substr(0, name.find('/'));
        if (entry < end) {
            figures.push_back({owner, name.substr(std::min(owner.size() + 1, name.size())), {}, 0});
            figures.back().add(*entry->stream);
        } else {
            StreamFigures& sum = sums[owner];
            sum.owner = owner;
            sum.add(*entry->stream);
        }
    }
    for (auto& [owner, sum] : sums) figures.push_back(std::move(sum));
    return figures;
}

void writeIngress(MetricsText& out, const Ingress::Counters& counters) {
    const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
        out.family(name, Type::Counter, help);
        out.value(value);
    };
    counter("runnel_messages_taken_total", "Messages that were journaled.", counters.taken);
    counter("runnel_messages_refused_total", "Messages that cannot be what they say.",
            counters.refused);
    counter("runnel_messages_repeated_total", "Messages that were there before.", counters.repeats);
    counter("runnel_messages_without_payload_total", "MAC commands without payload, not streamed.",
            counters.withoutPayload);
    counter("runnel_messages_unresolved_total", "Messages of devices without application.",
            counters.unresolved);
}

void writeBroker(MetricsText& out, const MetricsParts& parts) {
    const StatusParts& status = parts.status;
    out.family("runnel_info", Type::Gauge, "The broker's version, always 1.");
    out.value({{"version", status.version}}, std::uint64_t{1});
    out.family("runnel_start_time_seconds", Type::Gauge, "When the broker started, Unix time.");
    out.value({}, static_cast<double>(status.started.time_since_epoch().count()) / 1000.0);
    const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
        out.family(name, Type::Gauge, help);
        out.value(value);
    };
    gauge("runnel_journal_head_position", "Position of the newest message.", status.journal.head());
    gauge("runnel_journal_oldest_position", "Position of the oldest message that is kept.",
          status.journal.oldest());
    gauge("runnel_devices", "Devices, configured or heard.", status.devices.size());
    gauge("runnel_streams", "Streams.", status.streams.size());
    gauge("runnel_downlinks_remembered", "Downlinks, open ones and ended ones of the last 7 days.",
          parts.downlinks.size());
    gauge("runnel_replays_running", "Replays that are under way.", parts.replays.runningCount());
    out.family("runnel_part_failing", Type::Gauge, "1 if a part of the broker fails, else 0.");
    for (const auto& [part, entry] : status.health.all()) {
        if (part.starts_with("stream ")) continue;
        out.value({{"part", part}}, std::uint64_t{entry.health == Health::Failing});
    }
}

void writeStreams(MetricsText& out, const std::vector<StreamFigures>& figures) {
    const auto family = [&](const char* name, Type type, const char* help, auto valueOf) {
        out.family(name, type, help);
        for (const StreamFigures& each : figures) {
            out.value({{"application", each.owner}, {"stream", each.name}}, valueOf(each));
        }
    };
    family("runnel_stream_matched_total", Type::Counter,
           "Messages that the stream covers. \"application\" may be a gateway's EUI; an empty "
           "\"stream\" is the sum of those without series of their own.",
           [](const StreamFigures& of) { return of.books.matched; });
    family("runnel_stream_settled_total", Type::Counter, "Messages that were delivered.",
           [](const StreamFigures& of) { return of.books.settled; });
    family("runnel_stream_expired_total", Type::Counter,
           "Messages that retention took before anybody did.",
           [](const StreamFigures& of) { return of.books.expired; });
    family("runnel_stream_dead_total", Type::Counter, "Messages that became dead letters.",
           [](const StreamFigures& of) { return of.books.dead; });
    family("runnel_stream_filtered_total", Type::Counter, "Messages that were not wanted.",
           [](const StreamFigures& of) { return of.books.filtered; });
    family("runnel_stream_pending", Type::Gauge, "Messages that are still to be delivered.",
           [](const StreamFigures& of) { return of.books.pending(); });
    family("runnel_stream_sessions", Type::Gauge, "Sessions that take messages.",
           [](const StreamFigures& of) { return of.sessions; });
}

void writeCodecs(MetricsText& out, const Templates& templates) {
    const auto codecs = templates.codecs();
    const auto family = [&](const char* name, const char* help, auto valueOf) {
        out.family(name, Type::Counter, help);
        for (const auto& codec : codecs) {
            out.value({{"codec", codec->name()}}, std::uint64_t{valueOf(codec->counters())});
        }
    };
    family("runnel_codec_answers_total", "Payloads that a codec was asked about, both ways.",
           [](const RunningCodec::Counters& of) { return of.answered; });
    family("runnel_codec_errors_total",
           "Those among them that it could not decode or encode: documents have DecodeError.",
           [](const RunningCodec::Counters& of) { return of.failed; });
}

void writeLatencies(MetricsText& out, const Latencies& latencies) {
    out.family("runnel_commit_latency_seconds", Type::Histogram,
               "From a message's arrival to its safe storage: one observation per commit, of its "
               "oldest message.");
    out.histogram({}, latencies.committed.values());
    out.family("runnel_settle_latency_seconds", Type::Histogram,
               "From a message's arrival to its delivery, without backlog: one observation per "
               "confirmation of a client, of its newest message, in whole milliseconds.");
    out.histogram({}, latencies.settled.values());
}

ApiAnswer metrics(const MetricsParts& parts) {
    MetricsText out;
    writeBroker(out, parts);
    writeIngress(out, parts.status.ingress.counters());
    writeStreams(out, figuresOf(parts.status.streams, parts.streamLimit()));
    writeCodecs(out, parts.templates);
    writeLatencies(out, parts.latencies);
    return {.body = out.text(), .contentType = std::string(MetricsText::kContentType)};
}

}  // namespace

Routes metricsRoutes(const MetricsParts& parts) {
    return {{.method = "GET",
             .pattern = "/metrics",
             .need = Need::SeeEverything,
             .query = {},
             .handler = [parts](const ApiRequest&) { return metrics(parts); }}};
}

}  // namespace runnel::admin
