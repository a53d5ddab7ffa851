// SPDX-License-Identifier: Apache-2.0
#include "admin/event_stream.h"

#include <optional>
#include <string>
#include <utility>

#include "admin/problem.h"

namespace runnel::admin {

namespace {

constexpr std::size_t kAtOnce = 8;  // events between two looks at how much waits
const std::size_t kEnough = net::ConnectionOptions{}.lowWatermark;  // above it drained() comes

std::string headOf(const net::HttpHeaders& additional) {
    net::HttpResponse response;
    response.contentType = "text/event-stream";
    response.headers = additional;
    std::string head = net::serialize(response, true, false);
    // A stream has no length: it ends with the connection (RFC 9112 §6.3).
    constexpr std::string_view kLength = "Content-Length: 0\r\n";
    return head.erase(head.find(kLength), kLength.size());
}

std::string textOf(const LiveEvent& event) {
    return "event: " + event.kind + "\nid: " + std::to_string(event.id) + "\ndata: " + event.data +
           "\n\n";
}

}  // namespace

/// One client. Its shared_ptr is the server's; others look whether it is still there.
class EventStream final : public net::ConnectionHandler,
                          public std::enable_shared_from_this<EventStream> {
  public:
    EventStream(EventStreams& streams, net::Connection::Ptr connection, EventStreams::Wish wish)
        : streams_(streams), connection_(std::move(connection)), check_(std::move(wish.check)) {
        connection_->setHandler(*this);
        connection_->send(headOf(wish.headers) + ": runnel\n\n");
    }
    ~EventStream() { streams_.loop_.cancel(beat_); }

    /// Second half of making it: needs its own shared_ptr.
    void watch(LiveFeed::Filter filter) {
        const std::weak_ptr<EventStream> self = weak_from_this();
        net::EventLoop& loop = streams_.loop_;
        subscription_ = streams_.feed_.subscribe(std::move(filter), [self, &loop] {
            loop.post([self] {
                if (const auto stream = self.lock()) stream->pump();
            });
        });
        beat_ = loop.every(streams_.limits_.beat, [this] { beat(); });
    }
    void end() {
        connection_->close();
        subscription_.reset();
    }

  private:
    void received(std::span<const std::uint8_t>) override {}  // nothing more is expected
    void drained() override { pump(); }
    void closed(net::CloseReason, std::string_view) override { streams_.forget(*this); }

    /// What does not go out now waits in the feed, where it is bounded.
    void pump() {
        while (subscription_ && connection_->pendingBytes() <= kEnough) {
            const LiveFeed::Subscription::Batch batch = subscription_->take(kAtOnce);
            std::string text;
            if (batch.lost > 0) {
                text = "event: lost\ndata: {\"count\":" + std::to_string(batch.lost) + "}\n\n";
            }
            for (const auto& event : batch.events) text += textOf(*event);
            if (!text.empty() && !connection_->send(text)) return;
            if (batch.events.size() < kAtOnce) return;
        }
    }

    void beat() {
        const std::size_t pending = connection_->pendingBytes();
        deafBeats_ = pending > 0 && pending >= lastPending_ ? deafBeats_ + 1 : 0;
        if (deafBeats_ >= streams_.limits_.deafBeats) return connection_->abort();
        if (pending == 0) connection_->send(": \n\n");
        lastPending_ = connection_->pendingBytes();
        if (check_)
            check_([self = weak_from_this(), &loop = streams_.loop_] { endLater(self, loop); });
    }

    static void endLater(const std::weak_ptr<EventStream>& self, net::EventLoop& loop) {
        loop.post([self] {
            if (const auto stream = self.lock()) stream->end();
        });
    }

    EventStreams& streams_;
    net::Connection::Ptr connection_;
    const std::function<void(std::function<void()>)> check_;
    std::unique_ptr<LiveFeed::Subscription> subscription_;
    net::TimerId beat_ = net::TimerId::None;
    std::size_t lastPending_ = 0;
    int deafBeats_ = 0;
};

EventStreams::EventStreams(net::EventLoop& loop, LiveFeed& feed, EventStreamLimits limits)
    : loop_(loop), feed_(feed), limits_(limits) {}

EventStreams::~EventStreams() = default;

void EventStreams::open(const net::HttpResponder& responder, Wish wish) {
    loop_.post([this, responder, wish = std::move(wish)] { openNow(responder, wish); });
}

void EventStreams::openNow(const net::HttpResponder& responder, Wish wish) {
    if (streams_.size() >= limits_.streams) {
        Problem busy(503, "there are " + std::to_string(limits_.streams) +
                              " event streams already; close one");
        return responder.respond(busy.with("Retry-After", "60").response());
    }
    std::optional<net::TakenConnection> taken = responder.takeOver();
    if (!taken) return;  // the client has gone
    LiveFeed::Filter filter = std::move(wish.filter);
    const auto stream =
        std::make_shared<EventStream>(*this, std::move(taken->connection), std::move(wish));
    streams_.emplace(stream.get(), stream);
    stream->watch(std::move(filter));
}

/// The stream is on the call stack, so its memory stays until the turn ends.
void EventStreams::forget(EventStream& stream) {
    const auto found = streams_.find(&stream);
    if (found == streams_.end()) return;
    loop_.destroyLater(std::move(found->second));
    streams_.erase(found);
}

}  // namespace runnel::admin
