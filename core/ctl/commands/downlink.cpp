// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <optional>
#include <thread>

#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"
#include "ctl/time_text.h"

namespace runnel::ctl {
namespace {

/// Between two looks: the API has no request that waits, and a person watches.
constexpr std::chrono::milliseconds kPause{500};
constexpr const char* kEnded = "ended";
constexpr int kLooks = 10;
constexpr std::size_t kEvents = 1000;  // that are looked through for a downlink's

struct SendOptions {
    std::string device, application, data, fields, id, expires;
    std::optional<int> port;
    bool isConfirmed = false, waits = false;
};

struct ListOptions {
    std::string application, device;
    std::size_t limit = 100;
};

/// An application's downlink by its id; an empty object if the broker has forgotten it.
Object::Ptr findDownlink(Context& context, const Where& device, const std::string& id) {
    const Where all{device.at(0), device.at(1), "downlinks"};
    for (Object::Ptr& one : context.client.list(all, {{"device", device.back()}})) {
        if (text(*one, "id") == id) return std::move(one);
    }
    return newObject();
}

struct Outcome {
    bool isEnd = false, isGood = true;
    std::string said;  ///< what happened, and why
};

/// The newest event of a downlink.
Outcome outcomeOf(Context& context, const Where& device, const std::string& id, bool isConfirmed) {
    const Where all{device.at(0), device.at(1), "messages"};
    const Query query{{"device", device.back()}};
    for (const Object::Ptr& one : context.client.list(all, query, kEvents)) {
        if (text(*one, "downlink") != id) continue;
        const std::string kind = text(*one, "kind");
        std::string said = kind;
        if (const std::string reason = text(*one, "text"); !reason.empty()) {
            said.append(": ").append(reason);
        }
        const bool isGood = kind == "acknowledged" || kind == "sent";
        const bool isBad = kind == "failed" || kind == "expired" || kind == "notAcknowledged";
        const bool isHalf = kind == "sent" && isConfirmed;
        return {(isGood && !isHalf) || isBad, isGood, said};
    }
    return {};
}

/// Polls until the downlink has come to its end, which its expiry brings at the latest.
Object::Ptr waitForStage(Context& context, const Where& device, const std::string& id) {
    for (std::string shown;;) {
        Object::Ptr downlink = findDownlink(context, device, id);
        const std::string stage = text(*downlink, "stage");
        if (stage == kEnded || stage.empty()) return downlink;
        if (stage != shown) context.err << id << " " << stage << std::endl;
        shown = stage;
        std::this_thread::sleep_for(kPause);
    }
}

/// One that did not arrive is a Failure. What became of it is in the journal a moment after its
/// end.
void waitForEnd(Context& context, const Where& device, const std::string& id) {
    const bool isConfirmed = isTrue(*waitForStage(context, device, id), "confirmed");
    Outcome outcome;
    for (int looks = 0; looks < kLooks; ++looks) {
        if (looks > 0) std::this_thread::sleep_for(kPause);
        outcome = outcomeOf(context, device, id, isConfirmed);
        if (outcome.isEnd) break;
    }
    if (!outcome.isEnd) {
        throw Failure(ExitCode::Refused,
                      "downlink " + id +
                          " has ended, but the broker does not say how; look for it "
                          "with 'runnelctl messages --device " +
                          device.back() + "'");
    }
    if (!outcome.isGood) {
        throw Failure(ExitCode::Refused, "downlink " + id + " did not arrive: " + outcome.said);
    }
    say(context, id + " " + outcome.said);
}

/// Throws Failure(WrongUse) if it is no JSON; what is in it is the broker's to judge.
Var fieldsOf(const std::string& written) {
    try {
        return parseJson(written);
    } catch (const Poco::Exception&) {
        throw Failure(ExitCode::WrongUse,
                      "--fields has to be a JSON object such as "
                      "'{\"led\": true}', found " +
                          written);
    }
}

void send(Context& context, const SendOptions& options) {
    if (options.fields.empty() && (options.data.empty() || !options.port)) {
        throw Failure(ExitCode::WrongUse, "say what to send: --port and --data, or --fields");
    }
    Object::Ptr body = newObject();
    if (options.port) body->set("port", *options.port);
    if (!options.data.empty()) body->set("data", options.data);
    if (!options.fields.empty()) body->set("fields", fieldsOf(options.fields));
    if (options.isConfirmed) body->set("confirmed", true);
    if (!options.id.empty()) body->set("id", options.id);
    const std::string expires = timeFor("--expires", options.expires, Relative::FromNow);
    if (!expires.empty()) body->set("expiresAt", expires);
    const Where device = findDevice(context.client, options.device, options.application);
    const std::string answer = context.client.post(apiPath(under(device, {"downlinks"})), body);
    showObject(context, answer, [](const Object& receipt) {
        return std::vector<std::pair<std::string, std::string>>{{"accepted", text(receipt, "id")}};
    });
    if (options.waits) waitForEnd(context, device, text(*parseObject(answer), "id"));
}

void list(Context& context, const ListOptions& options) {
    const std::string application = euiOf("--application", options.application);
    showList(context, {"applications", application, "downlinks"},
             {{"ID", "DEVICE", "#PORT", "CONFIRMED", "STAGE", "ACCEPTED"},
              [](const Object& downlink) {
                  return std::vector<std::string>{
                      text(downlink, "id"),    text(downlink, "device"),
                      text(downlink, "port"),  text(downlink, "confirmed"),
                      text(downlink, "stage"), text(downlink, "accepted")};
              }},
             {{"device", options.device.empty() ? "" : euiOf("--device", options.device)}},
             options.limit);
}

}  // namespace

void addDownlinkCommands(const Menu& menu) {
    const Menu group = menu.group("downlink", "Messages to devices");
    {
        auto [app, options] = group.command("send", "Send a downlink to a device", send);
        app.add_option("--device", options.device, "The device EUI")->required();
        app.add_option("--application", options.application,
                       "Its application; found by the device EUI if it is left out");
        app.add_option("--port", options.port, "1 to 223; with --fields their codec's if left out");
        auto* data = app.add_option("--data", options.data, "The payload, hexadecimal");
        app.add_option("--fields", options.fields,
                       "In place of --data: a JSON object for the codec of its device template")
            ->excludes(data);
        app.add_flag("--confirmed", options.isConfirmed, "The device has to acknowledge it");
        app.add_option("--id", options.id, "Yours to recognise it by; the same id is sent once");
        app.add_option("--expires", options.expires, "A time, or 2h for two hours from now");
        app.add_flag("--wait", options.waits, "Wait for its end; status 1 if it failed");
    }
    auto [app, options] = group.command("list", "List downlinks, the newest first", list);
    app.add_option("--application", options.application, "Their application EUI")->required();
    app.add_option("--device", options.device, "Only to this device");
    app.add_option("--limit", options.limit, "At most so many; 0 is all")->capture_default_str();
}

}  // namespace runnel::ctl
