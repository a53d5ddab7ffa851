// SPDX-License-Identifier: Apache-2.0
#include "template_format.h"

#include <utility>

#include "documents/document_writer.h"
#include "documents/downlink_reader.h"
#include "documents/parsed.h"
#include "documents/xml_reader.h"
#include "json_check.h"

namespace runnel::templates {
namespace {

/// By the media type without its parameters: application/json, application/geo+json, text/xml …
Escape escapeOf(std::string_view contentType) {
    std::string_view type = contentType.substr(0, contentType.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    if (type.ends_with("json")) return Escape::Json;
    return type.ends_with("xml") ? Escape::Xml : Escape::None;
}

/// One line of visible ASCII with a slash in it: it becomes a header of HTTP.
bool isMediaType(std::string_view text) {
    if (text.size() > 128 || text.find('/') == std::string_view::npos) return false;
    for (const char c : text) {
        if (c < 0x20 || c >= 0x7F) return false;
    }
    return true;
}

bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Error withSample(Error error) {
    error.reason += "; this is with an invented uplink";
    return error;
}

}  // namespace

Result<TemplateFormat> TemplateFormat::make(const Fields& fields) {
    TemplateFormat format;
    format.contentType_ = valueOr<std::string>(fields, "contentType", "application/json");
    if (!isMediaType(format.contentType_)) {
        return Error{"contentType", "must be a media type such as application/json, found \"" +
                                        documents::excerpt(format.contentType_) + "\""};
    }
    format.escape_ = escapeOf(format.contentType_);
    format.wantsFields_ = valueOr(fields, "fields", true);
    const auto uplink = valueOr<std::string>(fields, "uplink", "");
    if (!uplink.empty()) {
        auto text = compile(uplink);
        if (!text) return text.error();
        format.uplink_.emplace(std::move(*text), format.escape_);
        Status status = format.checkSample();
        if (status) status = format.checkBare(uplink);
        if (!status) return status.error();
    }
    if (const Value* tree = find(fields, "downlink")) {
        const auto* entries = std::get_if<Fields>(&tree->is);
        if (entries == nullptr)
            return Error{"downlink", "must be a mapping, such as {data: /payload}"};
        auto map = DownlinkMap::read(*entries);
        if (!map) return map.error();
        format.downlink_ = std::move(*map);
    }
    return format;
}

Status TemplateFormat::checkSample() const {
    auto document = uplink_->renderSample();
    if (!document) return document.error();
    auto result = checked(std::move(*document));
    if (!result) return withSample(result.error());
    if (escape_ != Escape::Xml || result->empty()) return Done{};
    if (const auto problem = documents::xmlProblem(*result)) {
        return withSample({"uplink", problem->reason});
    }
    return Done{};
}

/// What is there in the sample may be absent in a message.
Status TemplateFormat::checkBare(std::string_view text) const {
    if (escape_ != Escape::Json) return Done{};
    const auto document = uplink_->renderBare();
    if (!document) return document.error();
    const auto flaw = isBlank(*document) ? std::nullopt : jsonFlaw(*document);
    if (!flaw) return Done{};
    const Slot* tag = uplink_->emptyAt(flaw->offset);
    if (tag == nullptr) return withSample(checked(*document).error());
    std::string name;
    for (const std::string& part : tag->path) name += (name.empty() ? "" : ".") + part;
    return Error{"uplink", "must make JSON also where " + name + " is absent: {{" + name +
                               "}} leaves nothing then; write {{{" + name + "|json}}}, or {{^" +
                               name + "}}null{{/" + name + "}} behind it (" +
                               documents::place(text, tag->from) + ")"};
}

Result<std::string> TemplateFormat::checked(std::string document) const {
    if (isBlank(document)) return std::string{};
    if (escape_ != Escape::Json) return document;
    const auto flaw = jsonFlaw(document);
    if (!flaw) return document;
    const std::size_t from = flaw->offset < 20 ? 0 : flaw->offset - 20;
    return Error{"uplink", "must make JSON, found at " + documents::place(document, flaw->offset) +
                               " of the document that " + std::string{flaw->reason} +
                               ", behind \"" +
                               documents::excerpt(document.substr(from, flaw->offset - from)) +
                               "\" (a name that may be absent is written {{{Name|json}}})"};
}

Result<std::string> TemplateFormat::encode(const EncodeInput& input) const {
    if (!uplink_) {
        return Error{"uplink",
                     "the device has no template with an uplink text; assign one to the device or "
                     "to its application"};
    }
    auto document = uplink_->render(input);
    if (!document) return document;
    return checked(std::move(*document));
}

std::string TemplateFormat::encode(const Receipt& receipt) const {
    return documents::writeReceipt(receipt, {});
}

std::string TemplateFormat::encode(const Gap& gap) const {
    return documents::writeGap(gap);
}

std::vector<Request> TemplateFormat::decode(const DecodeInput& input) const {
    std::vector<Request> requests;
    requests.push_back(downlink_ ? downlink_->request(input) : documents::readRequest(input));
    return requests;
}

}  // namespace runnel::templates
