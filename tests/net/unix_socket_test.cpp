// SPDX-License-Identifier: Apache-2.0
#include "net/unix_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/net/net_fixture.h"
#include "tests/support/temporary_directory.h"

namespace runnel::net {
namespace {

class UnixSocketTest : public testing::Test {
  protected:
    /// Why it cannot be made, without the path in front; "" if it can.
    std::string complaint(const std::filesystem::path& path) {
        try {
            listenOnUnix(path, 0660);
            return {};
        } catch (const std::runtime_error& error) {
            const std::string begin = "cannot listen on " + path.string() + ": ";
            EXPECT_EQ(std::string(error.what()).substr(0, begin.size()), begin);
            return std::string(error.what()).substr(begin.size());
        }
    }
    TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_.path() / "admin.sock";
};

TEST_F(UnixSocketTest, HasTheModeThatWasAskedForWhateverTheUmask) {
    for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
        const mode_t before = ::umask(mask);
        const UnixSocket made = listenOnUnix(path_, 0660);
        ::umask(before);
        struct stat status {};
        ASSERT_EQ(::stat(path_.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, 0660U);
        EXPECT_EQ(boundAddress(made.fd()), path_.string());
    }
}

TEST_F(UnixSocketTest, TakesItsFileAwayUnlessItIsSomebodyElses) {
    { const UnixSocket made = listenOnUnix(path_, 0660); }
    EXPECT_FALSE(std::filesystem::exists(path_));
    {
        const UnixSocket made = listenOnUnix(path_, 0660);
        std::filesystem::remove(path_);
        std::ofstream(path_) << "other";
    }
    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, ReplacesAFileThatNobodyListensOn) {
    const auto stale = directory_.path() / "stale.sock";
    {
        const UnixSocket gone = listenOnUnix(path_, 0660);
        std::filesystem::create_hard_link(path_, stale);
    }
    EXPECT_EQ(complaint(stale), "");
}

TEST_F(UnixSocketTest, SaysWhyItCannotListen) {
    const UnixSocket other = listenOnUnix(path_, 0660);
    EXPECT_EQ(complaint(path_), "another process listens there");
    const auto file = directory_.path() / "file";
    std::ofstream(file) << "text";
    EXPECT_EQ(complaint(file),
              "there is something that is not a socket; remove it, or choose another path");
    EXPECT_EQ(complaint(directory_.path() / std::string(108, 'x')).substr(0, 13), "the path has ");
    EXPECT_EQ(complaint(directory_.path() / "no" / "admin.sock"), "No such file or directory");
    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, ConnectionsWorkAsByTcp) {
    const UnixSocket made = listenOnUnix(path_, 0660);
    TestServer server;
    server.onReceived = [](TestServer::Peer& peer, std::span<const std::uint8_t> bytes) {
        peer.connection->send("[" + peer.connection->peer() + "]" + std::string(asText(bytes)));
        peer.connection->close();
    };
    server.thread.call([&] {
        server.listener = std::make_unique<Listener>(
            server.thread.loop(), made.fd(), ListenerOptions{}, [&](Connection::Ptr connection) {
                auto peer = std::make_unique<TestServer::Peer>(server, std::move(connection));
                TestServer::Peer* key = peer.get();
                server.peers.emplace(key, std::move(peer));
            });
    });
    test::BlockingClient client(path_.string(), test::BlockingClient::Mode::Plain);
    client.write("hello");
    EXPECT_EQ(client.readAll(), "[]hello");
    EXPECT_TRUE(client.hasEndedCleanly());
}

}  // namespace
}  // namespace runnel::net
