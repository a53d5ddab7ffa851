// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "registry/catalogue.h"
#include "registry/devices.h"
#include "route/router.h"
#include "tests/delivery/delivery_fakes.h"

namespace runnel::test {

inline constexpr Eui kGateway{0xA1}, kOtherGateway{0xA2}, kOtherApplication{0xB2};

/// Documents are "<frame counter>@<gateway>"; 14 cannot be said, 15 is filtered, 16 is no UTF-8.
class GatewayFormat final : public Format {
  public:
    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return false; }
    Result<std::string> encode(const EncodeInput& input) const override {
        const std::uint32_t counter = input.message.frameCounter;
        if (counter == 14) return Error{"FrameCounter", "fourteen"};
        if (counter == 15) return std::string();
        if (counter == 16) return std::string("\xC3\x28");
        const Eui gateway = input.reception ? input.reception->gateway.value_or(Eui{}) : Eui{};
        return std::to_string(counter) + "@" + std::to_string(gateway.value) +
               (input.isReplay ? " again" : "");
    }
    std::string encode(const Receipt&) const override { return {}; }
    std::string encode(const Gap&) const override { return {}; }
    std::vector<Request> decode(const DecodeInput&) const override { return {}; }
};

/// Streams as they are configured and as they run, and a journal, without clients.
class RoutedWorld {
  public:
    static Scope scopeOf(const StreamSpec& spec) {
        if (spec.device) return {Scope::Level::Device, *spec.device};
        if (spec.gateway) return {Scope::Level::Gateway, *spec.gateway};
        return {Scope::Level::Application, *spec.application};
    }
    static StreamSpec specOf(Scope scope) {
        StreamSpec spec;
        if (scope.level == Scope::Level::Application) spec.application = scope.eui;
        if (scope.level == Scope::Level::Device) spec.device = scope.eui;
        if (scope.level == Scope::Level::Gateway) spec.gateway = scope.eui;
        return spec;
    }

    /// A stream that is configured, but does not run: its plugin is missing.
    void configure(Eui owner, const std::string& name, const StreamSpec& spec) {
        catalogue.putStream(text(owner) + '/' + name,
                            {std::make_shared<const StreamSpec>(spec), Origin::Api});
    }
    std::shared_ptr<Stream> add(Eui owner, const std::string& name, const StreamSpec& spec,
                                bool isText = true) {
        configure(owner, name, spec);
        auto config = std::make_shared<StreamConfig>();
        config->stream = ++last_;
        config->name = text(owner) + '/' + name;
        config->isText = isText;
        config->contentType = isText ? "text/plain" : "";
        if (!spec.gateway) config->application = owner;
        config->gateway = spec.gateway;
        View view{};
        if (spec.duplicates == Duplicates::Best) view.which = View::Which::Best;
        if (spec.gateway) view = {View::Which::Gateway, *spec.gateway};
        std::uint32_t kinds = 0;
        for (const Kind kind : spec.events) kinds |= 1U << static_cast<unsigned>(kind);
        auto stream = std::make_shared<Stream>(
            StreamSetup{std::move(config), scopeOf(spec), &use, view, kinds},
            StreamParts{journal, catchUp, desk, changed, log}, startingBehind(journal.head()));
        streams.add({stream, spec.isEnabled});
        router.add(stream);
        return stream;
    }

    /// An uplink of kDevice in kApplication, heard by both gateways, the other one better.
    Message uplink(std::uint32_t counter) const {
        Message message;
        message.kind = Kind::Uplink;
        message.application = kApplication;
        message.device = kDevice;
        message.network = "hooks";
        message.frameCounter = counter;
        message.brokerTime = Instant(std::chrono::seconds(counter));
        message.receptions = {{.gateway = kGateway, .rssiDbm = -50, .snrDb = 5, .time = {}},
                              {.gateway = kOtherGateway, .rssiDbm = -60, .snrDb = 9, .time = {}}};
        return message;
    }
    void append(std::vector<Message> messages) {
        std::vector<std::shared_ptr<Message>> batch;
        batch.reserve(messages.size());
        for (Message& message : messages) {
            batch.push_back(std::make_shared<Message>(std::move(message)));
        }
        if (!journal.append(batch)) throw std::runtime_error("append");
    }

    QuietLog log;
    AcceptingDesk desk;
    FormatUse use{"format_gateway", std::make_unique<GatewayFormat>()};
    WatchedJournal journal{1000, MemoryJournal::kDefaultCapacity};
    ChangedStreams changed;
    CatchUp catchUp{journal, log};
    Streams streams;
    Router router;
    Catalogue catalogue;
    Devices devices;

  private:
    std::uint64_t last_ = 0;
};

}  // namespace runnel::test
