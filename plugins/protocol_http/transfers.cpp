// SPDX-License-Identifier: Apache-2.0
#include "transfers.h"

#include <curl/curl.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <new>
#include <utility>

#include "net/address.h"

namespace runnel::http {

namespace {

constexpr long kConnectPatience = 10'000;  // milliseconds
constexpr long kSilence = 15;              // seconds without a byte
constexpr long kIdleConnections = 256;     // kept for the next requests
constexpr std::size_t kSpareHandles = 64;
constexpr std::size_t kMaxBody = std::size_t{1} << 20U;  // more than this and we hang up
constexpr std::size_t kMaxHeader = 256;

void makeReady() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) throw std::bad_alloc();
}

/// "Name: value" -> value, if it is that header's line.
std::string_view valueIn(std::string_view line, std::string_view name) {
    if (line.size() <= name.size() || line[name.size()] != ':') return {};
    for (std::size_t i = 0; i < name.size(); ++i) {
        if ((line[i] | 0x20) != name[i]) return {};
    }
    line.remove_prefix(name.size() + 1);
    const std::size_t begin = line.find_first_not_of(" \t");
    const std::size_t end = line.find_last_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view{}
                                           : line.substr(begin, end - begin + 1);
}

}  // namespace

/// One request on its way.
struct Transfers::Transfer {
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    bool isPublicOnly = true;
    std::string refusedAddress;
    std::size_t received = 0;
    Answer answer;
    Done done;
    std::array<char, CURL_ERROR_SIZE> error{};

    static std::size_t takeBody(const char* bytes, std::size_t, std::size_t size, void* self) {
        auto& transfer = *static_cast<Transfer*>(self);
        transfer.received += size;
        std::string& body = transfer.answer.body;
        const std::size_t room = kMaxAnswer - body.size();
        body.append(bytes, std::min(size, room));
        if (size > room) transfer.answer.isCutOff = true;
        return transfer.received > kMaxBody ? 0 : size;
    }
    static std::size_t takeHeader(const char* bytes, std::size_t, std::size_t size, void* self) {
        Answer& answer = static_cast<Transfer*>(self)->answer;
        const std::string_view line(bytes, size);
        if (const auto value = valueIn(line, "retry-after"); !value.empty()) {
            answer.retryAfter = value.substr(0, kMaxHeader);
        }
        if (const auto value = valueIn(line, "location"); !value.empty()) {
            answer.location = value.substr(0, kMaxHeader);
        }
        return size;
    }
    /// Here the address is known, whatever the name was resolved to before.
    static curl_socket_t openSocket(void* self, curlsocktype, curl_sockaddr* wanted) {
        auto& transfer = *static_cast<Transfer*>(self);
        addrinfo info{};
        info.ai_family = wanted->family;
        info.ai_addr = &wanted->addr;
        info.ai_addrlen = wanted->addrlen;
        const net::PeerAddress address = net::PeerAddress::of(info);
        if (transfer.isPublicOnly && !net::isPublic(address)) {
            transfer.refusedAddress = address.host();
            return CURL_SOCKET_BAD;
        }
        return ::socket(wanted->family, wanted->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                        wanted->protocol);
    }
    void finish(CURLcode code) {
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        const bool isLong = code == CURLE_WRITE_ERROR && received > kMaxBody;
        if (code == CURLE_OK || isLong) {
            answer.status = static_cast<std::uint16_t>(status);
            return;
        }
        answer.error = error[0] != '\0' ? error.data() : curl_easy_strerror(code);
        if (!refusedAddress.empty()) {
            answer.error = "the address " + refusedAddress +
                           " is private; 'privateAddresses' in the settings of protocol http "
                           "allows it";
        }
    }
};

/// A connection's socket, as long as libcurl wants to hear of it.
class Transfers::Watch final : public net::EventHandler {
  public:
    Watch(Transfers& owner, int fd) : owner_(owner), fd_(fd) {}
    void ready(std::uint32_t events) override {
        int action = 0;
        if ((events & EPOLLIN) != 0) action |= CURL_CSELECT_IN;
        if ((events & EPOLLOUT) != 0) action |= CURL_CSELECT_OUT;
        if ((events & (EPOLLERR | EPOLLHUP)) != 0) action |= CURL_CSELECT_ERR;
        owner_.act(fd_, action);
    }

  private:
    Transfers& owner_;
    const int fd_;
};

