// SPDX-License-Identifier: Apache-2.0
#include "admin/route.h"

#include <strings.h>

#include <stdexcept>

namespace runnel::admin {

const std::string& ApiRequest::parameter(std::string_view name) const {
    const auto found = path.find(name);
    if (found == path.end()) {
        throw std::logic_error("the route has no parameter {" + std::string(name) + "}");
    }
    return found->second;
}

Eui ApiRequest::eui(std::string_view name) const {
    const std::string& text = parameter(name);
    const std::optional<Eui> eui = parseEui(text);
    if (!eui) {
        throw Problem(404, "\"" + text + "\" is no EUI: expected 16 hexadecimal digits");
    }
    return *eui;
}

std::string ApiRequest::queryText(std::string_view name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

std::string_view ApiRequest::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0) {
            return value;
        }
    }
    return {};
}

}  // namespace runnel::admin
