// SPDX-License-Identifier: Apache-2.0
#include "admin/body_fields.h"
#include "admin/decoded.h"
#include "admin/json_body.h"
#include "admin/json_string.h"
#include "admin/message_json.h"
#include "admin/routes/of_journal.h"
#include "admin/routes/of_stream.h"
#include "admin/routes/template_routes.h"
#include "admin/stream_document.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr std::uint64_t kUsual = 20, kMost = 100;
constexpr std::chrono::seconds kPatience{5};

/// One message both ways.
struct Pair {
    EncodedPtr before;
    EncodedPtr after;
    DecodingPtr decoding;  ///< null: the template has nothing to decode it with
};

struct Wish {
    std::size_t limit = kUsual;
    TemplateUsePtr use;
};

Array::Ptr textsOf(const Encoded& encoded) {
    Array::Ptr texts = new Array;
    if (!encoded.isReady()) {
        texts->add(std::string("its fields are not decoded yet; try again"));
        return texts;
    }
    const Encoded::Documents& documents = encoded.documents();
    for (const std::string& text : documents.texts) {
        texts->add(firstNonUtf8(text) == text.size() ? text : std::string("(binary)"));
    }
    if (documents.error) texts->add("no document: " + documents.error->reason);
    return texts;
}

Object::Ptr itemOf(const Pair& pair) {
    const Message& message = *pair.before->message();
    auto item = newObject();
    item->set("position", message.position);
    item->set("kind", std::string(kindText(message.kind)));
    item->set("device", text(message.device));
    item->set("received", timeText(message.brokerTime));
    std::string data;
    appendHex(data, message.payload.data(), message.payload.size());
    item->set("data", data);
    item->set("before", textsOf(*pair.before));
    item->set("after", textsOf(*pair.after));
    if (!pair.decoding || !pair.decoding->isDone()) return item;
    if (const Fields* fields = pair.decoding->fields()) item->set("fields", objectOf(*fields));
    if (const Error* error = pair.decoding->error()) item->set("error", error->reason);
    return item;
}

/// The template is one that is there, by its name, or a document that has not been saved.
Wish wishOf(const ApiRequest& request, const TemplateParts& parts) {
    const Object::Ptr body = jsonObject(request);
    BodyFields fields(body, {"template", "limit"});
    fields.require("template", "a device template: its name, or the template itself");
    Wish wish;
    if (const auto limit = fields.integer("limit")) {
        if (*limit < 1 || *limit > static_cast<std::int64_t>(kMost)) {
            fields.complain("limit", "must be 1 to 100, found " + std::to_string(*limit));
        } else {
            wish.limit = static_cast<std::size_t>(*limit);
        }
    }
    fields.check();
    if (body->isObject("template")) {
        const TemplateSpec spec = checkedTemplate(body->getObject("template"), parts.objects);
        std::vector<Complaint> none;
        wish.use = parts.templates.make(spec, none);
        return wish;
    }
    const Poco::Dynamic::Var written = body->get("template");
    if (!written.isString()) {
        throw Problem(422, "the content is not accepted: see errors",
                      {{"/template",
                        "must be a name or an object, found " + std::string(jsonKind(written))}});
    }
    wish.use = parts.templates.find(written.extract<std::string>());
    if (wish.use->spec().name.empty()) throw Problem(404, wish.use->trouble()->reason);
    return wish;
}

std::vector<Pair> pairsOf(const Stream& stream, const StreamTransform& transform, const Wish& wish,
                          std::span<const MessagePtr> messages) {
    std::vector<Pair> pairs;
    std::vector<DecodingPtr> decodings;
    for (const MessagePtr& message : messages) {
        const StreamTransform::Showing after = transform.showBy(wish.use, message);
        Pair pair{stream.encoded(message),
                  std::make_shared<const Encoded>(message, after, stream.setup().view),
                  after.decoding ? after.decoding : StreamTransform::decodingOf(wish.use, message)};
        decodings.push_back(pair.before->decoding());
        decodings.push_back(pair.decoding);
        pairs.push_back(std::move(pair));
    }
    awaitDecoded(decodings, kPatience);
    return pairs;
}

ApiAnswer dryRun(const TemplateParts& parts, const ApiRequest& request) {
    const StreamView configured = configuredStream(request, parts.objects.catalogue);
    const auto stream = parts.documents.streams.find(configured.name).stream;
    if (!stream) throw Problem(409, "stream " + configured.name + " is not running");
    Wish wish;
    std::shared_ptr<const StreamTransform> transform;
    {
        const auto alone = parts.objects.registrar.exclusively();
        wish = wishOf(request, parts);
        transform = parts.transformOf(*configured.entry.spec);
    }
    if (!transform) throw Problem(409, "stream " + configured.name + " waits for its format");
    MessageSearch search = searchBelow(request, parts.documents.journal);
    search.scope = stream->setup().scope;
    search.isWanted = [&](const Message& message) { return stream->wants(message); };
    const NewestMessages found = readNewest(parts.documents.journal, search, wish.limit);
    Array::Ptr items = new Array;
    for (const Pair& pair : pairsOf(*stream, *transform, wish, found.messages)) {
        items->add(itemOf(pair));
    }
    auto answer = newObject();
    answer->set("template", wish.use->title());
    answer->set("items", items);
    return {.body = jsonText(answer)};
}

}  // namespace

Routes dryRunRoutes(const TemplateParts& parts) {
    Routes routes;
    add(routes, {.method = "POST",
                 .suffix = "/dry-run",
                 .access = Access::Change,
                 .handler = [parts](const ApiRequest& request) { return dryRun(parts, request); }});
    return routes;
}

}  // namespace runnel::admin
