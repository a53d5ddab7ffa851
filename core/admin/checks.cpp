// SPDX-License-Identifier: Apache-2.0
#include "admin/checks.h"

#include <algorithm>

namespace runnel::admin {

Problem problemOf(const Refusal& refusal) {
    switch (refusal.why) {
        case Refusal::Why::NotFound:
            return {404, refusal.text};
        case Refusal::Why::InFile:
            return {409, refusal.text};
        case Refusal::Why::Taken:
            if (refusal.field.empty()) return {409, refusal.text};
            return {409, refusal.field + " " + refusal.text, {{"/" + refusal.field, refusal.text}}};
        case Refusal::Why::Wrong:
            break;
    }
    return {422, "the content is not accepted", {{"/" + refusal.field, refusal.text}}};
}

void requireNone(const std::vector<Complaint>& complaints, const JsonTree& document) {
    if (complaints.empty()) return;
    std::vector<Problem::Field> errors;
    errors.reserve(complaints.size());
    for (const Complaint& complaint : complaints) {
        errors.push_back({document.pointerTo(complaint.place), complaint.text});
    }
    throw Problem(422, "the content is not accepted: see errors", std::move(errors));
}

void dropReadOnly(Poco::JSON::Object& document, std::initializer_list<const char*> keys) {
    for (const char* key : keys) document.remove(key);
}

std::string oneOf(const ApiRequest& request, const char* name,
                  std::initializer_list<const char*> words) {
    std::string value = request.queryText(name);
    if (!request.query.contains(name)) return value;
    if (std::find(words.begin(), words.end(), value) != words.end()) return value;
    std::string known;
    for (const char* word : words) known += (known.empty() ? "" : ", ") + std::string(word);
    throw Problem(400,
                  std::string(name) + ": must be one of " + known + ", found \"" + value + "\"");
}

void fixKey(Poco::JSON::Object& document, const std::string& key, const std::string& value) {
    const Poco::Dynamic::Var written = document.get(key);
    if (written.isEmpty()) {
        document.set(key, value);
        return;
    }
    const bool isSame = written.isString() && written.extract<std::string>() == value;
    const auto eui = written.isString() ? parseEui(written.extract<std::string>()) : std::nullopt;
    if (isSame || (eui && text(*eui) == value)) return;
    throw Problem(422, "the content is not accepted: see errors",
                  {{"/" + key, "is fixed by the path: must be " + value + ", or left out"}});
}

}  // namespace runnel::admin
