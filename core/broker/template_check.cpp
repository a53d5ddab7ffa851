// SPDX-License-Identifier: Apache-2.0
#include "broker/template_check.h"

#include <algorithm>

#include "template/templates.h"

namespace runnel {

namespace {

/// What a codec or a format gets when nothing is started.
class CheckHost final : public Host {
  public:
    CheckHost(const Clock& clock, Log& log) : clock_(clock), log_(log) {}

    void log(Level level, std::string_view text) override {
        // Of a check only what is wrong is worth a line.
        if (level >= Level::Warning) log_.write(level, "check", text);
    }
    Instant now() const override { return clock_.now(); }
    void health(std::string_view, Health, std::string_view) override {}
    Result<int> listener(std::string_view) override {
        return Error{"", "nothing listens while the configuration is checked"};
    }
    std::shared_ptr<const Tls> tls() const override { return std::make_shared<const Tls>(); }

  private:
    const Clock& clock_;
    Log& log_;
};

}  // namespace

std::vector<Complaint> checkTemplates(const Config& config, const Plugins& plugins,
                                      const std::vector<Complaint>& known, const Clock& clock,
                                      Log& log) {
    std::vector<Complaint> complaints;
    CheckHost host(clock, log);
    Formats formats;
    Templates templates({.plugins = plugins,
                         .formats = formats,
                         .hostFor = [&host](const std::string&) -> Host& { return host; }});
    for (const TemplateSpec& spec : config.templateSpecs) {
        const bool isKnown = std::any_of(known.begin(), known.end(), [&](const Complaint& one) {
            return one.place.file == spec.place.file;
        });
        if (!isKnown) static_cast<void>(templates.make(spec, complaints));
    }
    templates.stop();
    return complaints;
}

}  // namespace runnel
