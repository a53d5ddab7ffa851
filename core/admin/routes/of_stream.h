// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/paging.h"
#include "admin/route.h"
#include "delivery/streams.h"

/// What routes of one stream share: they are there twice, for the streams of applications and of
/// gateways. Thread safety: pure.
namespace runnel::admin {

/// "70B3D57ED0000001/cloud": the name in the core of the stream that the path names.
std::string streamNameOf(const ApiRequest& request);
/// The running stream that the path names; a Problem 404 if there is none.
std::shared_ptr<Stream> streamOf(const ApiRequest& request, const Streams& streams);

enum class Access : std::uint8_t { See, Change };

/// Adds `method` of …/streams/{stream}`suffix` for applications and gateways. What is needed:
/// the application's right; of gateways, to see everything or to be admin.
struct StreamRoute {
    std::string method;
    std::string suffix;  ///< "/dead-letters/{letter}"
    Access access{};
    std::vector<std::string> query{};
    Handler handler;
};
void add(Routes& routes, const StreamRoute& route);
/// The same of …/applications/{application}`suffix` and …/gateways/{gateway}`suffix`.
void addToOwners(Routes& routes, const StreamRoute& route);

/// A path parameter that counts up from 1; a Problem 404 if it is no such number.
std::uint64_t numberOf(const ApiRequest& request, std::string_view name);
/// Digits only; nullopt if it is no number or does not fit.
std::optional<std::uint64_t> parseNumber(std::string_view text);
/// Page::after of a list whose keys are numbers; 0 = from the start. Throws a Problem 400.
std::uint64_t afterNumber(const Page& page);

}  // namespace runnel::admin
