// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <initializer_list>
#include <string>

#include "admin/routes/object_routes.h"
#include "config/documents.h"

/// A configured stream as the API shows it. Thread safety: any thread.
namespace runnel::admin {

/// What of a stream's document is for reading only.
inline constexpr std::initializer_list<const char*> kStreamReadOnly = {"application", "gateway",
                                                                       "origin", "url", "state"};

struct StreamView {
    std::string name;  ///< "70B3D57ED0000001/cloud"
    Scope owner;
    Catalogue::StreamEntry entry;
};

/// The configured stream that the path names, running or not; a Problem 404 if there is none.
StreamView configuredStream(const ApiRequest& request, const Catalogue& catalogue);

/// The configured part, and what is for reading: owner, origin, url, state. `mayChange`: the URL
/// has a token. `secrets`: of the options.
struct StreamShown {
    bool mayChange = false;
    Secrets secrets = Secrets::Hidden;
};
Poco::JSON::Object::Ptr documentOf(const StreamView& stream, const ObjectParts& parts,
                                   StreamShown shown);

/// The tag of the configured part, secrets included: state changes all the time.
std::string tagOf(const StreamSpec& spec, const Plugins& plugins);

inline constexpr std::initializer_list<const char*> kHealthWords = {"working", "connecting",
                                                                    "failing", "waiting"};
/// One of these words, and what is said of it.
struct StreamWord {
    std::string word;
    std::string text;
    std::optional<Instant> since{};  ///< nullopt: not known
};
StreamWord healthOf(const std::string& name, const ObjectParts& parts);

}  // namespace runnel::admin
