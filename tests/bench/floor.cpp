// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/floor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "net/address.h"
#include "net/tls_context.h"

namespace runnel::bench {

namespace {

using SslPtr = std::unique_ptr<SSL, decltype(&SSL_free)>;

constexpr std::size_t kRecord = std::size_t{16} * 1024;

double threadMicroseconds() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

class Descriptor final {
  public:
    explicit Descriptor(int fd) : fd_(fd) {
        if (fd < 0) throw std::runtime_error("floor: no descriptor");
    }
    ~Descriptor() { ::close(fd_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

/// Both ends of one session.
struct Pair {
    Pair(int serverFd, int clientFd, const net::TlsContext& serverTls,
         const net::TlsContext& clientTls)
        : serverSide(serverFd),
          clientSide(clientFd),
          server(SSL_new(serverTls.native()), &SSL_free),
          client(SSL_new(clientTls.native()), &SSL_free) {
        const int on = 1;
        ::setsockopt(serverFd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        for (const int fd : {serverFd, clientFd}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
        SSL_set_fd(server.get(), serverFd);
        SSL_set_fd(client.get(), clientFd);
        SSL_set_accept_state(server.get());
        SSL_set_connect_state(client.get());
        // Each flight is in the other's socket at once: no waiting, a few rounds.
        for (int round = 0; round < 1000; ++round) {
            const int clientDone = SSL_do_handshake(client.get());
            if (SSL_do_handshake(server.get()) == 1 && clientDone == 1) return;
        }
        throw std::runtime_error("floor: no handshake");
    }

    Descriptor serverSide;
    Descriptor clientSide;
    SslPtr server;
    SslPtr client;
};

/// The sessions and the thread that reads for their clients.
class Floor final {
  public:
    explicit Floor(const FloorSize& size)
        : size_(size),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          round_(std::string(size.frameBytes * size.framesPerRound, 'x')) {
        const auto serverTls = net::TlsContext::server(net::makeSelfSigned("floor", 1));
        const auto clientTls = net::TlsContext::client({false, {}, {}});
        const Descriptor listening(net::listenOn("127.0.0.1:0"));
        ::fcntl(listening.get(), F_SETFL, 0);  // blocking
        const std::string address = net::boundAddress(listening.get());
        for (std::size_t i = 0; i < size.sessions; ++i) {
            const int clientFd = net::connectTo(address);
            const int serverFd = ::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC);
            pairs_.push_back(std::make_unique<Pair>(serverFd, clientFd, serverTls, clientTls));
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = pairs_.back()->client.get();
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, clientFd, &event);
        }
    }

    double run() {
        std::thread reader([this] { readAll(); });
        const double before = threadMicroseconds();
        auto next = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < size_.rounds; ++i) {
            for (const auto& pair : pairs_) send(pair->server.get());
            hasRound_.acquire();
            if (size_.roundsPerSecond == 0) continue;
            next += std::chrono::microseconds(1'000'000 / size_.roundsPerSecond);
            std::this_thread::sleep_until(next);
        }
        const double spent = threadMicroseconds() - before;
        reader.join();
        return spent / static_cast<double>(pairs_.size() * size_.rounds * size_.framesPerRound);
    }

  private:
    void send(SSL* ssl) const {
        // As a server would: the frames are gathered into a buffer first.
        std::string output;
        output.reserve(round_.size());
        for (std::size_t i = 0; i < size_.framesPerRound; ++i) {
            output.append(round_, i * size_.frameBytes, size_.frameBytes);
        }
        for (std::size_t sent = 0; sent < output.size();) {
            std::size_t written = 0;
            const std::size_t piece = std::min(kRecord, output.size() - sent);
            if (SSL_write_ex(ssl, output.data() + sent, piece, &written) == 1) {
                sent += written;
            } else {
                std::this_thread::yield();
            }
        }
    }

    void readAll() {
        const std::size_t perRound = pairs_.size() * round_.size();
        std::size_t read = 0;
        for (std::size_t round = 1; round <= size_.rounds; ++round) {
            while (read < round * perRound) read += readSome();
            hasRound_.release();
        }
    }

    std::size_t readSome() {
        std::array<epoll_event, 256> events;
        const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
        std::size_t sum = 0;
        for (int i = 0; i < count; ++i) {
            std::size_t bytes = 0;
            auto* ssl = static_cast<SSL*>(events[static_cast<std::size_t>(i)].data.ptr);
            while (SSL_read_ex(ssl, input_.data(), input_.size(), &bytes) == 1) sum += bytes;
        }
        return sum;
    }

    const FloorSize size_;
    Descriptor epoll_;
    std::string round_;
    std::array<char, kRecord> input_{};
    std::vector<std::unique_ptr<Pair>> pairs_;
    std::counting_semaphore<> hasRound_{0};
};

}  // namespace

double measureFloor(const FloorSize& size) {
    return Floor(size).run();
}

}  // namespace runnel::bench
