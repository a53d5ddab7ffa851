// SPDX-License-Identifier: Apache-2.0
#include "admin/paging.h"

#include <gtest/gtest.h>

#include "admin/json_body.h"

namespace runnel::admin {
namespace {

Page page(net::Query query) {
    ApiRequest request;
    request.query = std::move(query);
    return pageOf(request);
}

/// The page's items and its next.
std::pair<std::string, std::string> numbers(int count, net::Query query) {
    ListBody list(page(std::move(query)));
    for (int i = 10; i < 10 + count && !list.isFull(); ++i) {
        const std::string number = std::to_string(i);
        if (number > list.after()) list.add(number, number);
    }
    const auto object = parseJson(list.text()).extract<Poco::JSON::Object::Ptr>();
    return {jsonText(object->get("items")), object->optValue<std::string>("next", "none")};
}

TEST(PagingTest, WalksThroughAListOnce) {
    const auto first = numbers(5, {{"limit", "2"}});
    EXPECT_EQ(first.first, "[10,11]");
    const auto second = numbers(5, {{"limit", "2"}, {"after", first.second}});
    EXPECT_EQ(second.first, "[12,13]");
    const auto last = numbers(5, {{"limit", "2"}, {"after", second.second}});
    EXPECT_EQ(last.first, "[14]");
    EXPECT_EQ(last.second, "none");
    EXPECT_EQ(numbers(2, {{"limit", "2"}}).second, "none");
    EXPECT_EQ(numbers(0, {}).first, "[]");
}

TEST(PagingTest, RefusesWhatIsNoPage) {
    EXPECT_EQ(page({}).limit, 100U);
    EXPECT_EQ(page({{"limit", "1000"}}).limit, 1000U);
    for (const char* limit : {"", "0", "1001", "-1", "1x", " 1", "99999999999999999999999"}) {
        EXPECT_THROW(page({{"limit", limit}}), Problem) << limit;
    }
    for (const char* after : {"", "=", "a", "a b", "%%%%", "YQ==", "YR", "\xFF"}) {
        EXPECT_THROW(page({{"after", after}}), Problem) << after;
    }
    EXPECT_EQ(page({{"after", "YQ"}}).after, "a");
}

TEST(PagingTest, CarriesAnyKey) {
    std::string key;
    for (int i = 0; i < 256; ++i) key += static_cast<char>(i);
    ListBody list({.limit = 1, .after = {}});
    EXPECT_TRUE(list.add(key, "1"));
    EXPECT_FALSE(list.add("z", "2"));
    const auto object = parseJson(list.text()).extract<Poco::JSON::Object::Ptr>();
    EXPECT_EQ(page({{"after", object->getValue<std::string>("next")}}).after, key);
}

}  // namespace
}  // namespace runnel::admin
