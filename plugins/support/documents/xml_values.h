// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "runnel/values.h"

/// How values are written in XML: <Field name="level" type="number">7</Field> in objects,
/// <Item type="number">7</Item> in lists; types are text (the default), number, boolean, null,
/// list and object. Thread safety: pure functions.
namespace runnel::documents {

/// An element as it was read.
struct XmlElement {
    std::string tag;
    std::string name = {};  ///< attribute
    std::string type = {};  ///< attribute; "" if there is none
    std::string text = {};
    Fields children = {};  ///< names are empty for <Item>
};

/// The value of a <Field> or <Item>. An error's reason says what is wrong with the element.
Result<Value> typedValue(XmlElement element);

/// The value of a member of <Downlink>: see parseXml.
Result<Value> memberValue(XmlElement element);

/// "17" as 17, "1.5" as 1.5, beyond 64 bits infinity, else the text itself.
Value numberOrText(std::string_view text);

/// Without white space around it.
std::string_view trimmedText(std::string_view text);

/// Appends the members of an object as <Field> elements.
void appendXmlFields(std::string& out, const Fields& fields);

}  // namespace runnel::documents
