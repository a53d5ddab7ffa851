// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include "template_format.h"

namespace runnel::templates {
namespace {

constexpr Option kOptions[] = {
    {"uplink", "text", nullptr, "The text of a document, with {{Names}} to fill in (Mustache).",
     false, false},
    {"downlink", "tree", nullptr,
     "Where the application's own JSON documents hold a downlink's members.", false, false},
    {"contentType", "text", "application/json",
     "Media type of the documents; json and xml at its end choose how texts are escaped.", false,
     false},
    {"fields", "boolean", "true", "Runs the codec of the device's template, for Fields.", false,
     false},
};

Result<std::unique_ptr<Format>> create(Host&, const Fields& options) {
    auto format = TemplateFormat::make(options);
    if (!format) return format.error();
    return std::unique_ptr<Format>{std::make_unique<TemplateFormat>(std::move(*format))};
}

}  // namespace
}  // namespace runnel::templates

RUNNEL_PLUGIN(Format, "template", "1.0.0",
              {.summary = "Documents by a device template's own text, downlinks by its map",
               .options = runnel::templates::kOptions,
               .optionCount = std::size(runnel::templates::kOptions),
               .format = &runnel::templates::create});
