// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include "documents/options.h"
#include "json_format.h"

namespace runnel::json {
namespace {

Result<std::unique_ptr<Format>> create(Host&, const Fields& options) {
    return std::unique_ptr<Format>{std::make_unique<JsonFormat>(documents::readOptions(options))};
}

}  // namespace
}  // namespace runnel::json

RUNNEL_PLUGIN(Format, "json", "1.0.0",
              {.summary = "JSON documents with the field names of X-ON streams",
               .options = runnel::documents::kOptions,
               .optionCount = std::size(runnel::documents::kOptions),
               .format = &runnel::json::create});
