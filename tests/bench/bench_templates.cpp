// SPDX-License-Identifier: Apache-2.0
// bench_templates: what device templates cost per message. See README.md.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "delivery/encoded.h"
#include "loader/loader.h"
#include "template/stream_transform.h"

using namespace runnel;

namespace {

constexpr int kWrongUse = 2;
constexpr std::size_t kBatch = 64;                           // what a session takes at once
constexpr double kJavascriptBudget = 15, kRenderBudget = 5;  // microseconds

/// 17 bytes into 5 fields, as a device maker would write it.
constexpr const char* kScript = R"(
function decodeUplink(input) {
    const b = input.bytes;
    const i16 = at => (b[at] << 24 >> 16) | b[at + 1];
    return {data: {
        temperature: i16(0) / 10, humidity: b[2] / 2, battery: (b[3] << 8 | b[4]) / 1000,
        status: b[5] & 1 ? 'open' : 'closed', counts: [i16(6), i16(8), i16(10)]}};
})";
constexpr const char* kText =
    R"({"dev":"{{DeviceEUI|lower}}","t":{{{Fields.temperature|json}}},"at":"{{Time}}","rx":[)"
    R"({{#Receptions}}{"eui":"{{GatewayEUI}}","rssi":{{RSSI}}}{{^last}},{{/last}}{{/Receptions}}]})";

class ErrorLog final : public Log {
  public:
    void write(Level level, std::string_view part, std::string_view text) override {
        if (level == Level::Error || level == Level::Warning) {
            std::cerr << part << ": " << text << "\n";
        }
    }
};

class BenchHost final : public Host {
  public:
    void log(Level, std::string_view) override {}
    Instant now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    void health(std::string_view, Health, std::string_view) override {}
    Result<int> listener(std::string_view) override { return Error{"", "no listeners here"}; }
    std::shared_ptr<const Tls> tls() const override { return std::make_shared<const Tls>(); }
};

/// Whoever waits for a batch.
class Latch final : public DecodingWaiter {
  public:
    void decoded() override { done_.store(true, std::memory_order_release); }
    void wait() const {
        while (!done_.load(std::memory_order_acquire)) ::usleep(20);
    }

  private:
    std::atomic<bool> done_{false};
};

MessagePtr uplink(Bytes payload) {
    auto message = std::make_shared<Message>();
    message->device = Eui{0x0080E1150529E258};
    message->application = Eui{0x70B3D57ED0000001};
    message->port = 2;
    message->payload = std::move(payload);
    message->brokerTime = Instant(std::chrono::seconds(1'735'000'000));
    for (std::uint64_t gateway = 1; gateway <= 3; ++gateway) {
        message->receptions.push_back(
            {.gateway = Eui{gateway}, .rssiDbm = -60, .snrDb = 9.5F, .time = {}});
    }
    return message;
}

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// The best of several rounds: what disturbs only makes it slower.
template <class Work>
double microseconds(std::size_t count, Work&& work) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
        const double start = seconds();
        work();
        best = std::min(best, (seconds() - start) * 1e6 / static_cast<double>(count));
    }
    return best;
}

