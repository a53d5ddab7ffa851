// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fake_api.h"

namespace runnel::http {
namespace {

/// Makes OpenSSL trust one certificate, as an administrator would.
class TrustedFile final {
  public:
    explicit TrustedFile(const std::string& pem)
        : path_(std::filesystem::temp_directory_path() /
                ("runnel_trust_" + std::to_string(::getpid()) + ".pem")) {
        std::ofstream(path_) << pem;
        ::setenv("SSL_CERT_FILE", path_.c_str(), 1);
    }
    ~TrustedFile() {
        ::unsetenv("SSL_CERT_FILE");
        std::filesystem::remove(path_);
    }
    TrustedFile(const TrustedFile&) = delete;
    TrustedFile& operator=(const TrustedFile&) = delete;

  private:
    std::filesystem::path path_;
};

ApiSettings settingsFor(const FakeApi& api) {
    ApiSettings settings;
    settings.server = ApiSettings::Server::Chirpstack;
    settings.url = api.url();
    settings.key = "api-key";
    return settings;
}

const ApiCall kCall{"/x", "Authorization", "{}"};

TEST(ApiClientTest, TrustedCertificateOfTheHostIsTaken) {
    const auto identity = net::makeSelfSigned("runnel.test", 30);
    const TrustedFile trusted(identity.certificatePem);
    const FakeApi api("127.0.0.1:0", identity);
    const auto answer = ApiClient(settingsFor(api)).post(kCall);
    ASSERT_TRUE(answer) << answer.error().reason;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, R"({"id":"q-1"})");
}

TEST(ApiClientTest, UnknownCertificateIsRefused) {
    const FakeApi api("127.0.0.1:0", net::makeSelfSigned("runnel.test", 30));
    const auto answer = ApiClient(settingsFor(api)).post(kCall);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason.find("api-key"), std::string::npos);
}

TEST(ApiClientTest, TrustedCertificateOfAnotherHostIsRefused) {
    const auto identity = net::makeSelfSigned("runnel.test", 30);
    const TrustedFile trusted(identity.certificatePem);
    const FakeApi api("127.0.0.2:0", identity);
    const auto answer = ApiClient(settingsFor(api)).post(kCall);
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().reason.find("not for"), std::string::npos) << answer.error().reason;
}

TEST(ApiClientTest, CheckCanBeSwitchedOff) {
    const FakeApi api("127.0.0.2:0", net::makeSelfSigned("runnel.test", 30));
    ApiSettings settings = settingsFor(api);
    settings.isVerifying = false;
    const auto answer = ApiClient(settings).post(kCall);
    ASSERT_TRUE(answer) << answer.error().reason;
    EXPECT_EQ(answer->status, 200);
}

TEST(ApiClientTest, NothingIsSentAfterAbort) {
    const FakeApi api;
    ApiClient client(settingsFor(api));
    ASSERT_TRUE(client.post(kCall));
    client.abort();
    EXPECT_FALSE(client.post(kCall));
}

}  // namespace
}  // namespace runnel::http
