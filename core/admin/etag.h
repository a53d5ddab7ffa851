// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "admin/route.h"

namespace runnel::admin {

/// A strong entity tag of a document, quotes included: "\"8f14e45fceea167a\"".
std::string etagOf(std::string_view document);

/// Conditions of a change (RFC 9110 §13): throws a Problem 412 if If-Match names other tags than
/// `current`, or if If-None-Match names it. `current` is "" when there is no such object yet: then
/// `If-Match: *` fails and `If-None-Match: *` holds. A malformed list is a Problem 400.
void requireConditions(const ApiRequest& request, std::string_view current);

/// 200 with the document and its ETag, or 304 if the request's If-None-Match has the tag.
ApiAnswer document(const ApiRequest& request, std::string body);
/// 201 with Location and ETag. `path` is as people write it: uriPath() is applied to it.
ApiAnswer created(std::string body, std::string_view path);
/// A path with everything percent-encoded that may not stand in a URI (RFC 3986 §3.3).
std::string uriPath(std::string_view path);

}  // namespace runnel::admin
