// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include "documents/options.h"
#include "xml_format.h"

namespace runnel::xml {
namespace {

Result<std::unique_ptr<Format>> create(Host&, const Fields& options) {
    return std::unique_ptr<Format>{std::make_unique<XmlFormat>(documents::readOptions(options))};
}

}  // namespace
}  // namespace runnel::xml

RUNNEL_PLUGIN(Format, "xml", "1.0.0",
              {.summary = "XML documents with the field names of X-ON streams",
               .options = runnel::documents::kOptions,
               .optionCount = std::size(runnel::documents::kOptions),
               .format = &runnel::xml::create});
