// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "admin/problem.h"
#include "admin/route.h"
#include "config/documents.h"
#include "registry/registrar.h"

/// From what the registrar and the configuration's readers say to problems. Thread safety: pure.
namespace runnel::admin {

/// 404, 409 or 422, as the refusal says.
Problem problemOf(const Refusal& refusal);

inline void require(const Registrar::Applied& applied) {
    if (!applied) throw problemOf(applied.error());
}
template <class T>
T require(Result<T, Refusal>&& result) {
    if (!result) throw problemOf(result.error());
    return std::move(*result);
}

/// Throws a Problem 422 with everything that the reader complained about; nothing if it did not.
void requireNone(const std::vector<Complaint>& complaints, const JsonTree& document);

/// Takes out what a document has for reading only: it may come back as it was given.
void dropReadOnly(Poco::JSON::Object& document, std::initializer_list<const char*> keys);

/// The value of a query parameter that is one of these words; "" if it is absent. A Problem 400 if
/// it is another one.
std::string oneOf(const ApiRequest& request, const char* name,
                  std::initializer_list<const char*> words);

/// A key that the path fixes: filled in if it is absent; a Problem 422 if it says something else.
void fixKey(Poco::JSON::Object& document, const std::string& key, const std::string& value);

}  // namespace runnel::admin
