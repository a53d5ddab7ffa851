// SPDX-License-Identifier: Apache-2.0
#include "documents/xml_reader.h"

#include <Poco/SAX/Attributes.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/SAXException.h>
#include <Poco/SAX/SAXParser.h>

#include <utility>
#include <vector>

#include "documents/xml_values.h"

namespace runnel::documents {
namespace {

/// Builds the document's members from the parser's events. Exceptions must not cross the parser,
/// which is C: after a problem everything is let pass.
class TreeBuilder final : public Poco::XML::DefaultHandler {
  public:
    void startElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&,
                      const Poco::XML::XMLString& name,
                      const Poco::XML::Attributes& attributes) override {
        ++depth_;
        if (problem_) return;
        if (depth_ > kDeepestDocument) {
            complain("", "must be nested at most 32 deep, found more");
        } else if (depth_ == 1) {
            root_ = name;
        } else {
            open(name, attributes);
        }
    }

    void endElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&,
                    const Poco::XML::XMLString&) override {
        --depth_;
        if (problem_ || open_.empty()) return;
        XmlElement closed = std::move(open_.back());
        open_.pop_back();
        std::string name = closed.name;
        auto value = open_.empty() ? memberValue(std::move(closed)) : typedValue(std::move(closed));
        if (!value) {
            complain(member_, value.error().reason);
        } else if (open_.empty()) {
            members_.push_back({std::move(member_), std::move(*value)});
            member_.clear();
        } else {
            open_.back().children.push_back({std::move(name), std::move(*value)});
        }
    }

    void characters(const Poco::XML::XMLChar text[], int start, int length) override {
        if (problem_) return;
        std::string& into = open_.empty() ? text_ : open_.back().text;
        into.append(text + start, static_cast<std::size_t>(length));
    }

    Parsed take() {
        if (!problem_ && root_ == "Ack") {
            return {{Fields{{"Ack", numberOrText(text_)}}}, std::nullopt};
        }
        if (!problem_ && root_ != "Downlink") {
            problem_ = Error{"", "must be a <Downlink> element, found <" + excerpt(root_) + ">"};
        }
        if (!problem_ && !trimmedText(text_).empty()) {
            problem_ = Error{"", "must have its texts in elements, found the text \"" +
                                     excerpt(trimmedText(text_)) + "\" between them"};
        }
        return {{std::move(members_)}, std::move(problem_)};
    }

  private:
    void complain(std::string field, std::string reason) {
        if (!problem_) problem_ = Error{std::move(field), std::move(reason)};
    }

    void open(const std::string& name, const Poco::XML::Attributes& attributes) {
        if (open_.empty()) member_ = name;
        XmlElement element{.tag = name};
        for (int i = 0; i < attributes.getLength(); ++i) {
            const std::string& attribute = attributes.getQName(i);
            if (attribute == "name" && name == "Field" && !open_.empty()) {
                element.name = attributes.getValue(i);
            } else if (attribute == "type" && !open_.empty()) {
                element.type = attributes.getValue(i);
            } else {
                complain(member_, "has the unknown attribute \"" + excerpt(attribute) + "\"");
            }
        }
        open_.push_back(std::move(element));
    }

    std::size_t depth_{};
    std::string root_;
    std::string text_;    ///< what stands directly in the root
    std::string member_;  ///< name of the root's child that is being read
    std::vector<XmlElement> open_;
    Fields members_;
    std::optional<Error> problem_;
};

/// What is wrong with the document's syntax. `handler` outlives the call.
std::optional<Error> parseWith(std::string_view document, Poco::XML::ContentHandler& handler) {
    Poco::XML::SAXParser parser;
    parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACES, false);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_GENERAL_ENTITIES, false);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_PARAMETER_ENTITIES, false);
    parser.setEncoding("UTF-8");  // whatever the document says of itself
    parser.setContentHandler(&handler);
    try {
        parser.parseMemoryNP(document.data(), document.size());
    } catch (const Poco::XML::SAXParseException& exception) {
        return Error{"", "must be XML, found at line " + std::to_string(exception.getLineNumber()) +
                             ", column " + std::to_string(exception.getColumnNumber() + 1) + ": " +
                             excerpt(exception.message())};
    } catch (const Poco::Exception& exception) {
        return Error{"", "must be XML: " + excerpt(exception.message())};
    }
    return std::nullopt;
}

}  // namespace

Parsed parseXml(std::string_view document) {
    if (auto problem = problemBeforeParsing(document)) return {{Fields{}}, std::move(problem)};
    if (const std::size_t at = document.find("<!DOCTYPE"); at != std::string_view::npos) {
        return {{Fields{}}, Error{"", "must have no DOCTYPE, found one at " + place(document, at)}};
    }
    TreeBuilder builder;
    auto problem = parseWith(document, builder);
    Parsed parsed = builder.take();
    if (problem) parsed.problem = std::move(problem);
    return parsed;
}

std::optional<Error> xmlProblem(std::string_view document) {
    Poco::XML::DefaultHandler nothing;
    return parseWith(document, nothing);
}

}  // namespace runnel::documents
