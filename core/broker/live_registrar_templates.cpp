// SPDX-License-Identifier: Apache-2.0
// Device templates of the API.
#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

#include "broker/live_registrar.h"
#include "config/documents.h"

namespace runnel {

namespace {

using Why = Refusal::Why;

/// On the health board.
std::string partOf(const std::string& name, std::uint32_t version) {
    return "template " + name + "@" + std::to_string(version);
}

std::string nameOf(const std::string& name, std::uint32_t version) {
    return "device " + partOf(name, version);
}

}  // namespace

std::vector<Complaint> LiveRegistrar::tryTemplate(const TemplateSpec& spec) {
    std::vector<Complaint> complaints;
    static_cast<void>(parts_.templates.make(spec, complaints));
    return complaints;
}

Registrar::Applied LiveRegistrar::putTemplate(const TemplateSpec& spec) {
    const auto known = parts_.templates.get({spec.name, spec.version});
    if (known && known->origin == Origin::File) {
        return Refusal{Why::InFile, nameOf(spec.name, spec.version) + " is written in " +
                                        known->use->spec().place.file +
                                        "; change it there and reload"};
    }
    std::vector<Complaint> complaints;
    const TemplateUsePtr use = parts_.templates.make(spec, complaints);
    if (!complaints.empty()) return Refusal{Why::Wrong, complaints.front().text};
    parts_.objects.putTemplate({spec.name, spec.version, spec.document});
    parts_.templates.put(use);
    parts_.health.remove(partOf(spec.name, spec.version));
    return Done{};
}

Registrar::Applied LiveRegistrar::removeTemplate(const std::string& name, std::uint32_t version) {
    const auto known = parts_.templates.get({name, version});
    if (!known) return Refusal{Why::NotFound, "there is no " + nameOf(name, version)};
    const TemplateSpec& spec = known->use->spec();
    if (known->origin == Origin::File) {
        return Refusal{Why::InFile, nameOf(name, version) + " is written in " + spec.place.file +
                                        "; remove it there and reload"};
    }
    if (const std::string who = whoNeeds(spec); !who.empty()) {
        return Refusal{Why::Taken,
                       nameOf(name, version) + " is used by " + who + "; let that use another one"};
    }
    parts_.objects.removeTemplate(name, version);
    parts_.templates.remove({name, version});
    parts_.health.remove(partOf(name, version));
    return Done{};
}

/// "" if nobody does. A reference without a version needs any version of that name.
std::string LiveRegistrar::whoNeeds(const TemplateSpec& spec) const {
    const std::string exact = spec.name + "@" + std::to_string(spec.version);
    const auto all = parts_.templates.all();
    const bool isLast = std::count_if(all.begin(), all.end(), [&](const auto& entry) {
                            return entry.use->spec().name == spec.name;
                        }) == 1;
    const auto isMeant = [&](const std::string& reference) {
        return reference == exact || (isLast && reference == spec.name);
    };
    const auto streams = parts_.catalogue.streams({.max = 1}, [&](const auto&, const auto& entry) {
        return isMeant(entry.spec->deviceTemplate);
    });
    if (!streams.empty()) return "stream " + streams.front().first;
    const auto owners = parts_.catalogue.owners(
        {Scope::Level::Application, {}, 1},
        [&](Eui, const auto& owner) { return isMeant(owner.deviceTemplate); });
    if (!owners.empty()) return "application " + text(owners.front().first);
    const auto devices = parts_.devices.list(
        {.max = 1}, [&](Eui, const Device& device) { return isMeant(device.deviceTemplate); });
    if (!devices.empty()) return "device " + text(devices.front().first);
    return {};
}

/// One that cannot be used any more is reported, and what it says is kept.
void LiveRegistrar::loadTemplates(const Config& config) {
    DocumentReader reader(parts_.plugins, config);
    parts_.objects.eachTemplate([&](Objects::TemplateRow&& row) {
        const std::string part = partOf(row.name, row.version);
        parts_.health.remove(part);
        if (row.document.empty()) return report(part, "was stored under another key than DATA/key");
        try {
            Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
            TemplateSpec spec = reader.deviceTemplate(JsonTree(parser.parse(row.document)));
            spec.document = std::move(row.document);
            std::vector<Complaint> complaints = reader.takeComplaints();
            parts_.templates.put(parts_.templates.make(spec, complaints));
            std::string wrong;
            for (const Complaint& one : complaints) wrong += (wrong.empty() ? "" : "; ") + one.text;
            if (!wrong.empty()) report(part, wrong);
        } catch (const Poco::Exception& error) {
            report(part, "is not readable in the registry: " + error.displayText());
        }
    });
}

}  // namespace runnel
