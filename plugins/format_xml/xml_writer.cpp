// SPDX-License-Identifier: Apache-2.0
#include "xml_writer.h"

#include "documents/xml_text.h"
#include "documents/xml_values.h"

namespace runnel::xml {

ElementWriter::ElementWriter(std::string_view root, std::size_t expectedSize,
                             documents::EuiStyle style)
    : root_{root}, style_{style} {
    out_.reserve(expectedSize);
    open(root_);
}

void ElementWriter::text(std::string_view name, std::string_view value) {
    open(name);
    documents::appendXmlText(out_, value);
    close(name);
}

void ElementWriter::eui(std::string_view name, Eui value) {
    open(name);
    documents::appendEui(out_, value, style_);
    close(name);
}

void ElementWriter::hex(std::string_view name, const Bytes& bytes) {
    open(name);
    appendHex(out_, bytes.data(), bytes.size());
    close(name);
}

void ElementWriter::flag(std::string_view name, bool value) {
    open(name);
    out_ += value ? "true" : "false";
    close(name);
}

void ElementWriter::megahertz(std::string_view name, std::uint32_t frequencyHz) {
    open(name);
    documents::appendMegahertz(out_, frequencyHz);
    close(name);
}

void ElementWriter::fields(std::string_view name, const Fields& value) {
    open(name);
    documents::appendXmlFields(out_, value);
    close(name);
}

std::string ElementWriter::finish() && {
    close(root_);
    return std::move(out_);
}

void ElementWriter::open(std::string_view name) {
    out_ += '<';
    out_ += name;
    out_ += '>';
}

void ElementWriter::close(std::string_view name) {
    out_ += "</";
    out_ += name;
    out_ += '>';
}

}  // namespace runnel::xml