Transfers::Transfers(net::EventLoop& loop) : loop_(loop), multi_((makeReady(), curl_multi_init())) {
    if (multi_ == nullptr) throw std::bad_alloc();
    const auto onSocket = +[](CURL*, curl_socket_t fd, int what, void* self, void*) {
        static_cast<Transfers*>(self)->watch(fd, what);
        return 0;
    };
    const auto onTimer = +[](CURLM*, long milliseconds, void* self) {
        static_cast<Transfers*>(self)->setTimer(milliseconds);
        return 0;
    };
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, onSocket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, onTimer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
}

Transfers::~Transfers() {
    while (!running_.empty()) cancel(running_.begin()->first);
    for (void* easy : spare_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
    for (const auto& [fd, watch] : watches_) loop_.remove(fd, *watch);
    loop_.cancel(timer_);
}

void Transfers::watch(int fd, int what) {
    const auto found = watches_.find(fd);
    if (what == CURL_POLL_REMOVE) {
        if (found == watches_.end()) return;
        loop_.remove(fd, *found->second);
        loop_.destroyLater(std::move(found->second));
        watches_.erase(found);
        return;
    }
    std::uint32_t events = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
    if (found != watches_.end()) return loop_.modify(fd, events, *found->second);
    const auto watch = std::make_shared<Watch>(*this, fd);
    loop_.add(fd, events, *watch);
    watches_.emplace(fd, watch);
}

void Transfers::setTimer(long milliseconds) {
    loop_.cancel(std::exchange(timer_, net::TimerId::None));
    if (milliseconds < 0) return;
    timer_ = loop_.after(std::chrono::milliseconds(milliseconds), [this] {
        timer_ = net::TimerId::None;
        act(CURL_SOCKET_TIMEOUT, 0);
    });
}

void Transfers::act(int fd, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, fd, events, &running);
    collect();
}

void Transfers::collect() {
    std::vector<std::unique_ptr<Transfer>> finished;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        char* id = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &id);
        const auto found = running_.find(reinterpret_cast<Id>(id));
        found->second->finish(code);
        finished.push_back(release(found->first));
    }
    for (const auto& transfer : finished) transfer->done(std::move(transfer->answer));
}

std::unique_ptr<Transfers::Transfer> Transfers::release(Id id) {
    auto transfer = std::move(running_.extract(id).mapped());
    curl_multi_remove_handle(multi_, transfer->easy);
    curl_slist_free_all(transfer->headers);
    if (spare_.size() < kSpareHandles) {
        curl_easy_reset(transfer->easy);
        spare_.push_back(transfer->easy);
    } else {
        curl_easy_cleanup(transfer->easy);
    }
    return transfer;
}

void Transfers::cancel(Id id) {
    if (running_.contains(id)) release(id);
}

namespace {

void setUp(CURL* easy, const Transfers::Request& request) {
    const Endpoint& endpoint = request.endpoint;
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, endpoint.isPut ? "PUT" : "POST");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "runnel");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectPatience);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, static_cast<long>(endpoint.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kSilence);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (!endpoint.user.empty()) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, endpoint.user.c_str());
        curl_easy_setopt(easy, CURLOPT_PASSWORD, endpoint.password.c_str());
    }
}

void setUpTls(CURL* easy, const Endpoint& endpoint) {
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, endpoint.verifies ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, endpoint.verifies ? 2L : 0L);
    if (!endpoint.ca.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, endpoint.ca.c_str());
    if (endpoint.certificate.empty()) return;
    curl_easy_setopt(easy, CURLOPT_SSLCERT, endpoint.certificate.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, endpoint.key.c_str());
}

}  // namespace

Transfers::Id Transfers::start(const Request& request, Done done) {
    auto made = std::make_unique<Transfer>();
    Transfer& transfer = *made;
    if (spare_.empty()) {
        transfer.easy = curl_easy_init();
        if (transfer.easy == nullptr) throw std::bad_alloc();
    } else {
        transfer.easy = spare_.back();
        spare_.pop_back();
    }
    CURL* const easy = transfer.easy;
    transfer.isPublicOnly = request.endpoint.isPublicOnly;
    transfer.done = std::move(done);
    setUp(easy, request);
    setUpTls(easy, request.endpoint);
    for (const std::string& header : request.headers) {
        transfer.headers = curl_slist_append(transfer.headers, header.c_str());
    }
    const Id id = ++last_;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::takeBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::takeHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::openSocket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, reinterpret_cast<void*>(id));
    running_.emplace(id, std::move(made));
    curl_multi_add_handle(multi_, easy);
    return id;
}

}  // namespace runnel::http
