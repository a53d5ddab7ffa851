// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ctl/client.h"

/// From what people write to where it stands in the API. Thread safety: one thread per client.
namespace runnel::ctl {

/// Segments of a path of the API.
using Where = std::vector<std::string>;

/// `where` with more segments behind.
Where under(Where where, const std::vector<std::string>& more);

/// 16 upper-case hexadecimal digits of an EUI in any accepted form. Throws Failure(WrongUse) that
/// names `what`.
std::string euiOf(const std::string& what, const std::string& text);

/// A stream by "EUI/name" (of an application, else of a gateway), or by its bare name if only one
/// stream has it. Throws Failure: Refused if there is none, WrongUse if there are several.
Where findStream(Client& client, const std::string& name);

/// "EUI/name" of the stream's path.
std::string nameOf(const Where& stream);

/// A device, in `application` or, if that is "", wherever it is. Throws Failure(Refused) if there
/// is none.
Where findDevice(Client& client, const std::string& eui, const std::string& application);

/// "key=value" -> (key, value). Throws Failure(WrongUse) that names `option`.
std::pair<std::string, std::string> splitPair(const std::string& option, const std::string& text);

/// {key: value} of "key=value" each. Values are typed as in the files; lists and mappings are
/// written as JSON: key=["a","b"]. An empty value is null, which in a patch means: back to the
/// default.
Object::Ptr objectOf(const std::string& option, const std::vector<std::string>& pairs);

}  // namespace runnel::ctl
