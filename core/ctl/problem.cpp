// SPDX-License-Identifier: Apache-2.0
#include "ctl/problem.h"

#include <Poco/Exception.h>

#include <algorithm>

#include "ctl/json.h"
#include "ctl/table.h"

namespace runnel::ctl {
namespace {

constexpr int kUnauthorised = 401;
constexpr int kForbidden = 403;

/// "/options/url" -> "options.url" (RFC 6901).
std::string fieldOf(std::string pointer) {
    if (!pointer.empty() && pointer.front() == '/') pointer.erase(0, 1);
    std::replace(pointer.begin(), pointer.end(), '/', '.');
    for (const auto& [escape, plain] : {std::pair("~1", "/"), std::pair("~0", "~")}) {
        for (std::size_t at = 0; (at = pointer.find(escape, at)) != std::string::npos; ++at) {
            pointer.replace(at, 2, plain);
        }
    }
    return pointer;
}

/// Where it is wrong, as people write it; nothing if it is no place in particular.
std::string placeOf(const Object& error) {
    const std::string place = text(error, "place");
    return place.empty() ? fieldOf(text(error, "pointer")) : place;
}

std::string lineOf(const Object& error) {
    const std::string place = placeOf(error);
    return "\n  " + (place.empty() ? "" : place + ": ") + text(error, "detail");
}

std::string describe(int status, const std::string& body) {
    const Object::Ptr problem = parseObject(body);
    std::string said = text(*problem, "detail");
    if (said.empty()) said = text(*problem, "title");
    if (said.empty()) said = "the broker answered with status " + std::to_string(status);
    for (const Object::Ptr& error : children(*problem, "errors")) {
        const bool isSaid = said.ends_with(text(*error, "detail")) && placeOf(*error).empty();
        if (!isSaid) said += lineOf(*error);
    }
    return said;
}

}  // namespace

Failure failureOf(int status, const std::string& body) {
    std::string said = "the broker answered with status " + std::to_string(status);
    try {
        said = describe(status, body);
    } catch (const Poco::Exception&) {
        // Not from the broker but from something in between: the status is all there is.
        said += ", which is no problem document; is this runneld's management listener?";
    }
    if (status == kUnauthorised) {
        said += "\nexpected a key made with 'runnelctl key add', in --key-file FILE or $RUNNEL_KEY";
    }
    const bool isAboutRights = status == kUnauthorised || status == kForbidden;
    return {isAboutRights ? ExitCode::NotAuthorised : ExitCode::Refused, printable(said, true)};
}

}  // namespace runnel::ctl
