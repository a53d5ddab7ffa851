// SPDX-License-Identifier: Apache-2.0
#include "format/formats.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/support/fake_hosts.h"

namespace runnel {
namespace {

class SilentFormat final : public Format {
  public:
    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return false; }
    Result<std::string> encode(const EncodeInput&) const override { return std::string(); }
    std::string encode(const Receipt&) const override { return {}; }
    std::string encode(const Gap&) const override { return {}; }
    std::vector<Request> decode(const DecodeInput&) const override { return {}; }
};

/// Option "be": "wrong" is refused, "null" gives nothing, "loud" throws.
Result<std::unique_ptr<Format>> makeFormat(Host&, const Fields& options) {
    const std::string be = valueOr<std::string>(options, "be", "");
    if (be == "wrong") return Error{"be", "must not be wrong"};
    if (be == "null") return std::unique_ptr<Format>();
    if (be == "loud") throw std::runtime_error("too loud");
    return std::unique_ptr<Format>(std::make_unique<SilentFormat>());
}

class FormatsTest : public ::testing::Test {
  protected:
    FormatsTest() { descriptor_.format = makeFormat; }

    LoadedPlugin plugin(std::string name) const {
        return {PluginKind::Format, std::move(name), "1", {}, &descriptor_};
    }
    const FormatUse* get(const std::string& name, const Fields& options) {
        const auto use = formats_.get(plugin(name), host_, options);
        return use ? *use : nullptr;
    }

    Plugin descriptor_;
    FakeHost host_;
    Formats formats_;
};

TEST_F(FormatsTest, SharesOneObjectPerDistinctOptions) {
    const FormatUse* plain = get("x", {});
    ASSERT_NE(plain, nullptr);
    EXPECT_EQ(plain->plugin, "format_x");
    EXPECT_EQ(get("x", {}), plain);
    EXPECT_NE(get("y", {}), plain) << "another plugin";
    const FormatUse* yes = get("x", {{"sequence", {true}}});
    EXPECT_NE(yes, plain);
    EXPECT_NE(get("x", {{"sequence", {false}}}), yes);
    EXPECT_EQ(get("x", {{"sequence", {true}}}), yes);
}

TEST_F(FormatsTest, TellsValuesOfDifferentTypesApart) {
    const std::vector<Value> values{{std::monostate{}},
                                    {true},
                                    {std::int64_t{1}},
                                    {1.0},
                                    {std::string("1")},
                                    {List{{std::int64_t{1}}}},
                                    {List{{std::int64_t{1}}, {std::int64_t{2}}}},
                                    {List{{std::int64_t{12}}}},
                                    {Fields{{"a", {std::int64_t{1}}}}}};
    std::vector<const FormatUse*> seen;
    for (const Value& value : values) {
        const FormatUse* use = get("x", {{"v", value}});
        EXPECT_THAT(seen, ::testing::Not(::testing::Contains(use)));
        seen.push_back(use);
    }
}

TEST_F(FormatsTest, TellsNumbersApartThatDifferALittle) {
    EXPECT_NE(get("x", {{"v", {1e-9}}}), get("x", {{"v", {2e-9}}}));
}

TEST_F(FormatsTest, IsNotFooledByTextThatLooksLikeAnotherOption) {
    const FormatUse* one = get("x", {{"a", {std::string("1s1:b")}}});
    EXPECT_NE(one, get("x", {{"a", {std::string("1")}}, {"b", {std::string("")}}}));
    EXPECT_NE(get("x", {{"l", {List{{std::string("ab")}}}}}),
              get("x", {{"l", {List{{std::string("a")}, {std::string("b")}}}}}));
}

TEST_F(FormatsTest, PassesOnThePluginsComplaint) {
    const auto refused = formats_.get(plugin("x"), host_, {{"be", {std::string("wrong")}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "be");
    EXPECT_EQ(refused.error().reason, "must not be wrong");
}

TEST_F(FormatsTest, NamesAPluginThatThrowsOrMakesNothing) {
    const auto loud = formats_.get(plugin("x"), host_, {{"be", {std::string("loud")}}});
    ASSERT_FALSE(loud);
    EXPECT_THAT(loud.error().reason,
                ::testing::AllOf(::testing::HasSubstr("format_x"), ::testing::HasSubstr("loud")));
    const auto null = formats_.get(plugin("x"), host_, {{"be", {std::string("null")}}});
    ASSERT_FALSE(null);
    EXPECT_THAT(null.error().reason, ::testing::HasSubstr("format_x"));
}

}  // namespace
}  // namespace runnel
