// SPDX-License-Identifier: Apache-2.0
#include "topic_pattern.h"

#include <algorithm>
#include <utility>

#include "mqtt/text_check.h"
#include "mqtt/topic.h"

namespace runnel::mqtt {

namespace {

using Is = sessions::Pattern::Is;
using Piece = sessions::Pattern::Piece;

constexpr std::size_t kMaxLevel = 200;  // bytes

/// One level of a topic: nothing in it may end the level, be a wildcard or make a broker hang up.
std::string asLevel(const std::string& value) {
    std::string text = value.substr(0, kMaxLevel);
    const bool isUtf8 = isText(text);
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool isControl = byte < 0x20 || byte == 0x7F || (byte > 0x7F && !isUtf8);
        if (c == '/' || c == '+' || c == '#' || isControl) c = '_';
    }
    return text.empty() ? "-" : text;
}

}  // namespace

Result<TopicPattern> TopicPattern::parse(std::string_view text) {
    auto read = sessions::Pattern::parse(text);
    if (!read) return read.error();
    for (const Piece& piece : read->pieces()) {
        if (piece.is == Is::Text && !isTopicName(piece.text)) {
            return Error{"", "must be a topic without + and #, found " + std::string(text)};
        }
    }
    TopicPattern pattern;
    pattern.pattern_ = *std::move(read);
    return pattern;
}

std::string TopicPattern::topicOf(const StreamConfig& stream, const Parcel& parcel,
                                  std::size_t document) const {
    return pattern_.fill(stream, parcel, document, &asLevel);
}

std::string TopicPattern::topicOf(const StreamConfig& stream, Eui device) const {
    return pattern_.fill(stream, device, &asLevel);
}

std::string TopicPattern::filterFor(const StreamConfig& stream) const {
    std::string filter;
    for (const Piece& piece : pattern_.pieces()) {
        if (piece.is == Is::Text) {
            filter += piece.text;
        } else if (piece.is == Is::Stream) {
            filter += asLevel(sessions::Pattern::nameOf(stream));
        } else if (piece.is == Is::AppEui && stream.application) {
            filter += text(*stream.application);
        } else if (piece.is == Is::DeviceEui && stream.device) {
            filter += text(*stream.device);
        } else {
            filter += '+';
        }
    }
    return filter;
}

/// Placeholders stand for whole levels here, which filterFor's user has checked.
std::optional<Eui> TopicPattern::deviceIn(std::string_view topic) const {
    std::size_t level = 0;
    for (const Piece& piece : pattern_.pieces()) {
        if (piece.is == Is::DeviceEui) break;
        if (piece.is != Is::Text) continue;
        level += static_cast<std::size_t>(std::count(piece.text.begin(), piece.text.end(), '/'));
    }
    for (; level > 0; --level) {
        const std::size_t slash = topic.find('/');
        if (slash == std::string_view::npos) return std::nullopt;
        topic.remove_prefix(slash + 1);
    }
    return parseEui(topic.substr(0, topic.find('/')));
}

}  // namespace runnel::mqtt
