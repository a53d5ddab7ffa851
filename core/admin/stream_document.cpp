// SPDX-License-Identifier: Apache-2.0
#include "admin/stream_document.h"

#include "admin/etag.h"
#include "admin/json_body.h"
#include "config/documents.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Object;

std::string_view wordOf(StreamHealth::Word word) {
    switch (word) {
        case StreamHealth::Word::Connecting:
            return "connecting";
        case StreamHealth::Word::Working:
            return "working";
        case StreamHealth::Word::Failing:
            return "failing";
        case StreamHealth::Word::Waiting:
            break;
    }
    return "waiting";
}

void replaceAll(std::string& text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

/// The first token that opens the stream for documents; "…" for whoever may not see one.
std::string tokenFor(const std::string& stream, const ObjectParts& parts, bool mayChange) {
    if (!mayChange) return "…";
    for (const Tokens::Entry& token : parts.tokens.list(stream)) {
        const auto& expires = token.spec.expires;
        if (!token.spec.mayReceive || (expires && *expires <= parts.clock.now())) continue;
        return parts.tokens.text(token.id);
    }
    return "…";
}

/// "" for a protocol that connects by itself, or that does not listen at the moment.
std::string urlOf(const StreamView& stream, const ObjectParts& parts, bool mayChange) {
    const StreamSpec& spec = *stream.entry.spec;
    const LoadedPlugin* plugin = parts.plugins.find(PluginKind::Protocol, spec.protocol);
    if (plugin == nullptr || plugin->descriptor->address == nullptr) return {};
    const std::string listens = parts.addressOf(spec.protocol);
    const std::size_t colon = listens.rfind(':');
    if (colon == std::string::npos) return {};
    std::string url = plugin->descriptor->address;
    replaceAll(url, "{host}", parts.registrar.running()->host);
    replaceAll(url, "{port}", listens.substr(colon + 1));
    if (url.find("{token}") != std::string::npos) {
        replaceAll(url, "{token}", tokenFor(stream.name, parts, mayChange));
    }
    return url;
}

Object::Ptr stateOf(const std::string& name, const ObjectParts& parts) {
    const Object::Ptr state = newObject();
    const StreamWord health = healthOf(name, parts);
    state->set("health", health.word);
    state->set("text", health.text);
    const auto stream = parts.streams.find(name).stream;
    state->set("sessions", stream ? stream->sessionCount() : 0);
    if (!stream) return state;
    const StreamRecord record = stream->record();
    state->set("cursor", record.cursor);
    const Object::Ptr books = newObject();
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

StreamWord healthOf(const std::string& name, const ObjectParts& parts) {
    const auto trouble = parts.health.find("stream " + name);
    if (trouble && trouble->health == Health::Failing) return {"failing", trouble->text};
    const auto stream = parts.streams.find(name).stream;
    if (!stream) return {"waiting", "the stream is not running"};
    StreamHealth health = stream->health();
    return {std::string(wordOf(health.word)), std::move(health.text)};
}

Object::Ptr documentOf(const StreamView& stream, const ObjectParts& parts, StreamShown shown) {
    const Object::Ptr document =
        runnel::documentOf(*stream.entry.spec, parts.plugins, shown.secrets);
    const bool isGateway = stream.owner.level == Scope::Level::Gateway;
    document->set(isGateway ? "gateway" : "application", text(stream.owner.eui));
    document->set("origin", stream.entry.origin == Origin::File ? "file" : "api");
    const std::string url = urlOf(stream, parts, shown.mayChange);
    if (!url.empty()) document->set("url", url);
    document->set("state", stateOf(stream.name, parts));
    return document;
}

std::string tagOf(const StreamSpec& spec, const Plugins& plugins) {
    return etagOf(runnel::jsonText(*runnel::documentOf(spec, plugins, Secrets::Shown)));
}

}  // namespace runnel::admin
