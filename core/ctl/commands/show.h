// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ctl/context.h"
#include "ctl/objects.h"
#include "ctl/table.h"

/// What many commands do: show lists and single objects. Thread safety: one thread.
namespace runnel::ctl {

/// A list of the API: its columns, and the cells of one object.
struct ListView {
    std::vector<std::string> columns;  ///< as Table's
    std::function<std::vector<std::string>(const Object&)> cells;
};

/// Prints all objects of the list at `where`, as a table or with --json as {"items":[…]}. `atMost`
/// 0: no limit.
void showList(Context& context, const Where& where, const ListView& view, const Query& query = {},
              std::size_t atMost = 0);

/// Prints the fields of an object, or with --json the document as it came.
void showObject(
    Context& context, const std::string& body,
    const std::function<std::vector<std::pair<std::string, std::string>>(const Object&)>& fields);

/// Prints the document as it came, with --json.
void printDocument(Context& context, const std::string& body);

/// One sentence to whoever looks; nothing with --json.
void say(Context& context, const std::string& sentence);

/// "a=1, b=x" of an object.
std::string pairs(const Object& object);

}  // namespace runnel::ctl
