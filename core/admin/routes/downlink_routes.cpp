// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/downlink_routes.h"

#include <utility>

#include "admin/await.h"
#include "admin/body_fields.h"
#include "admin/json_body.h"
#include "admin/routes/of_stream.h"
#include "base/time_text.h"
#include "config/json_tree.h"
#include "config/option_values.h"

namespace runnel::admin {

namespace {

const char* word(DownlinkRecord::Stage stage) {
    switch (stage) {
        case DownlinkRecord::Stage::Waiting:
            return "waiting";
        case DownlinkRecord::Stage::Sending:
            return "sending";
        case DownlinkRecord::Stage::HandedOver:
            return "handedOver";
        case DownlinkRecord::Stage::Ended:
            break;
    }
    return "ended";
}

std::string downlinkJson(const DownlinkRecord& record) {
    auto json = newObject();
    json->set("id", record.senderId);
    json->set("device", text(record.downlink.device));
    json->set("port", static_cast<int>(record.downlink.port));
    json->set("confirmed", record.downlink.isConfirmed);
    json->set("stage", word(record.stage));
    json->set("accepted", timeText(record.accepted));
    json->set("expires", timeText(record.expires));
    json->set("stream", record.stream);
    return jsonText(json);
}

ApiAnswer list(const Downlinks& downlinks, const ApiRequest& request) {
    Downlinks::Filter filter{.application = request.eui("application"), .device = std::nullopt};
    if (const std::string written = request.queryText("device"); !written.empty()) {
        filter.device = parseEui(written);
        if (!filter.device) {
            throw Problem(
                400, "device has to be an EUI, 16 hexadecimal digits, found \"" + written + "\"");
        }
    }
    const Page page = pageOf(request);
    ListBody body(page);
    for (const auto& [number, record] : downlinks.list(filter, afterNumber(page), page.limit + 1)) {
        body.add(std::to_string(number), downlinkJson(record));
    }
    return {.body = body.text()};
}

/// 0 for fields without port: their codec's.
std::uint8_t portOf(BodyFields& body) {
    if (!body.has("fields")) body.require("port", "1 to 223");
    const auto port = body.integer("port");
    if (port && (*port < 1 || *port > 223)) {
        body.complain("port", "must be 1 to 223, found " + std::to_string(*port));
    }
    return static_cast<std::uint8_t>(port.value_or(0));
}

Bytes payloadOf(BodyFields& body) {
    if (!body.has("fields")) {
        body.require("data", "the payload as hexadecimal digits, or fields for the device's codec");
    }
    const auto data = body.text("data");
    if (!data) return {};
    if (body.has("fields")) body.complain("fields", "must not be there with data");
    auto payload = parseHex(*data);
    if (!payload) body.complain("data", "must be an even number of hexadecimal digits");
    return std::move(payload).value_or(Bytes{});
}

std::optional<Fields> fieldsOf(BodyFields& body, const Poco::JSON::Object& document) {
    if (!body.has("fields")) return std::nullopt;
    const Poco::Dynamic::Var written = document.get("fields");
    std::vector<Complaint> none;  // parseJson has refused keys that stand twice
    FileCheck check({}, none);
    Value value = readTree(JsonTree(written).root(), check);
    if (auto* fields = std::get_if<Fields>(&value.is)) return std::move(*fields);
    body.complain("fields", "must be an object, found " + std::string(jsonKind(written)));
    return std::nullopt;
}

Downlink downlinkOf(const ApiRequest& request) {
    const auto document = jsonObject(request);
    BodyFields fields(document, {"port", "data", "fields", "confirmed", "id", "expiresAt"});
    Downlink downlink;
    downlink.device = request.eui("device");
    downlink.application = request.eui("application");
    downlink.isConfirmed = fields.boolean("confirmed").value_or(false);
    downlink.id = fields.text("id").value_or("");
    downlink.expires = fields.time("expiresAt");
    downlink.port = portOf(fields);
    downlink.payload = payloadOf(fields);
    downlink.fields = fieldsOf(fields, *document);
    fields.check();
    return downlink;
}

/// "/fields/times/2" for a codec's path "Fields/times[2]".
std::string pointerToField(std::string_view path) {
    std::string pointer = "/fields";
    for (const char c : path) {
        if (c == '.' || c == '[') {
            pointer += '/';
        } else if (c != ']') {
            pointer += c;
        }
    }
    return pointer;
}

/// The names of this API for those that streams' formats use.
std::string pointerTo(const std::string& field) {
    constexpr std::string_view kFields = "Fields";
    if (field.starts_with(kFields)) return pointerToField(field.substr(kFields.size()));
    static constexpr std::pair<const char*, const char*> kNames[] = {
        {"Port", "/port"}, {"Data", "/data"}, {"Id", "/id"}, {"ExpiresAt", "/expiresAt"}};
    for (const auto& [name, pointer] : kNames) {
        if (field == name) return pointer;
    }
    return {};
}

ApiAnswer submit(DownlinkDesk& desk, const ApiRequest& request) {
    Downlink downlink = downlinkOf(request);
    const Grant grant = apiGrant(request.eui("application"));
    const Receipt receipt =
        await<Receipt>([&](auto answer) { desk.submit(grant, std::move(downlink), answer); });
    if (receipt.rejected && receipt.rejected->field.empty()) {
        throw Problem(503, receipt.rejected->reason).with("Retry-After", "10");
    }
    if (receipt.rejected) {
        throw Problem(422, "the downlink is refused: " + receipt.rejected->reason,
                      {{pointerTo(receipt.rejected->field), receipt.rejected->reason}});
    }
    auto json = newObject();
    json->set("id", receipt.id);
    if (receipt.device) json->set("device", text(*receipt.device));
    return {.status = 202, .body = jsonText(json)};
}

}  // namespace

Routes downlinkRoutes(const Downlinks& downlinks, DownlinkDesk& desk) {
    return {{.method = "GET",
             .pattern = "/api/v1/applications/{application}/downlinks",
             .need = Need::SeeApplication,
             .query = {"device", "limit", "after"},
             .handler = [&](const ApiRequest& request) { return list(downlinks, request); }},
            {.method = "POST",
             .pattern = "/api/v1/applications/{application}/devices/{device}/downlinks",
             .need = Need::ChangeApplication,
             .query = {},
             .handler = [&](const ApiRequest& request) { return submit(desk, request); }}};
}

}  // namespace runnel::admin
