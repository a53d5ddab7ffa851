// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/show.h"

namespace runnel::ctl {

void showList(Context& context, const Where& where, const ListView& view, const Query& query,
              std::size_t atMost) {
    const std::vector<Object::Ptr> items = context.client.list(where, query, atMost);
    if (context.isJson) {
        Array::Ptr array = new Array;
        for (const Object::Ptr& item : items) array->add(item);
        Object::Ptr document = newObject();
        document->set("items", array);
        context.out << dump(document) << '\n';
        return;
    }
    Table table(view.columns);
    for (const Object::Ptr& item : items) table.add(view.cells(*item));
    table.print(context.out);
}

void showObject(
    Context& context, const std::string& body,
    const std::function<std::vector<std::pair<std::string, std::string>>(const Object&)>& fields) {
    if (context.isJson) {
        printDocument(context, body);
    } else {
        printFields(context.out, fields(*parseObject(body)));
    }
}

void printDocument(Context& context, const std::string& body) {
    context.out << body;
    if (body.empty() || body.back() != '\n') context.out << '\n';
}

void say(Context& context, const std::string& sentence) {
    if (!context.isJson) context.out << printable(sentence) << '\n';
}

std::string pairs(const Object& object) {
    std::string all;
    for (const std::string& name : object.getNames()) {
        all += (all.empty() ? "" : ", ") + name + "=" + text(object, name);
    }
    return all;
}

}  // namespace runnel::ctl
