// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "admin/routes/of_stream.h"

namespace runnel::admin {

/// A page of a list that is made anew for each request, by place in it: what comes or goes between
/// two pages moves the others. `items` are JSON texts. Thread safety: pure.
inline ApiAnswer pageOfList(const ApiRequest& request, std::span<const std::string> items) {
    const Page page = pageOf(request);
    ListBody body(page);
    for (std::size_t i = afterNumber(page); i < items.size(); ++i) {
        if (!body.add(std::to_string(i + 1), items[i])) break;
    }
    return {.body = body.text()};
}

}  // namespace runnel::admin
