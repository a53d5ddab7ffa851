// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "runnel/testing.h"

namespace runnel {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Keeps every promise; each test breaks one of them.
class GoodFormat : public Format {
  public:
    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return false; }
    Result<std::string> encode(const EncodeInput& input) const override {
        return text(input.message.device);
    }
    std::string encode(const Receipt&) const override { return "receipt"; }
    std::string encode(const Gap&) const override { return "gap"; }
    std::vector<Request> decode(const DecodeInput&) const override {
        return {Receipt{"", std::nullopt, Error{"", "cannot be read"}}};
    }
};

TEST(CheckFormatTest, IsContentWithAGoodFormat) {
    EXPECT_THAT(checkFormat(GoodFormat{}), IsEmpty());
}

TEST(CheckFormatTest, FindsAnExceptionOnEncode) {
    class Broken final : public GoodFormat {
      public:
        using GoodFormat::encode;
        Result<std::string> encode(const EncodeInput& input) const override {
            if (input.reception == nullptr) throw std::runtime_error{"no reception"};
            return std::string{};
        }
    };
    EXPECT_THAT(checkFormat(Broken{}),
                Contains("encode() of an uplink without receptions throws: no reception"));
}

TEST(CheckFormatTest, FindsTextThatIsNotUtf8) {
    class Broken : public GoodFormat {
      public:
        using GoodFormat::encode;
        Result<std::string> encode(const EncodeInput& input) const override {
            return input.message.deviceName;
        }
    };
    class Binary final : public Broken {
        bool isText() const override { return false; }
    };
    EXPECT_THAT(checkFormat(Broken{}), Contains(HasSubstr("not UTF-8")));
    EXPECT_THAT(checkFormat(Binary{}), IsEmpty()) << "binary formats may write any bytes";
}

TEST(CheckFormatTest, FindsAReceiptThatIsNotUtf8) {
    class Broken final : public GoodFormat {
      public:
        using GoodFormat::encode;
        std::string encode(const Receipt& receipt) const override { return "id " + receipt.id; }
        std::string encode(const Gap&) const override { return ""; }
    };
    const Complaints complaints = checkFormat(Broken{});
    EXPECT_THAT(complaints, Contains("a receipt becomes a text document that is not UTF-8"));
    EXPECT_THAT(complaints, Contains("a gap becomes an empty document"));
}

TEST(CheckFormatTest, FindsAnErrorWithoutReason) {
    class Broken final : public GoodFormat {
      public:
        using GoodFormat::encode;
        Result<std::string> encode(const EncodeInput&) const override { return Error{"Port", ""}; }
    };
    EXPECT_THAT(checkFormat(Broken{}), Contains(HasSubstr("fails without a reason")));
}

TEST(CheckFormatTest, FindsAnswersThatChange) {
    class Broken final : public GoodFormat {
      public:
        using GoodFormat::encode;
        Result<std::string> encode(const EncodeInput&) const override {
            return std::to_string(++count_);
        }

      private:
        mutable std::atomic<int> count_{};
    };
    EXPECT_THAT(checkFormat(Broken{}), Contains(HasSubstr("another answer the second time")));
}

TEST(CheckFormatTest, FindsAnswersThatDependOnTheThread) {
    class Broken final : public GoodFormat {
      public:
        using GoodFormat::encode;
        Result<std::string> encode(const EncodeInput&) const override {
            return std::string{std::this_thread::get_id() == home_ ? "home" : "away"};
        }

      private:
        std::thread::id home_ = std::this_thread::get_id();
    };
    EXPECT_THAT(checkFormat(Broken{}), Contains(HasSubstr("four threads")));
}

class DecodesTo final : public GoodFormat {
  public:
    explicit DecodesTo(std::vector<Request> requests) : requests_{std::move(requests)} {}
    std::vector<Request> decode(const DecodeInput&) const override { return requests_; }

  private:
    std::vector<Request> requests_;
};

TEST(CheckFormatTest, FindsWhatDecodeMustNotAnswer) {
    Downlink badPort;
    badPort.port = 0;
    Downlink tooLong;
    tooLong.payload.resize(243);
    Downlink longId;
    longId.id.assign(65, 'x');
    const std::pair<std::vector<Request>, const char*> cases[]{
        {{}, "decoded to nothing"},
        {{Receipt{}}, "accepts"},
        {{Receipt{"", std::nullopt, Error{}}}, "rejected without a reason"},
        {{badPort}, "port outside"},
        {{Acknowledge{7}, tooLong}, "more than 242 bytes"},
        {{longId}, "over 64 characters"},
    };
    for (const auto& [requests, word] : cases) {
        EXPECT_THAT(checkFormat(DecodesTo{requests}), Contains(HasSubstr(word)));
    }
}

TEST(CheckFormatTest, FindsAnExceptionOnDecode) {
    class Broken final : public GoodFormat {
      public:
        std::vector<Request> decode(const DecodeInput& input) const override {
            if (input.document.empty()) throw 17;
            return GoodFormat::decode(input);
        }
    };
    EXPECT_THAT(checkFormat(Broken{}),
                Contains("decode() of an empty document throws something that is no "
                         "std::exception"));
}

TEST(CheckFormatTest, FindsAContentTypeThatIsNone) {
    class Broken final : public GoodFormat {
      public:
        std::string_view contentType() const override { return "json"; }
    };
    EXPECT_THAT(checkFormat(Broken{}), Contains("contentType() is no media type"));
}

}  // namespace
}  // namespace runnel
