// SPDX-License-Identifier: Apache-2.0
#include "downlink_api.h"

#include <algorithm>
#include <string>
#include <utility>

namespace runnel::http {

namespace {

constexpr std::size_t kMaxJobs = 1024;
constexpr unsigned kMaxAttempts = 3;  // of a downlink that never expires
constexpr std::chrono::milliseconds kLongestPause{30'000};
constexpr std::size_t kShownAnswer = 200;

/// Without line breaks and other control characters: it goes into logs and documents.
std::string startOf(const std::string& body) {
    std::string text = body.substr(0, kShownAnswer);
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c > 0x7E; }, ' ');
    return text;
}

}  // namespace

DownlinkApi::DownlinkApi(Host& host, NetworkHost& network, const ApiSettings& settings,
                         QueueItems& items, std::function<void()> answered)
    : host_(host),
      network_(network),
      settings_(settings),
      items_(items),
      answered_(std::move(answered)),
      origin_("api:" + std::to_string(host.now().time_since_epoch().count()) + ':'),
      client_(settings) {}

DownlinkApi::~DownlinkApi() {
    stop();
}

void DownlinkApi::start() {
    thread_ = std::thread([this] { run(); });
}

Status DownlinkApi::send(const Downlink& downlink) {
    auto call = makeCall(settings_, downlink);
    if (!call) return call.error();
    const std::lock_guard lock(mutex_);
    if (isStopping_) return Error{"", "the connector is stopping"};
    if (jobs_.size() >= kMaxJobs) {
        return Error{"", "1024 downlinks already wait for the network server"};
    }
    jobs_.push_back({downlink, *std::move(call)});
    changed_.notify_all();
    return Done{};
}

void DownlinkApi::resume() {
    const std::lock_guard lock(mutex_);
    ++resumes_;
    changed_.notify_all();
}

void DownlinkApi::stop() {
    {
        const std::lock_guard lock(mutex_);
        isStopping_ = true;
        changed_.notify_all();
    }
    client_.abort();
    if (thread_.joinable()) thread_.join();
}

void DownlinkApi::run() {
    Job job;
    while (waitForJob(job)) carryOut(job);
}

/// False when stopping.
bool DownlinkApi::waitForJob(Job& job) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return isStopping_ || !jobs_.empty(); });
    if (isStopping_) return false;
    job = std::move(jobs_.front());
    jobs_.pop_front();
    return true;
}

/// False when stopping.
bool DownlinkApi::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return isStopping_; });
}

void DownlinkApi::carryOut(Job& job) {
    auto wait = settings_.firstRetry;
    do {
        if (isExpired(job)) {
            return report(job, Kind::Expired, "expired before the network server took it");
        }
        isCalling_ = true;
        const auto answer = client_.post(job.call);
        ++job.attempts;
        if (answer) {
            host_.health("api", Health::Working, settings_.url);
            return finish(job, *answer);
        }
        isCalling_ = false;
        answered_();
        host_.health("api", Health::Failing, answer.error().reason);
        if (!job.downlink.expires && job.attempts >= kMaxAttempts) {
            return report(job, Kind::Failed, answer.error().reason);
        }
        wait = std::min(wait, kLongestPause);
    } while (pause(std::exchange(wait, wait * 2)));
}

bool DownlinkApi::isExpired(const Job& job) const {
    return job.downlink.expires && host_.now() >= *job.downlink.expires;
}

void DownlinkApi::finish(const Job& job, const ApiAnswer& answer) {
    const bool isTaken = answer.status >= 200 && answer.status < 300;
    if (isTaken && settings_.server == ApiSettings::Server::Chirpstack) {
        std::string item = queueItemIn(answer.body);
        if (!item.empty()) items_.add(std::move(item), job.downlink.id, host_.now());
    }
    // Queued is published before the events that wait for the queue item's id.
    if (!isTaken) {
        report(job, Kind::Failed,
               "HTTP " + std::to_string(answer.status) + ": " + startOf(answer.body));
    } else {
        report(job, Kind::Queued, "");
    }
    isCalling_ = false;
    answered_();
}

/// Waits while the broker is busy, until stop().
void DownlinkApi::report(const Job& job, Kind kind, std::string text) {
    Message message;
    message.kind = kind;
    message.device = job.downlink.device;
    message.application = job.downlink.application;
    message.port = job.downlink.port;
    message.isConfirmed = job.downlink.isConfirmed;
    message.networkDevice = job.downlink.networkDevice;
    message.networkTime = host_.now();
    message.downlinkId = job.downlink.id;
    message.originId = origin_ + std::to_string(++reports_);
    message.text = std::move(text);
    for (;;) {
        std::uint64_t seen = 0;
        {
            const std::lock_guard lock(mutex_);
            if (isStopping_) return;
            seen = resumes_;
        }
        // NOLINTNEXTLINE(bugprone-use-after-move): a busy broker leaves the message untouched
        if (network_.publish(std::move(message), 0).verdict != Admission::Verdict::Busy) return;
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return isStopping_ || resumes_ != seen; });
    }
}

}  // namespace runnel::http