class Bench final {
  public:
    Bench(const std::filesystem::path& plugins, std::size_t messages)
        : messages_(messages),
          plugins_(loadPlugins({plugins},
                               std::filesystem::temp_directory_path() /
                                   ("bench-templates-" + std::to_string(::getpid())),
                               log_)) {
        Config config;
        config.templateSpecs = {spec("javascript", {{"script", {std::string(kScript)}}}),
                                spec("fields", {{"uplink", layout()}}), spec("cayenne", {})};
        std::vector<Complaint> complaints;
        templates_.use(templates_.prepare(config, complaints));
        for (const Complaint& one : complaints) throw std::runtime_error(one.text);
    }
    ~Bench() { templates_.stop(); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    /// Microseconds per uplink, from the question to the answer, in batches.
    double decode(const std::string& codec, const Bytes& payload) {
        const TemplateUsePtr use = templates_.find(codec);
        if (use->trouble()) throw std::runtime_error(codec + ": " + use->trouble()->reason);
        const MessagePtr message = uplink(payload);
        return microseconds(messages_, [&] {
            for (std::size_t done = 0; done < messages_; done += kBatch) {
                std::vector<DecodingPtr> batch;
                for (std::size_t i = 0; i < kBatch; ++i) {
                    batch.push_back(std::make_shared<Decoding>(use, message));
                }
                Decoding::begin(batch);
                const auto latch = std::make_shared<Latch>();
                if (batch.back()->tell(latch)) latch->wait();
                if (batch.back()->fields() == nullptr) {
                    throw std::runtime_error(codec + " decodes nothing");
                }
            }
        });
    }
    /// Microseconds per document; the fields are there.
    double render(const std::string& plugin, const Fields& options) {
        const FormatUse& format = use(plugin, options);
        const MessagePtr message = uplink({0, 215, 90, 12, 28, 1, 0, 1, 0, 2, 0, 3});
        auto decoding = std::make_shared<Decoding>(templates_.find("fields"), message);
        const std::vector<DecodingPtr> one{decoding};
        Decoding::begin(one);
        return microseconds(messages_, [&] {
            for (std::size_t i = 0; i < messages_; ++i) {
                const Encoded encoded(message, {&format, decoding}, {View::Which::Best, {}});
                if (encoded.documents().error) {
                    throw std::runtime_error(encoded.documents().error->reason);
                }
            }
        });
    }
    /// The same of a stream that has no template, as the router makes it.
    double plain() {
        const FormatUse& format = use("json", {});
        const MessagePtr message = uplink({0, 215, 90});
        const StreamTransform transform(
            {templates_, devices_, formats_, host_, *plugins_.find(PluginKind::Format, "json")}, "",
            {}, format);
        return microseconds(messages_, [&] {
            for (std::size_t i = 0; i < messages_; ++i) {
                const Encoded encoded(message, transform.show(message), {View::Which::Best, {}});
                if (encoded.documents().texts.empty()) throw std::runtime_error("no document");
            }
        });
    }
    double direct() {
        const FormatUse& format = use("json", {});
        const MessagePtr message = uplink({0, 215, 90});
        return microseconds(messages_, [&] {
            for (std::size_t i = 0; i < messages_; ++i) {
                const Encoded encoded(message, format, {View::Which::Best, {}});
                if (encoded.documents().texts.empty()) throw std::runtime_error("no document");
            }
        });
    }

  private:
    static TemplateSpec spec(const std::string& codec, Fields options) {
        TemplateSpec spec;
        spec.name = codec;
        spec.codec = codec;
        spec.codecOptions = std::move(options);
        return spec;
    }
    static Value layout() {
        const auto entry = [](const char* name, const char* type, double scale) {
            return Value{Fields{
                {"name", {std::string(name)}}, {"type", {std::string(type)}}, {"scale", {scale}}}};
        };
        return {List{entry("temperature", "int16", 0.1), entry("humidity", "uint8", 0.5),
                     entry("battery", "uint16", 0.001), entry("status", "uint8", 1),
                     entry("first", "int16", 1), entry("second", "int16", 1),
                     entry("third", "int16", 1)}};
    }
    const FormatUse& use(const std::string& plugin, const Fields& options) {
        const LoadedPlugin* loaded = plugins_.find(PluginKind::Format, plugin);
        if (loaded == nullptr) throw std::runtime_error("there is no format " + plugin);
        const auto made = formats_.get(*loaded, host_, options);
        if (!made) throw std::runtime_error(made.error().reason);
        return **made;
    }

    const std::size_t messages_;
    ErrorLog log_;
    BenchHost host_;
    Plugins plugins_;
    Formats formats_;
    Devices devices_;
    Templates templates_{{.plugins = plugins_,
                          .formats = formats_,
                          .hostFor = [this](const std::string&) -> Host& { return host_; }}};
};

bool print(const char* what, double found, double budget = 0) {
    const bool isGood = budget == 0 || found <= budget;
    std::printf("%-34s %8.2f us", what, found);
    if (budget != 0) std::printf("   budget %4.0f us%s", budget, isGood ? "" : "   MISSED");
    std::printf("\n");
    std::fflush(stdout);
    return isGood;
}

int run(const std::filesystem::path& plugins, std::size_t messages, bool isChecked) {
    Bench bench(plugins, messages);
    const Bytes payload{0, 215, 90, 12, 28, 1, 0, 1, 0, 2, 0, 3, 0, 0, 0, 0, 0};
    bool isGood = print("decode javascript, batches of 64", bench.decode("javascript", payload),
                        kJavascriptBudget);
    print("decode fields", bench.decode("fields", payload));
    print("decode cayenne", bench.decode("cayenne", {3, 0x67, 0, 215, 4, 0x68, 90}));
    const Fields text{{"uplink", {std::string(kText)}}, {"fields", {true}}};
    isGood =
        print("render format_template", bench.render("template", text), kRenderBudget) && isGood;
    print("render format_json with fields", bench.render("json", {{"fields", {true}}}));
    const double direct = bench.direct();
    const double plain = bench.plain();
    print("render format_json", direct);
    print("the same, templates being there", plain);
    std::printf("a stream without template: %.3f times as long with templates\n", plain / direct);
    return isGood || !isChecked ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    std::filesystem::path plugins;
    std::size_t messages = 64'000;
    bool isChecked = true;
    for (int i = 1; i < argc; ++i) {
        const std::string option = argv[i];
        if (option == "--unchecked") {
            isChecked = false;
        } else if (option == "--plugins" && i + 1 < argc) {
            plugins = argv[++i];
        } else if (option == "--messages" && i + 1 < argc) {
            messages = std::max<std::size_t>(kBatch, std::strtoul(argv[++i], nullptr, 10));
        } else {
            std::cerr << "usage: bench_templates --plugins DIR [--messages N] [--unchecked]\n";
            return kWrongUse;
        }
    }
    try {
        return run(plugins, messages, isChecked);
    } catch (const std::exception& error) {
        std::cerr << "bench_templates: " << error.what() << "\n";
        return 1;
    }
}
