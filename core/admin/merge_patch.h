// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Object.h>

namespace runnel::admin {

/// JSON merge patch (RFC 7396): null removes, objects are merged, everything else replaces. Both
/// stay as they are; the result shares nothing with `target` that it changed.
/// `depth` of both is bounded by whoever parsed them (json_body.h).
Poco::Dynamic::Var mergePatch(const Poco::Dynamic::Var& target, const Poco::Dynamic::Var& patch);
/// The same for the usual case: an object is patched by an object.
Poco::JSON::Object::Ptr mergePatch(const Poco::JSON::Object::Ptr& target,
                                   const Poco::JSON::Object::Ptr& patch);

}  // namespace runnel::admin
