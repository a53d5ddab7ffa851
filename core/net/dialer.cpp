// SPDX-License-Identifier: Apache-2.0
#include "net/dialer.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "net/address.h"

namespace runnel::net {

namespace {

constexpr std::string_view kWhat = "cannot connect to";

/// What a name was resolved to. Shared, as tasks are copied.
struct Answer {
    std::shared_ptr<addrinfo> list;
    std::string error;
};

Answer resolve(const HostPort& target, int flags) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &list);
    if (error == 0) return {{list, &::freeaddrinfo}, {}};
    return {nullptr, error == EAI_SYSTEM ? std::generic_category().message(errno)
                                         : std::string(::gai_strerror(error))};
}

const addrinfo* at(const addrinfo* list, unsigned index) {
    unsigned count = 0;
    for (const addrinfo* info = list; info != nullptr; info = info->ai_next) ++count;
    for (index %= count; index > 0; --index) list = list->ai_next;
    return list;
}

Dialed failed(std::string_view address, std::string_view reason) {
    return {-1, std::string(kWhat) + " " + std::string(address) + ": " + std::string(reason)};
}

}  // namespace

Dialed connectToOneOf(const addrinfo& list, const DialTarget& target) {
    const addrinfo* const first = at(&list, target.attempt);
    const addrinfo* info = first;
    std::string error;
    do {
        const PeerAddress address = PeerAddress::of(*info);
        if (target.isPublicOnly && !isPublic(address)) {
            return failed(target.address, address.host() +
                                              " is not on the public internet, and "
                                              "only addresses that are may be used here");
        }
        const int fd = startConnect(*info);
        if (fd >= 0) return {fd, {}};
        if (error.empty()) error = std::generic_category().message(errno);
        info = info->ai_next == nullptr ? &list : info->ai_next;
    } while (info != first);
    return failed(target.address, error);
}

/// A lookup cannot be cancelled, so its thread may outlive dialer and loop: it reaches both only
/// through here.
struct Dialer::Shared {
    struct Pending {
        DialTarget target;
        Done done;
    };
    struct Lookup {
        Call call{};
        HostPort name;
    };

    /// On the loop's thread.
    void finish(Call call, const Answer& answer);
    /// Any thread, with the mutex held: has the loop finish the call.
    static void report(const std::shared_ptr<Shared>& shared, Call call, Answer answer);
    /// A resolver thread: looks names up until none waits.
    static void work(const std::shared_ptr<Shared>& shared);
    static void lookUp(const std::shared_ptr<Shared>& shared, Call call, HostPort name);

    std::mutex mutex;
    EventLoop* loop = nullptr;   // guarded by mutex; null once the dialer has gone
    std::deque<Lookup> waiting;  // guarded by mutex
    std::size_t threads = 0;     // guarded by mutex
    // The loop's thread only:
    std::map<Call, Pending> pending;
    std::uint64_t last = 0;
};

void Dialer::Shared::report(const std::shared_ptr<Shared>& shared, Call call, Answer answer) {
    if (shared->loop == nullptr) return;
    shared->loop->post(
        [shared, call, answer = std::move(answer)] { shared->finish(call, answer); });
}

void Dialer::Shared::work(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (shared->loop != nullptr && !shared->waiting.empty()) {
        const Lookup lookup = std::move(shared->waiting.front());
        shared->waiting.pop_front();
        lock.unlock();
        Answer answer = resolve(lookup.name, 0);
        lock.lock();
        report(shared, lookup.call, std::move(answer));
    }
    --shared->threads;
}

/// Detached threads: a resolver that does not answer must hold up nobody. Not getaddrinfo_a: it is
/// silent when it cannot start a thread, and ThreadSanitizer does not survive it.
void Dialer::Shared::lookUp(const std::shared_ptr<Shared>& shared, Call call, HostPort name) {
    const std::lock_guard lock(shared->mutex);
    shared->waiting.push_back({call, std::move(name)});
    if (shared->threads == kMaxLookups) return;
    try {
        std::thread([shared] { work(shared); }).detach();
        ++shared->threads;
    } catch (const std::system_error& error) {
        if (shared->threads > 0) return;  // one of those will come to it
        shared->waiting.pop_back();
        report(shared, call, {nullptr, error.what()});
    }
}

void Dialer::Shared::finish(Call call, const Answer& answer) {
    auto node = pending.extract(call);
    if (node.empty()) return;
    const auto& [target, done] = node.mapped();
    done(answer.list ? connectToOneOf(*answer.list, target) : failed(target.address, answer.error));
}

Dialer::Dialer(EventLoop& loop) : shared_(std::make_shared<Shared>()) {
    shared_->loop = &loop;
}

Dialer::~Dialer() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->loop = nullptr;
    }
    const auto dropped = std::move(shared_->pending);  // captures may call back into the dialer
}

Dialer::Call Dialer::dial(DialTarget target, Done done) {
    const Call call{++shared_->last};
    const std::string address = target.address;
    shared_->pending.emplace(call, Shared::Pending{std::move(target), std::move(done)});
    Answer answer;
    try {
        HostPort name = splitAddress(address);
        answer = resolve(name, AI_NUMERICHOST);
        if (!answer.list) {
            Shared::lookUp(shared_, call, std::move(name));
            return call;
        }
    } catch (const std::runtime_error& error) {
        answer = {nullptr, error.what()};
    }
    const std::lock_guard lock(shared_->mutex);
    Shared::report(shared_, call, std::move(answer));
    return call;
}

void Dialer::cancel(Call call) {
    shared_->pending.erase(call);
    const std::lock_guard lock(shared_->mutex);
    std::erase_if(shared_->waiting, [call](const auto& lookup) { return lookup.call == call; });
}

}  // namespace runnel::net
