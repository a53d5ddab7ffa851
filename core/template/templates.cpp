// SPDX-License-Identifier: Apache-2.0
#include "template/templates.h"

#include <algorithm>
#include <charconv>

#include "config/option_values.h"
#include "config/same_value.h"
#include "template/complaints.h"
#include "template/examples.h"

namespace runnel {

namespace {

bool isSame(const TemplateExample& a, const TemplateExample& b) {
    return a.description == b.description && a.type == b.type && a.port == b.port &&
           a.time == b.time && a.bytes == b.bytes && isSame(a.fields, b.fields) &&
           a.portAfter == b.portAfter && a.hasOutput == b.hasOutput && a.fails == b.fails &&
           a.errors == b.errors && a.warnings == b.warnings && a.document == b.document;
}

/// Wherever they are written.
bool isSame(const TemplateSpec& a, const TemplateSpec& b) {
    const auto isSameExample = [](const auto& one, const auto& other) {
        return isSame(one, other);
    };
    return a.description == b.description && a.document == b.document && a.codec == b.codec &&
           isSame(a.codecOptions, b.codecOptions) && a.format == b.format &&
           isSame(a.formatOptions, b.formatOptions) &&
           std::equal(a.examples.begin(), a.examples.end(), b.examples.begin(), b.examples.end(),
                      isSameExample);
}

}  // namespace

Templates::Key templateKey(std::string_view reference) {
    const std::size_t at = reference.rfind('@');
    if (at == std::string_view::npos) return {std::string(reference), 0};
    std::uint32_t version = 0;
    const char* end = reference.data() + reference.size();
    const auto [read, error] = std::from_chars(reference.data() + at + 1, end, version);
    if (error == std::errc{} && read == end && version != 0) {
        return {std::string(reference.substr(0, at)), version};
    }
    return {std::string(reference), 0};
}

/// Null: its plugin is not there, or makes none.
std::shared_ptr<RunningCodec> Templates::codecOf(const std::string& plugin) {
    if (plugin.empty()) return nullptr;
    {
        const auto codecs = codecs_.lock();
        const auto known = codecs->find(plugin);
        if (known != codecs->end()) return known->second;
    }
    const LoadedPlugin* loaded = parts_.plugins.find(PluginKind::Codec, plugin);
    if (loaded == nullptr) return nullptr;
    auto made = RunningCodec::make(*loaded, parts_.hostFor("codec " + plugin));
    if (!made) return nullptr;
    codecs_.lock()->emplace(plugin, *made);
    return *made;
}

TemplateUsePtr Templates::make(const TemplateSpec& spec, std::vector<Complaint>& complaints) {
    const auto known = get({spec.name, spec.version});
    if (known && known->isSound && isSame(known->use->spec(), spec)) return known->use;
    const auto codec = codecOf(spec.codec);
    auto use =
        std::make_shared<const TemplateUse>(std::make_shared<const TemplateSpec>(spec), codec);
    const std::size_t before = complaints.size();
    if (codec && use->trouble()) {
        complaints.push_back(complaintAbout(spec, "codec", *use->trouble()));
    }
    const FormatUse* format = checkFormat(*use, complaints);
    if (complaints.size() == before) runExamples(use, format, complaints);
    return use;
}

/// Null: the plugin is not there, or complains.
const FormatUse* Templates::checkFormat(const TemplateUse& use,
                                        std::vector<Complaint>& complaints) {
    const TemplateSpec& spec = use.spec();
    const LoadedPlugin* plugin = parts_.plugins.find(PluginKind::Format, spec.format);
    if (plugin == nullptr || spec.formatOptions.empty()) return nullptr;
    const Plugin& descriptor = *plugin->descriptor;
    Fields options = spec.formatOptions;
    for (Field& usual : defaultOptions({descriptor.options, descriptor.optionCount})) {
        if (::runnel::find(options, usual.name) == nullptr) options.push_back(std::move(usual));
    }
    const auto made = parts_.formats.get(*plugin, parts_.hostFor("format " + spec.format), options);
    if (made) return *made;
    complaints.push_back(complaintAbout(spec, "format", made.error()));
    return nullptr;
}

Templates::Filed Templates::prepare(const Config& config, std::vector<Complaint>& complaints) {
    Filed filed;
    for (const TemplateSpec& spec : config.templateSpecs) {
        const std::size_t before = complaints.size();
        auto use = make(spec, complaints);
        const bool isSound = complaints.size() == before && !use->trouble();
        filed.entries[{spec.name, spec.version}] = {std::move(use), Origin::File, isSound};
    }
    for (const ApplicationSpec& application : config.applicationSpecs) {
        if (application.deviceTemplate.empty()) continue;
        filed.applications.emplace(application.eui, application.deviceTemplate);
    }
    return filed;
}

/// The old ones end outside the lock: they unload.
void Templates::replace(StatePtr next) {
    haveTexts_ = std::any_of(next->entries.begin(), next->entries.end(), [](const auto& entry) {
        return !entry.second.use->spec().formatOptions.empty();
    });
    next.swap(*current_.lock());
}

void Templates::use(Filed filed) {
    const StatePtr before = current();
    auto next = std::make_shared<State>();
    next->entries = std::move(filed.entries);
    next->filed = std::move(filed.applications);
    next->ofApi = before->ofApi;
    for (const auto& [key, entry] : before->entries) {
        if (entry.origin == Origin::Api) next->entries.emplace(key, entry);
    }
    replace(std::move(next));
}

void Templates::put(TemplateUsePtr use) {
    auto next = std::make_shared<State>(*current());
    Entry& entry = next->entries[{use->spec().name, use->spec().version}];
    if (entry.use && entry.origin == Origin::File) return;
    const bool isSound = !use->trouble();
    entry = {std::move(use), Origin::Api, isSound};
    replace(std::move(next));
}

void Templates::remove(const Key& key) {
    auto next = std::make_shared<State>(*current());
    next->entries.erase(key);
    replace(std::move(next));
}

void Templates::setApplication(Eui application, const std::string& reference) {
    auto next = std::make_shared<State>(*current());
    next->ofApi.erase(application);
    if (!reference.empty()) next->ofApi.emplace(application, reference);
    replace(std::move(next));
}

TemplateUsePtr Templates::find(std::string_view reference) const {
    const Key wanted = templateKey(reference);
    const StatePtr state = current();
    const auto exact = state->entries.find(wanted);
    if (exact != state->entries.end()) return exact->second.use;
    if (wanted.second == 0) {
        auto behind = state->entries.upper_bound({wanted.first, UINT32_MAX});
        if (behind != state->entries.begin() && (--behind)->first.first == wanted.first) {
            return behind->second.use;
        }
    }
    return std::make_shared<const TemplateUse>(
        std::string(reference),
        Error{"template", "there is no device template '" + std::string(reference) + "'"});
}

std::optional<Templates::Entry> Templates::get(const Key& key) const {
    const StatePtr state = current();
    const auto found = state->entries.find(key);
    if (found == state->entries.end()) return std::nullopt;
    return found->second;
}

TemplateUsePtr Templates::ofApplication(Eui application) const {
    const StatePtr state = current();
    for (const Applications* names : {&state->filed, &state->ofApi}) {
        const auto found = names->find(application);
        if (found != names->end()) return find(found->second);
    }
    return nullptr;
}

std::vector<Templates::Entry> Templates::all() const {
    const StatePtr state = current();
    std::vector<Entry> list;
    for (const auto& [key, entry] : state->entries) list.push_back(entry);
    return list;
}

std::vector<std::shared_ptr<const RunningCodec>> Templates::codecs() const {
    std::vector<std::shared_ptr<const RunningCodec>> list;
    const auto codecs = codecs_.lock();
    for (const auto& [plugin, codec] : *codecs) list.push_back(codec);
    return list;
}

void Templates::stop() {
    const auto codecs = *codecs_.lock();
    for (const auto& [plugin, codec] : codecs) codec->stop();
}

}  // namespace runnel
