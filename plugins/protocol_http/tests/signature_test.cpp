// SPDX-License-Identifier: Apache-2.0
#include "signature.h"

#include <gmock/gmock.h>

namespace runnel::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// 24 bytes: "012345678901234567890123".
constexpr const char* kSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

TEST(SignatureTest, IsTheHmacOverIdTimestampAndBody) {
    const auto signer = Signer::make(kSecret);
    ASSERT_TRUE(signer);
    // printf 'msg_1.1674087231.{"a":1}' | openssl dgst -sha256 -hmac 012345678901234567890123
    //     -binary | base64
    EXPECT_EQ(signer->sign("msg_1", 1'674'087'231, R"({"a":1})"),
              "v1,z/PVZ+AyeQW4VGtg+f1F9FCeRVIXww7O0ehcGTJleXk=");
}

TEST(SignatureTest, DependsOnEachOfThem) {
    const auto signer = *Signer::make(kSecret);
    const std::string one = signer.sign("a", 1, "x");
    EXPECT_NE(one, signer.sign("b", 1, "x"));
    EXPECT_NE(one, signer.sign("a", 2, "x"));
    EXPECT_NE(one, signer.sign("a", 1, "y"));
    EXPECT_EQ(one, signer.sign("a", 1, "x"));
}

TEST(SignatureTest, WhatIsNoSecretIsRefusedWithoutBeingShown) {
    for (const char* secret : {"whsec_", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", "whsec_MDEyMzQ1",
                               "whsec_!!!!", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"}) {
        const auto signer = Signer::make(secret);
        ASSERT_FALSE(signer) << secret;
        EXPECT_THAT(signer.error().reason, HasSubstr("must be whsec_ and 24 to 64 bytes"));
        EXPECT_THAT(signer.error().reason, Not(HasSubstr("MDEy")));
    }
    EXPECT_TRUE(Signer::make("")->isEmpty());
    EXPECT_FALSE(Signer::make(std::string("whsec_") + std::string(100'000, 'A')));
}

}  // namespace
}  // namespace runnel::http
