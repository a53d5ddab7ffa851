// SPDX-License-Identifier: Apache-2.0
#include "mqtt/client_settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "net/tls_context.h"
#include "tests/support/temporary_directory.h"

namespace runnel::mqtt {
namespace {

using testing::Test;

std::string found(std::string_view url) {
    const Result<Address> address = parseAddress(url);
    if (!address) return "error: " + address.error().reason;
    return address->text() + " at " + address->target() + " path " + address->path;
}

struct Url {
    const char* name;
    const char* url;
    const char* expected;
};

class AddressTest : public testing::TestWithParam<Url> {};

TEST_P(AddressTest, IsTakenApart) {
    EXPECT_EQ(found(GetParam().url), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, AddressTest,
    testing::Values(
        Url{"Plain", "mqtt://broker", "mqtt://broker:1883 at broker:1883 path "},
        Url{"Tls", "mqtts://broker", "mqtts://broker:8883 at broker:8883 path "},
        Url{"Port", "mqtt://broker.example:65535/",
            "mqtt://broker.example:65535 at broker.example:65535 path "},
        Url{"AnyCase", "MQTTS://Broker", "mqtts://broker:8883 at broker:8883 path "},
        Url{"NumericV4", "mqtt://192.0.2.1:1", "mqtt://192.0.2.1:1 at 192.0.2.1:1 path "},
        Url{"NumericV6", "mqtt://[2001:DB8::1]",
            "mqtt://[2001:db8::1]:1883 at [2001:db8::1]:1883 path "},
        Url{"NumericV6Port", "mqtt://[::1]:8", "mqtt://[::1]:8 at [::1]:8 path "},
        Url{"WebSocket", "ws://broker", "ws://broker:80/mqtt at broker:80 path /mqtt"},
        Url{"WebSocketRoot", "wss://broker/", "wss://broker:443/ at broker:443 path /"},
        Url{"WebSocketPath", "wss://broker:9/a/b%20c",
            "wss://broker:9/a/b%20c at broker:9 path /a/b%20c"},
        Url{"WebSocketQuery", "wss://broker/mqtt?token=secret",
            "wss://broker:443/mqtt at broker:443 path /mqtt?token=secret"},
        Url{"WebSocketQueryAlone", "ws://broker?x", "ws://broker:80/ at broker:80 path /?x"}),
    [](const auto& url) { return url.param.name; });

class BadAddressTest : public testing::TestWithParam<Url> {};

TEST_P(BadAddressTest, SaysWhatWasFoundAndWhatWasExpected) {
    const std::string text = found(GetParam().url);
    EXPECT_TRUE(text.starts_with("error: must ")) << text;
    EXPECT_NE(text.find(GetParam().expected), std::string::npos) << text;
    EXPECT_NE(text.find("expected mqtts://HOST:8883"), std::string::npos) << text;
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAddressTest,
    testing::Values(
        Url{"Empty", "", "begin with"}, Url{"NoScheme", "broker:1883", "found \"broker:1883\""},
        Url{"OtherScheme", "http://broker", "begin with"},
        Url{"Tcp", "tcp://broker", "found \"tcp://broker\""},
        Url{"User", "mqtt://me:secret@broker", "options of their own; found \"broker\""},
        Url{"UserWithSlash", "mqtt://me:sec/secret?x#secret@broker:1/x", "found \"broker:1/x\""},
        Url{"UserWithoutScheme", "me:secret@broker", "found \"broker\""},
        Url{"Query", "mqtt://broker?secret", "only ws:// and wss:// have a path"},
        Url{"Path", "mqtts://broker/mqtt", "only ws:// and wss:// have a path"},
        Url{"NoHost", "mqtt://", "name a host"},
        Url{"NoHostButPort", "mqtt://:1883", "name a host"},
        Url{"Space", "mqtt://bro ker", "name a host"}, Url{"Escape", "mqtt://%41", "name a host"},
        Url{"NotAscii",
            "mqtt://br\xC3\xBC"
            "cke",
            "name a host"},
        Url{"OpenBracket", "mqtt://[::1", "name a host"},
        Url{"OnlyBracket", "mqtt://[", "name a host"}, Url{"Brackets", "mqtt://[]", "name a host"},
        Url{"NameInBrackets", "mqtt://[broker]:1", "name a host"},
        Url{"BareV6", "mqtt://::1", "name a host"},
        Url{"BareV6Long", "mqtt://fe80::1", "port from 1 to 65535"},
        Url{"PortZero", "mqtt://broker:0", "port from 1 to 65535"},
        Url{"PortLarge", "mqtt://broker:65536", "port from 1 to 65535"},
        Url{"PortEmpty", "mqtt://broker:", "port from 1 to 65535"},
        Url{"PortWord", "mqtt://broker:mqtt", "port from 1 to 65535"},
        Url{"BehindBracket", "mqtt://[::1]1", "port from 1 to 65535"},
        Url{"PathSpace", "ws://broker/a b", "spaces"},
        Url{"PathLineBreak", "ws://broker/a\r\nX: y", "spaces"},
        Url{"Fragment", "ws://broker/#secret", "#"}),
    [](const auto& url) { return url.param.name; });

class ClientSettingsTest : public Test {
  protected:
    void set(const std::string& name, Value value) { options_.push_back({name, std::move(value)}); }
    void set(const std::string& name, const char* text) { set(name, Value{std::string(text)}); }
    std::string write(const std::string& name, const std::string& content) {
        std::string path = (directory_.path() / name).string();
        std::ofstream(path) << content;
        return path;
    }
    ClientSettings good() {
        Result<ClientSettings> settings = readClientSettings(options_, "runnel-here");
        EXPECT_TRUE(settings) << settings.error().field << " " << settings.error().reason;
        return std::move(*settings);
    }
    /// "option: reason"; forgets the options.
    std::string complaint() {
        const Result<ClientSettings> settings = readClientSettings(options_, "runnel-here");
        options_.clear();
        return settings ? "none" : settings.error().field + ": " + settings.error().reason;
    }

    TemporaryDirectory directory_;
    Fields options_;
};

TEST_F(ClientSettingsTest, HaveDefaults) {
    set("url", "mqtt://broker");
    const ClientSettings settings = good();
    EXPECT_EQ(settings.address.target(), "broker:1883");
    EXPECT_FALSE(settings.tls);
    EXPECT_EQ(settings.version, Version::V5);
    EXPECT_EQ(settings.clientId, "runnel-here");
    EXPECT_EQ(settings.keepAlive, std::chrono::seconds(30));
    EXPECT_EQ(settings.sessionExpiry, std::chrono::hours(7 * 24));
}

TEST_F(ClientSettingsTest, TakeEveryOption) {
    const net::TlsIdentity identity = net::makeSelfSigned("me", 1);
    set("url", "mqtts://broker");
    set("user", "me");
    set("password", "secret");
    set("clientId", "other");
    set("version", "3.1.1");
    set("keepAlive", Value{std::int64_t{5}});
    set("sessionExpiry", Value{std::int64_t{4294967294}});
    set("ca", Value{write("ca", identity.certificatePem)});
    set("certificate", Value{write("certificate", identity.certificatePem)});
    set("key", Value{write("key", identity.keyPem)});
    set("tlsVerify", Value{true});
    set("alpn", "mqtt");
    const ClientSettings settings = good();
    EXPECT_TRUE(settings.tls);
    EXPECT_EQ(settings.version, Version::V311);
    EXPECT_EQ(settings.userName + settings.password + settings.clientId, "mesecretother");
    EXPECT_EQ(settings.keepAlive, std::chrono::seconds(5));
    EXPECT_EQ(settings.sessionExpiry, std::chrono::seconds(4294967294));
}

TEST_F(ClientSettingsTest, NameTheOptionThatIsWrong) {
    EXPECT_TRUE(complaint().starts_with("url: is missing: expected mqtts://"));
    set("url", "mqtt://me:secret@broker");
    EXPECT_TRUE(complaint().starts_with("url: must not hold a user name or password"));
    set("url", "mqtt://broker");
    set("user", Value{std::string(65536, 'x')});
    EXPECT_EQ(complaint(), "user: must have at most 65535 bytes, found 65536");
    set("url", "mqtt://broker");
    set("clientId", Value{std::string("a\0b", 3)});
    EXPECT_EQ(complaint(), "clientId: must not hold a zero byte: MQTT forbids it");
    set("url", "mqtt://broker");
    set("version", "3.1.1");
    set("password", "secret");
    EXPECT_EQ(complaint(),
              "password: needs the option user: MQTT 3.1.1 has no password without one");
}

TEST_F(ClientSettingsTest, RefuseTlsOptionsOfAPlainUrl) {
    for (const char* name : {"ca", "certificate", "key", "alpn"}) {
        set("url", "ws://broker");
        set(name, "something");
        EXPECT_EQ(complaint(), std::string(name) +
                                   ": works only with an url of mqtts:// or wss://, found "
                                   "ws://broker:80/mqtt: change the url or leave this out");
    }
    set("url", "ws://broker");
    set("tlsVerify", Value{false});
    EXPECT_TRUE(complaint().starts_with("tlsVerify: works only with"));
    set("url", "ws://broker");
    set("tlsVerify", Value{true});
    EXPECT_EQ(complaint(), "none");
}

TEST_F(ClientSettingsTest, RefuseHalfOfTls) {
    set("url", "mqtts://broker");
    set("certificate", "x");
    EXPECT_TRUE(complaint().starts_with("certificate: needs the option key"));
    set("url", "mqtts://broker");
    set("key", "x");
    EXPECT_TRUE(complaint().starts_with("key: needs the option certificate"));
    set("url", "mqtts://broker");
    set("ca", "x");
    set("tlsVerify", Value{false});
    EXPECT_TRUE(complaint().starts_with("ca: does nothing while tlsVerify is false"));
    set("url", "mqtts://broker");
    set("alpn", Value{std::string(256, 'x')});
    EXPECT_EQ(complaint(), "alpn: must have at most 255 bytes, found 256");
}

TEST_F(ClientSettingsTest, NameTheFileThatIsWrong) {
    const auto complaintOf = [this](const std::string& name, const std::string& file) {
        set("url", "mqtts://broker");
        set(name, Value{file});
        return complaint();
    };
    EXPECT_EQ(complaintOf("ca", "/nowhere/ca.pem"),
              "ca: must be a PEM file that can be read, found /nowhere/ca.pem: No such file or "
              "directory");
    EXPECT_EQ(complaintOf("ca", directory_.path().string()),
              "ca: must be a PEM file that can be read, found " + directory_.path().string() +
                  ": Is a directory");
    for (const char* content : {"", "rubbish"}) {
        const std::string file = write("file", content);
        EXPECT_EQ(complaintOf("ca", file),
                  "ca: must be a PEM file, found " + file + " without a line -----BEGIN …");
    }
    const std::string file = write("file", "-----BEGIN CERTIFICATE-----\nx\n");
    EXPECT_TRUE(complaintOf("ca", file).starts_with("ca: cannot be used, found " + file + ": the"));
}

TEST_F(ClientSettingsTest, NameTheHalfOfAnIdentityThatIsWrong) {
    const net::TlsIdentity one = net::makeSelfSigned("one", 1);
    const net::TlsIdentity two = net::makeSelfSigned("two", 1);
    const auto complaintOf = [this](const std::string& certificate, const std::string& key) {
        set("url", "mqtts://broker");
        set("certificate", Value{write("certificate", certificate)});
        set("key", Value{write("key", key)});
        return complaint();
    };
    EXPECT_EQ(complaintOf(one.certificatePem, one.keyPem), "none");
    EXPECT_TRUE(complaintOf(one.certificatePem, two.keyPem)
                    .starts_with("key: cannot be used, found " +
                                 (directory_.path() / "key").string() + ": the private key does"));
    EXPECT_TRUE(complaintOf(one.keyPem, one.keyPem).starts_with("certificate: cannot be used"));
    EXPECT_TRUE(complaintOf(one.certificatePem, one.certificatePem).starts_with("key: cannot"));
}

TEST(ClientOptionsTest, CanBeChangedForAPlugin) {
    constexpr auto kTable =
        withoutRequired(withFallback(kClientOptions, "version", "3.1.1"), "url");
    static_assert(kTable.size() == kClientOptions.size());
    EXPECT_EQ(std::string_view(kTable[4].fallback), "3.1.1");
    EXPECT_FALSE(kTable[0].isRequired);
    EXPECT_TRUE(kClientOptions[0].isRequired);
}

}  // namespace
}  // namespace runnel::mqtt
