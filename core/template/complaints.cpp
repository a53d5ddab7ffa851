// SPDX-License-Identifier: Apache-2.0
#include "template/complaints.h"

#include <charconv>
#include <utility>

namespace runnel {

namespace {

/// Of what `path` names, or of what it is in: "codec.uplink[0].type", "codec.uplink[0]" …
const OptionPlace* placeOf(const TemplateSpec& spec, std::string_view path, bool& isExact) {
    isExact = true;
    while (true) {
        const auto found = spec.optionPlaces.find(std::string(path));
        if (found != spec.optionPlaces.end()) return &found->second;
        isExact = false;
        const std::size_t cut = path.find_last_of(".[");
        if (cut == std::string_view::npos) return nullptr;
        path = path.substr(0, cut);
    }
}

bool readNumber(std::string_view& text, std::string_view before, int& number) {
    if (!text.starts_with(before)) return false;
    text.remove_prefix(before.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 1) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

/// "… (line 2, column 7)" of a text that begins at `text`.
std::optional<Place> insideText(const Place& text, std::string_view reason) {
    const std::size_t at = reason.find("(line ");
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view rest = reason.substr(at);
    int line = 0;
    int column = 0;
    const bool isRead = readNumber(rest, "(line ", line) && readNumber(rest, ", column ", column) &&
                        rest.starts_with(")");
    if (!isRead) return std::nullopt;
    return Place{text.file, text.line + line - 1, text.column + column - 1};
}

}  // namespace

Complaint complaintAbout(const TemplateSpec& spec, std::string_view part, const Error& error) {
    std::string path(part);
    if (!error.field.empty()) path += "." + error.field;
    bool isExact = false;
    const OptionPlace* option = placeOf(spec, path, isExact);
    Complaint complaint;
    complaint.place = option != nullptr ? option->place : spec.place;
    if (option != nullptr && isExact && option->text) {
        complaint.place = insideText(*option->text, error.reason).value_or(complaint.place);
    }
    complaint.text = "template " + spec.name + "@" + std::to_string(spec.version) + ": " +
                     (error.field.empty() ? std::string(part) : error.field) + ": " + error.reason;
    return complaint;
}

}  // namespace runnel
