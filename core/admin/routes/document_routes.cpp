// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/document_routes.h"

#include "admin/decoded.h"
#include "admin/json_body.h"
#include "admin/json_string.h"
#include "admin/message_json.h"
#include "admin/paging.h"
#include "admin/routes/of_journal.h"
#include "admin/routes/of_stream.h"
#include "admin/stream_document.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

constexpr PageSize kPageSize{.usual = 20, .most = 100};
/// An uplink may have 256 receptions, and a document for each: a page ends behind the message that
/// goes beyond this.
constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
/// What is written around a document, about.
constexpr std::size_t kFrameBytes = 200;
/// For codecs: a client of the stream would wait on.
constexpr std::chrono::seconds kPatience{2};

std::shared_ptr<Stream> runningStream(const std::string& name, const DocumentParts& parts) {
    auto stream = parts.streams.find(name).stream;
    if (stream) return stream;
    const auto trouble = parts.health.find("stream " + name);
    throw Problem(409, "stream " + name + " is not running, so its format writes nothing: " +
                           (trouble ? trouble->text : "it waits for its plugin"));
}

Poco::JSON::Object::Ptr headOf(const Message& message) {
    auto item = newObject();
    item->set("position", message.position);
    item->set("kind", std::string(kindText(message.kind)));
    item->set("device", text(message.device));
    item->set("received", timeText(message.brokerTime));
    return item;
}

Poco::JSON::Object::Ptr documentJson(const Message& message, const std::string& document,
                                     const StreamConfig& config) {
    auto item = headOf(message);
    if (config.isText && firstNonUtf8(document) == document.size()) {
        item->set("text", document);
    } else {
        std::string hex;
        for (const char byte : document) {
            const auto value = static_cast<std::uint8_t>(byte);
            appendHex(hex, &value, 1);
        }
        item->set("data", hex);
    }
    if (!config.contentType.empty()) item->set("contentType", config.contentType);
    return item;
}

/// What a client of the stream gets for the message. Returns about how many bytes that is.
std::size_t addDocuments(const Encoded& encoded, const StreamConfig& config,
                         Poco::JSON::Array& items) {
    const Message& message = *encoded.message();
    const auto addError = [&](const std::string& text) {
        auto item = headOf(message);
        item->set("error", text);
        items.add(item);
        return kFrameBytes;
    };
    if (!encoded.isReady()) return addError("its fields are not decoded yet; look again");
    const Encoded::Documents& documents = encoded.documents();
    if (documents.error) {
        const Error& error = *documents.error;
        addError((error.field.empty() ? "" : error.field + ": ") + error.reason);
    }
    for (const std::string& document : documents.texts) {
        items.add(documentJson(message, document, config));
    }
    return documents.bytes + documents.texts.size() * kFrameBytes;
}

ApiAnswer list(const DocumentParts& parts, const ApiRequest& request) {
    const auto stream = runningStream(configuredStream(request, parts.catalogue).name, parts);
    MessageSearch search = searchBelow(request, parts.journal);
    search.scope = stream->setup().scope;
    search.isWanted = [&](const Message& message) { return stream->wants(message); };
    const NewestMessages found =
        readNewest(parts.journal, search, pageOf(request, kPageSize).limit);
    std::vector<EncodedPtr> shown;
    std::vector<DecodingPtr> decodings;
    for (const MessagePtr& message : found.messages) {
        shown.push_back(stream->encoded(message));
        decodings.push_back(shown.back()->decoding());
    }
    awaitDecoded(decodings, kPatience);
    Poco::JSON::Array::Ptr items = new Poco::JSON::Array;
    std::size_t bytes = 0;
    for (const EncodedPtr& one : shown) {
        bytes += addDocuments(*one, *stream->setup().config, *items);
        if (bytes > kMaxBytes) return newestAnswer(items, one->position() - 1);
    }
    return newestAnswer(items, found.searched);
}

}  // namespace

Routes documentRoutes(DocumentParts parts) {
    Routes routes;
    add(routes, {.method = "GET",
                 .suffix = "/documents",
                 .access = Access::See,
                 .query = {"limit", "before"},
                 .handler = [parts](const ApiRequest& request) { return list(parts, request); }});
    return routes;
}

}  // namespace runnel::admin
