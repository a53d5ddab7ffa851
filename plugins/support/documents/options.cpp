// SPDX-License-Identifier: Apache-2.0
#include "documents/options.h"

namespace runnel::documents {

Options readOptions(const Fields& fields) {
    const auto style = valueOr<std::string>(fields, "euiStyle", "plain");
    return {.gateway = valueOr(fields, "gateway", false),
            .sequence = valueOr(fields, "sequence", false),
            .frameCounter = valueOr(fields, "frameCounter", false),
            .dataRate = valueOr(fields, "dataRate", false),
            .deviceName = valueOr(fields, "deviceName", false),
            .fields = valueOr(fields, "fields", false),
            .euiStyle = style == "dashes"   ? EuiStyle::Dashes
                        : style == "colons" ? EuiStyle::Colons
                                            : EuiStyle::Plain};
}

}  // namespace runnel::documents
