// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Array.h>

#include <cstddef>
#include <string>

#include "admin/newest_messages.h"
#include "admin/route.h"

/// What routes that show the journal, the newest first, share. Thread safety: any thread.
namespace runnel::admin {

/// All that the journal holds below `?before=`. Throws a Problem 400.
MessageSearch searchBelow(const ApiRequest& request, const Journal& journal);
/// Narrows the search to what is below the position that the query parameter `name` gives, if it
/// is there. Throws a Problem 400.
void stayBelow(const ApiRequest& request, const std::string& name, MessageSearch& search);

/// newestMessages(); a Problem 503 if the journal cannot be read.
NewestMessages readNewest(const Journal& journal, const MessageSearch& search, std::size_t max);

/// {"items":[…],"next":"…"}: `next` is for `before`, and absent if `searched` is 0, as in
/// NewestMessages.
ApiAnswer newestAnswer(const Poco::JSON::Array::Ptr& items, Position searched);

}  // namespace runnel::admin
