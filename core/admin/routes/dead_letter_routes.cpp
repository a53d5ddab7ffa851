// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/dead_letter_routes.h"

#include "admin/await.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/message_json.h"
#include "admin/routes/of_stream.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

std::string letterJson(const DeadLetter& letter) {
    auto json = newObject();
    json->set("id", letter.id);
    json->set("time", timeText(letter.time));
    json->set("reason", letter.reason);
    json->set("message", messageJson(*letter.message));
    return jsonText(json);
}

[[noreturn]] void unreadable(const Error& error) {
    throw Problem(503, "dead letters cannot be read: " + error.reason).with("Retry-After", "10");
}

ApiAnswer list(const DeadLetterParts& parts, const ApiRequest& request) {
    const std::string name = streamNameOf(request);
    streamOf(request, parts.streams);
    const Page page = pageOf(request);
    const auto letters = parts.state.deadLetters(name, afterNumber(page), page.limit + 1);
    if (!letters) unreadable(letters.error());
    ListBody body(page);
    for (const DeadLetter& letter : *letters) {
        body.add(std::to_string(letter.id), letterJson(letter));
    }
    return {.body = body.text()};
}

DeadLetter letterOf(const DeadLetterParts& parts, const ApiRequest& request) {
    streamOf(request, parts.streams);
    const std::uint64_t id = numberOf(request, "letter");
    auto letter = parts.state.deadLetter(streamNameOf(request), id);
    if (!letter) unreadable(letter.error());
    if (!*letter) throw Problem(404, "the stream has no dead letter " + std::to_string(id));
    return std::move(**letter);
}

ApiAnswer remove(const DeadLetterParts& parts, const ApiRequest& request) {
    const DeadLetter letter = letterOf(parts, request);
    requireConditions(request, etagOf(letterJson(letter)));
    await<bool>(
        [&](auto done) { parts.state.removeDeadLetter(letter.id, [done] { done(true); }); });
    return {.status = 204, .contentType = {}};
}

ApiAnswer removeAll(const DeadLetterParts& parts, const ApiRequest& request) {
    streamOf(request, parts.streams);
    await<bool>([&](auto done) {
        parts.state.removeDeadLetters(streamNameOf(request), [done] { done(true); });
    });
    return {.status = 204, .contentType = {}};
}

ApiAnswer resend(const DeadLetterParts& parts, const ApiRequest& request) {
    const DeadLetter letter = letterOf(parts, request);
    const Status status = streamOf(request, parts.streams)->resend(letter);
    if (!status) throw Problem(503, status.error().reason).with("Retry-After", "10");
    return {.status = 202, .body = letterJson(letter)};
}

}  // namespace

Routes deadLetterRoutes(DeadLetterParts parts) {
    Routes routes;
    add(routes, {.method = "GET",
                 .suffix = "/dead-letters",
                 .access = Access::See,
                 .query = {"limit", "after"},
                 .handler = [parts](const ApiRequest& r) { return list(parts, r); }});
    add(routes, {.method = "DELETE",
                 .suffix = "/dead-letters",
                 .access = Access::Change,
                 .handler = [parts](const ApiRequest& r) { return removeAll(parts, r); }});
    add(routes, {.method = "GET",
                 .suffix = "/dead-letters/{letter}",
                 .access = Access::See,
                 .handler = [parts](const ApiRequest& r) {
                     return document(r, letterJson(letterOf(parts, r)));
                 }});
    add(routes, {.method = "DELETE",
                 .suffix = "/dead-letters/{letter}",
                 .access = Access::Change,
                 .handler = [parts](const ApiRequest& r) { return remove(parts, r); }});
    add(routes, {.method = "POST",
                 .suffix = "/dead-letters/{letter}/resend",
                 .access = Access::Change,
                 .handler = [parts](const ApiRequest& r) { return resend(parts, r); }});
    return routes;
}

}  // namespace runnel::admin
