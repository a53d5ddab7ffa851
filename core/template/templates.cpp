// SPDX-License-Identifier: Apache-2.0
#include "template/templates.h"

#include <charconv>

namespace runnel {

namespace {

struct Reference {
    std::string name;
    std::uint32_t version = 0;  ///< 0: the newest
};

Reference parse(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos) return {std::string(text), 0};
    Reference reference{std::string(text.substr(0, at)), 0};
    const char* end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data() + at + 1, end, reference.version);
    if (error == std::errc{} && read == end && reference.version != 0) return reference;
    return {std::string(text), 0};
}

}  // namespace

/// Null: its plugin is not there, or makes none.
std::shared_ptr<RunningCodec> Templates::codecOf(const std::string& plugin) {
    if (plugin.empty()) return nullptr;
    auto& codec = codecs_[plugin];
    if (codec) return codec;
    const LoadedPlugin* loaded = parts_.plugins.find(PluginKind::Codec, plugin);
    if (loaded == nullptr) return nullptr;
    auto made = RunningCodec::make(*loaded, parts_.hostFor("codec " + plugin));
    if (made) codec = *made;
    return codec;
}

Templates::Next Templates::prepare(const Config& config, std::vector<Complaint>& complaints) {
    Next next;
    for (const TemplateSpec& spec : config.templateSpecs) {
        const auto codec = codecOf(spec.codec);
        auto use =
            std::make_shared<const TemplateUse>(std::make_shared<const TemplateSpec>(spec), codec);
        if (codec && use->trouble()) {
            const Error& error = *use->trouble();
            complaints.push_back({.place = spec.place,
                                  .text = "template " + use->title() + ": " +
                                          (error.field.empty() ? "" : error.field + ": ") +
                                          error.reason});
        }
        next.uses.emplace(std::pair(spec.name, spec.version), std::move(use));
    }
    for (const ApplicationSpec& application : config.applicationSpecs) {
        if (application.deviceTemplate.empty()) continue;
        next.applications.emplace(application.eui, application.deviceTemplate);
    }
    return next;
}

void Templates::use(Next next) {
    auto made = std::make_shared<const Next>(std::move(next));
    // The old ones end outside the lock: they unload.
    made.swap(*current_.lock());
}

TemplateUsePtr Templates::find(std::string_view reference) const {
    const Reference wanted = parse(reference);
    const std::shared_ptr<const Next> current = *current_.lock();
    const auto exact = current->uses.find({wanted.name, wanted.version});
    if (exact != current->uses.end()) return exact->second;
    if (wanted.version == 0) {
        auto behind = current->uses.upper_bound({wanted.name, UINT32_MAX});
        if (behind != current->uses.begin() && (--behind)->first.first == wanted.name) {
            return behind->second;
        }
    }
    return std::make_shared<const TemplateUse>(
        std::string(reference),
        Error{"template", "there is no device template '" + std::string(reference) + "'"});
}

TemplateUsePtr Templates::ofApplication(Eui application) const {
    std::string reference;
    {
        const std::shared_ptr<const Next> current = *current_.lock();
        const auto found = current->applications.find(application);
        if (found == current->applications.end()) return nullptr;
        reference = found->second;
    }
    return find(reference);
}

std::vector<TemplateUsePtr> Templates::all() const {
    const std::shared_ptr<const Next> current = *current_.lock();
    std::vector<TemplateUsePtr> list;
    for (const auto& [key, use] : current->uses) list.push_back(use);
    return list;
}

void Templates::stop() {
    for (const auto& [plugin, codec] : codecs_) {
        if (codec) codec->stop();
    }
}

}  // namespace runnel
