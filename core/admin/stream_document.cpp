// SPDX-License-Identifier: Apache-2.0
#include "admin/stream_document.h"

#include <Poco/URI.h>

#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/routes/health_text.h"
#include "admin/routes/of_stream.h"
#include "base/time_text.h"
#include "config/documents.h"
#include "registry/vault.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Object;

void replaceAll(std::string& text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

/// Stands for a token that is not shown.
constexpr const char* kHidden = "…";

/// The first token that opens the stream for documents; kHidden for whoever may not see one.
std::string tokenFor(const std::string& stream, const ObjectParts& parts, bool mayChange) {
    if (!mayChange) return kHidden;
    for (const Tokens::Entry& token : parts.tokens.list(stream)) {
        const auto& expires = token.spec.expires;
        if (!token.spec.mayReceive || (expires && *expires <= parts.clock.now())) continue;
        return parts.tokens.text(token.id);
    }
    return kHidden;
}

/// For the query of a URL (RFC 3986 §3.4); a plus sign would be read as a space.
std::string encoded(const std::string& token) {
    if (token == kHidden) return token;
    std::string text;
    Poco::URI::encode(token, "!\"#$&'()*+,/:;=?@[]^`{|}", text);
    return text;
}

/// "" for a protocol that connects by itself, or that does not listen at the moment.
std::string urlOf(const StreamView& stream, const ObjectParts& parts, bool mayChange) {
    const StreamSpec& spec = *stream.entry.spec;
    const LoadedPlugin* plugin = parts.plugins.find(PluginKind::Protocol, spec.protocol);
    if (plugin == nullptr || plugin->descriptor->address == nullptr) return {};
    // With a URL of its own it connects to others, and nobody to it.
    if (!valueOr<std::string>(spec.protocolOptions, "url", "").empty()) return {};
    const std::string listens = parts.addressOf(spec.protocol);
    const std::size_t colon = listens.rfind(':');
    if (colon == std::string::npos) return {};
    std::string url = plugin->descriptor->address;
    replaceAll(url, "{host}", parts.registrar.running()->host);
    replaceAll(url, "{port}", listens.substr(colon + 1));
    if (url.find("{token}") != std::string::npos) {
        replaceAll(url, "{token}", encoded(tokenFor(stream.name, parts, mayChange)));
    }
    return url;
}

Object::Ptr stateOf(const std::string& name, const ObjectParts& parts) {
    Object::Ptr state = newObject();
    const StreamWord health = healthOf(name, parts);
    state->set("health", health.word);
    state->set("text", health.text);
    if (health.since) state->set("since", timeText(*health.since));
    const auto stream = parts.streams.find(name).stream;
    state->set("sessions", stream ? stream->sessionCount() : 0);
    if (!stream) return state;
    const StreamRecord record = stream->record();
    state->set("cursor", record.cursor);
    Object::Ptr books = newObject();
    books->set("matched", record.books.matched);
    books->set("settled", record.books.settled);
    books->set("pending", record.books.pending());
    books->set("expired", record.books.expired);
    books->set("dead", record.books.dead);
    books->set("filtered", record.books.filtered);
    state->set("books", books);
    return state;
}

}  // namespace

StreamView configuredStream(const ApiRequest& request, const Catalogue& catalogue) {
    const std::string name = streamNameOf(request);
    const Scope owner = ownerOf(request);
    auto entry = catalogue.findStream(name);
    const bool isOfGateway = owner.level == Scope::Level::Gateway;
    if (!entry || entry->spec->gateway.has_value() != isOfGateway) {
        throw Problem(404, "there is no stream " + name);
    }
    return {name, owner, *std::move(entry)};
}

StreamWord healthOf(const std::string& name, const ObjectParts& parts) {
    const auto trouble = parts.health.find("stream " + name);
    if (trouble && trouble->health == Health::Failing) return {"failing", trouble->text, {}};
    const auto stream = parts.streams.find(name).stream;
    if (!stream) return {"waiting", "the stream is not running", {}};
    StreamHealth health = stream->health();
    return {healthText(health.word), std::move(health.text), health.since};
}

Object::Ptr documentOf(const StreamView& stream, const ObjectParts& parts, StreamShown shown) {
    Object::Ptr document = runnel::documentOf(*stream.entry.spec, parts.plugins, shown.secrets);
    const bool isGateway = stream.owner.level == Scope::Level::Gateway;
    document->set(isGateway ? "gateway" : "application", text(stream.owner.eui));
    document->set("origin", stream.entry.origin == Origin::File ? "file" : "api");
    const std::string url = urlOf(stream, parts, shown.mayChange);
    if (!url.empty()) document->set("url", url);
    document->set("state", stateOf(stream.name, parts));
    return document;
}

std::string tagOf(const StreamSpec& spec, const Plugins& plugins) {
    // Viewers see the tag: by a plain hash they could try passwords.
    static const std::string key = makeSecret();
    return etagOf(key + runnel::jsonText(*runnel::documentOf(spec, plugins, Secrets::Shown)));
}

}  // namespace runnel::admin
