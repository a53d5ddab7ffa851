// SPDX-License-Identifier: Apache-2.0
#include "net/dialer.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/address.h"
#include "net/listener.h"
#include "tests/support/loop_thread.h"

namespace runnel::net {
namespace {

int option(int fd, int name) {
    int value = -1;
    socklen_t length = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

/// TCP sockets only: the C library opens others now and then.
int openSockets() {
    int count = 0;
    for (int fd = 0; fd < 1000; ++fd) {
        if (option(fd, SO_TYPE) == SOCK_STREAM && option(fd, SO_DOMAIN) == AF_INET) ++count;
    }
    return count;
}

/// The port on which the listening socket was put by the kernel.
std::string portOf(const std::string& address) {
    return address.substr(address.rfind(':') + 1);
}

/// Listening sockets are enough: the kernel completes the connect.
class DialerTest : public testing::Test {
  protected:
    DialerTest() {
        thread_.call([this] { dialer_.emplace(thread_.loop()); });
    }
    ~DialerTest() override {
        thread_.call([this] { dialer_.reset(); });
        ::close(listening_);
    }

    Dialed dial(const DialTarget& target) {
        std::promise<Dialed> promise;
        bool isInside = true;
        thread_.call([&] {
            dialer_->dial(target, [&](Dialed dialed) {
                EXPECT_FALSE(isInside) << "called from within dial()";
                EXPECT_TRUE(thread_.loop().isInLoopThread());
                promise.set_value(std::move(dialed));
            });
            isInside = false;
        });
        return promise.get_future().get();
    }
    std::string errorOf(const std::string& address, bool isPublicOnly = false) {
        const Dialed dialed = dial({address, 0, isPublicOnly});
        EXPECT_EQ(dialed.fd, -1) << address;
        return dialed.error;
    }
    /// Where the socket went, once it is connected; closes it.
    static std::string peerOf(const Dialed& dialed) {
        EXPECT_EQ(dialed.error, "");
        pollfd poll{dialed.fd, POLLOUT, 0};
        ::poll(&poll, 1, 5000);
        std::string peer = PeerAddress::of(dialed.fd).text();
        ::close(dialed.fd);
        return peer;
    }

    test::LoopThread thread_;
    std::optional<Dialer> dialer_;
    const int listening_ = listenOn("127.0.0.1:0");
    const std::string address_ = boundAddress(listening_);
};

TEST_F(DialerTest, ConnectsToANumericAddress) {
    EXPECT_EQ(peerOf(dial({address_})), address_);
}

TEST_F(DialerTest, ConnectsToAName) {
    const std::string name = "localhost:" + portOf(address_);
    std::vector<std::string> peers;
    for (unsigned attempt = 0; attempt < 2; ++attempt) {
        peers.push_back(peerOf(dial({name, attempt})));
    }
    EXPECT_THAT(peers, testing::Contains(address_)) << "::1 may be the other one";
}

TEST_F(DialerTest, SaysWhyThereIsNoSocket) {
    // What the C library says behind it depends on the machine's network.
    EXPECT_THAT(errorOf("name.invalid:1883"),
                testing::StartsWith("cannot connect to name.invalid:1883: "));
    EXPECT_EQ(errorOf("broker"),
              "cannot connect to broker: expected HOST:PORT, such as 127.0.0.1:8443 or *:8443");
    EXPECT_EQ(errorOf("broker:99999"),
              "cannot connect to broker:99999: the port must be a number from 0 to 65535");
}

TEST_F(DialerTest, AnswersMoreNamesThanItLooksUpAtOnce) {
    constexpr int kNames = 5 * static_cast<int>(Dialer::kMaxLookups);
    std::atomic<int> answered = 0;
    std::promise<void> all;
    thread_.call([&] {
        for (int i = 0; i < kNames; ++i) {
            dialer_->dial({"localhost:" + portOf(address_)}, [&](const Dialed& dialed) {
                ::close(dialed.fd);
                if (++answered == kNames) all.set_value();
            });
        }
    });
    all.get_future().get();
    EXPECT_EQ(answered, kNames);
}

TEST_F(DialerTest, RefusesWhatIsNotPublicWhenAsked) {
    EXPECT_EQ(errorOf("10.0.0.1:1883", true),
              "cannot connect to 10.0.0.1:1883: 10.0.0.1 is not on the public internet, and only "
              "addresses that are may be used here");
    EXPECT_NE(errorOf("localhost:" + portOf(address_), true).find("public internet"),
              std::string::npos);
    EXPECT_NE(errorOf("[::ffff:10.0.0.1]:1883", true).find("public internet"), std::string::npos);
}

TEST_F(DialerTest, IsSilentAfterCancel) {
    const int before = openSockets();
    std::promise<void> last;
    thread_.call([&] {
        const auto fail = [](const Dialed&) { ADD_FAILURE() << "was cancelled"; };
        for (const std::string& address :
             {address_, std::string("localhost:1"), std::string("x")}) {
            dialer_->cancel(dialer_->dial({address}, fail));
        }
        dialer_->cancel(Dialer::Call::None);
        dialer_->dial({"localhost:" + portOf(address_), 1}, [&](const Dialed& dialed) {
            if (dialed.fd >= 0) ::close(dialed.fd);
            last.set_value();
        });
    });
    last.get_future().get();
    EXPECT_EQ(openSockets(), before);
}

TEST_F(DialerTest, MayBeDestroyedWhileALookupIsUnderWay) {
    for (int round = 0; round < 20; ++round) {
        auto loop = std::make_unique<test::LoopThread>();
        loop->call([&] {
            Dialer dialer(loop->loop());
            for (const char* name : {"name.invalid:1", "localhost:1", "127.0.0.1:1"}) {
                dialer.dial({name}, [](const Dialed&) { ADD_FAILURE() << "the dialer has gone"; });
            }
        });
    }
}

TEST_F(DialerTest, MayBeDestroyedInItsCallback) {
    std::promise<void> done;
    thread_.call([&] {
        dialer_->dial({address_}, [&](const Dialed& dialed) {
            ::close(dialed.fd);
            dialer_.reset();
            done.set_value();
        });
        dialer_->dial({address_}, [](const Dialed&) { ADD_FAILURE() << "the dialer has gone"; });
    });
    done.get_future().get();
}

/// What a name with these addresses is resolved to.
class Addresses final {
  public:
    Addresses(std::initializer_list<const char*> hosts, const std::string& port) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_NUMERICHOST;
        for (const char* host : hosts) {
            addrinfo* one = nullptr;
            EXPECT_EQ(::getaddrinfo(host, port.c_str(), &hints, &one), 0);
            owned_.emplace_back(one, &::freeaddrinfo);
            list_.push_back(*one);
        }
        for (std::size_t i = 1; i < list_.size(); ++i) list_[i - 1].ai_next = &list_[i];
    }
    const addrinfo& list() const { return list_.front(); }

  private:
    std::vector<std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>> owned_;
    std::vector<addrinfo> list_;
};

TEST_F(DialerTest, TriesANamesAddressesInTurns) {
    const std::string port = portOf(address_);
    const int another = listenOn("127.0.0.2:" + port);
    const Addresses addresses({"127.0.0.1", "127.0.0.2"}, port);
    std::string turns;
    for (unsigned attempt = 0; attempt < 4; ++attempt) {
        turns += peerOf(connectToOneOf(addresses.list(), {"name:1", attempt})).substr(0, 10);
    }
    EXPECT_EQ(turns, "127.0.0.1:127.0.0.2:127.0.0.1:127.0.0.2:");
    ::close(another);
}

TEST_F(DialerTest, SkipsAnAddressThatFailsAtOnce) {
    const Addresses addresses({"127.0.0.1", "255.255.255.255"}, portOf(address_));
    EXPECT_EQ(peerOf(connectToOneOf(addresses.list(), {"name:1", 1})), address_);
    const Addresses bad({"255.255.255.255"}, "1");
    EXPECT_EQ(connectToOneOf(bad.list(), {"name:1"}).error.substr(0, 26),
              "cannot connect to name:1: ");
}

PeerAddress address(const std::string& text) {
    PeerAddress address;
    std::array<std::uint8_t, 4> v4{};
    if (::inet_pton(AF_INET, text.c_str(), v4.data()) == 1) {
        address.ip[10] = address.ip[11] = 0xFF;
        std::copy(v4.begin(), v4.end(), address.ip.begin() + 12);
    } else {
        EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), address.ip.data()), 1) << text;
    }
    return address;
}

TEST(PublicAddressTest, KnowsWhatIsNotPublic) {
    for (const char* text : {"0.0.0.0",
                             "0.1.2.3",
                             "10.0.0.0",
                             "10.255.255.255",
                             "100.64.0.0",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.0.1",
                             "169.254.0.1",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.0.2.1",
                             "192.168.0.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "239.255.255.255",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fc00::1",
                             "fdff::1",
                             "fe80::1",
                             "fec0::1",
                             "ff02::1",
                             "::ffff:10.0.0.1",
                             "::10.0.0.1",
                             "64:ff9b::10.0.0.1",
                             "64:ff9b:1::8.8.8.8",
                             "2002:7f00:1::1",
                             "2001:db8::1",
                             "2001::1",
                             "100::1"}) {
        EXPECT_FALSE(isPublic(address(text))) << text;
    }
}

TEST(PublicAddressTest, KnowsWhatIsPublic) {
    for (const char* text :
         {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1",
          "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
          "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
          "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
        EXPECT_TRUE(isPublic(address(text))) << text;
    }
}

}  // namespace
}  // namespace runnel::net
