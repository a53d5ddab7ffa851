// SPDX-License-Identifier: Apache-2.0
#include "delivery.h"

#include <Poco/DeflatingStream.h>

#include <algorithm>
#include <sstream>

namespace runnel::http {

namespace {

/// The same one for the same document, after a restart, too, so that the other side can leave out
/// what it has already; another one for what is sent again on request, which it is to take.
std::string idOf(const Item& item, const StreamConfig& stream) {
    const Parcel& parcel = item.held->parcel;
    std::string id = stream.name + ":";
    id += parcel.message ? std::to_string(parcel.message->position)
                         : "gap-" + std::to_string(parcel.id);
    if (parcel.documents->size() > 1) id += "-" + std::to_string(item.index);
    if (parcel.isReplay) id += ":again-" + std::to_string(parcel.id);
    return id;
}

/// JSON needs no line breaks: in its texts they are escaped.
std::string asLine(const std::string& document) {
    std::string line = document;
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line;
}

std::string bodyOf(const std::vector<Item>& items, const WebhookOptions& options) {
    if (options.batch == 1) return items.front().text();
    std::string body;
    for (const Item& item : items) {
        if (options.batchAs == BatchAs::Lines) {
            body.append(asLine(item.text())).append("\n");
        } else {
            body.append(body.empty() ? "[" : ",").append(item.text());
        }
    }
    if (options.batchAs == BatchAs::Array) body += "]";
    return body;
}

void addBody(Delivery& delivery, std::string body, const std::string& contentType,
             const WebhookOptions& options) {
    delivery.headers.push_back("Content-Type: " + contentType);
    delivery.headers.push_back("webhook-id: " + delivery.id);
    if (options.isCompressed) delivery.headers.emplace_back("Content-Encoding: gzip");
    delivery.body = options.isCompressed ? gzip(body) : std::move(body);
}

}  // namespace

std::string gzip(const std::string& text) {
    std::ostringstream out;
    Poco::DeflatingOutputStream stream(out, Poco::DeflatingStreamBuf::STREAM_GZIP);
    stream << text;
    stream.close();
    return std::move(out).str();
}

Delivery makeDelivery(std::vector<Item> items, const StreamConfig& stream,
                      const WebhookOptions& options) {
    Delivery delivery;
    const Item& first = items.front();
    const Parcel& parcel = first.held->parcel;
    delivery.url = options.url.fill(stream, parcel, first.index, &asUrlPart);
    delivery.id = idOf(first, stream);
    if (items.size() > 1) delivery.id += "+" + std::to_string(items.size() - 1);
    for (const auto& [name, pattern] : options.headers) {
        delivery.headers.push_back(name + ": " +
                                   pattern.fill(stream, parcel, first.index, &asHeaderPart));
    }
    if (parcel.isReplay) delivery.headers.emplace_back("runnel-replay: true");
    const bool isLines = options.batch > 1 && options.batchAs == BatchAs::Lines;
    addBody(delivery, bodyOf(items, options), isLines ? "application/x-ndjson" : stream.contentType,
            options);
    delivery.items = std::move(items);
    return delivery;
}

Delivery makeReceipts(const std::vector<std::string>& receipts, std::uint64_t number,
                      const StreamConfig& stream, const WebhookOptions& options) {
    Delivery delivery;
    delivery.url = options.receiptUrl.fill(stream, stream.device, &asUrlPart);
    delivery.id = stream.name + ":receipt-" + std::to_string(number);
    const bool isJson = stream.contentType.find("json") != std::string::npos;
    std::string body;
    for (const std::string& receipt : receipts) {
        if (!body.empty()) body += isJson ? "," : "\n";
        body += receipt;
    }
    if (isJson && receipts.size() > 1) body = "[" + body + "]";
    addBody(delivery, std::move(body), stream.contentType, options);
    return delivery;
}

std::vector<std::string> headersOf(const Delivery& delivery, const WebhookOptions& options,
                                   std::int64_t timestamp) {
    std::vector<std::string> headers = delivery.headers;
    headers.emplace_back("Expect:");  // none: the body goes out at once
    headers.push_back("webhook-timestamp: " + std::to_string(timestamp));
    if (!options.endpoint.bearer.empty()) {
        headers.push_back("Authorization: Bearer " + options.endpoint.bearer);
    }
    if (!options.signer.isEmpty()) {
        headers.push_back("webhook-signature: " +
                          options.signer.sign(delivery.id, timestamp, delivery.body));
    }
    return headers;
}

}  // namespace runnel::http
