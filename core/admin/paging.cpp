// SPDX-License-Identifier: Apache-2.0
#include "admin/paging.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>

#include <charconv>
#include <exception>
#include <sstream>

#include "admin/json_string.h"

namespace runnel::admin {

namespace {

std::size_t limitOf(const std::string& text, std::size_t most) {
    std::size_t limit = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, limit);
    if (error != std::errc() || stop != end || limit == 0 || limit > most) {
        throw Problem(400,
                      "limit has to be 1 to " + std::to_string(most) + ", found \"" + text + "\"");
    }
    return limit;
}

constexpr int kUrlSafe = Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING;

std::string opaque(const std::string& key) {
    std::ostringstream text;
    Poco::Base64Encoder encoder(text, kUrlSafe);
    encoder << key;
    encoder.close();
    return text.str();
}

/// Nothing but what opaque() made is taken: each place in a list has one name.
std::string keyOf(const std::string& after) {
    std::istringstream text(after);
    std::ostringstream key;
    Poco::Base64Decoder decoder(text, kUrlSafe);
    key << decoder.rdbuf();
    if (after.empty() || opaque(key.str()) != after) {
        throw Problem(400, "after has to be what \"next\" of the page before says");
    }
    return key.str();
}

}  // namespace

Page pageOf(const ApiRequest& request, PageSize size) {
    Page page{.limit = size.usual, .after = {}};
    if (const auto found = request.query.find("limit"); found != request.query.end()) {
        page.limit = limitOf(found->second, size.most);
    }
    if (const auto found = request.query.find("after"); found != request.query.end()) {
        page.after = keyOf(found->second);
    }
    return page;
}

bool ListBody::add(std::string_view key, std::string_view json) {
    if (count_ == page_.limit) {
        hasMore_ = true;
        return false;
    }
    if (count_++ > 0) items_ += ',';
    items_ += json;
    last_ = key;
    return true;
}

std::string ListBody::text() const {
    std::string text = R"({"items":[)" + items_ + ']';
    if (hasMore_) text += R"(,"next":)" + jsonString(opaque(last_));
    return text + '}';
}

}  // namespace runnel::admin
