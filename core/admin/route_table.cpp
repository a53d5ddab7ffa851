// SPDX-License-Identifier: Apache-2.0
#include "admin/route_table.h"

#include <stdexcept>
#include <utility>

namespace runnel::admin {

struct RouteTable::Node {
    std::map<std::string, Node, std::less<>> written;
    std::unique_ptr<Node> parameter;
    std::map<std::string, const Route*, std::less<>> methods;
};

namespace {

using Parts = std::vector<std::string_view>;

/// "/a/b" -> {"a", "b"}; "/a/" -> {"a", ""}, which is another path.
Parts split(std::string_view path) {
    Parts parts;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const std::string_view part = path.substr(0, path.find('/'));
        parts.push_back(part);
        path.remove_prefix(part.size());
    }
    return parts;
}

bool isParameter(std::string_view part) {
    return part.starts_with('{') && part.ends_with('}');
}

/// Depth first, so that "/keys/{key}" is found where "/keys/own/…" begins alike but goes on.
template <class Node>
const Node* descend(const Node& node, std::span<const std::string_view> parts) {
    if (parts.empty()) return node.methods.empty() ? nullptr : &node;
    const auto written = node.written.find(parts.front());
    if (written != node.written.end()) {
        if (const Node* found = descend(written->second, parts.subspan(1))) return found;
    }
    if (!node.parameter || parts.front().empty()) return nullptr;
    return descend(*node.parameter, parts.subspan(1));
}

std::map<std::string, std::string, std::less<>> valuesOf(const Route& route, const Parts& found) {
    std::map<std::string, std::string, std::less<>> values;
    const Parts pattern = split(route.pattern);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (!isParameter(pattern[i])) continue;
        values.emplace(pattern[i].substr(1, pattern[i].size() - 2), found[i]);
    }
    return values;
}

}  // namespace

RouteTable::RouteTable(Routes routes)
    : routes_(std::move(routes)), root_(std::make_unique<Node>()) {
    for (const Route& route : routes_) insert(route);
}

RouteTable::~RouteTable() = default;

void RouteTable::insert(const Route& route) {
    const std::string name = route.method + " " + route.pattern;
    if (static_cast<bool>(route.handler) == static_cast<bool>(route.events)) {
        throw std::logic_error(name + " needs either a handler or events");
    }
    Node* node = root_.get();
    for (const std::string_view part : split(route.pattern)) {
        if (isParameter(part)) {
            if (!node->parameter) node->parameter = std::make_unique<Node>();
            node = node->parameter.get();
        } else {
            node = &node->written[std::string(part)];
        }
    }
    if (!node->methods.emplace(route.method, &route).second) {
        throw std::logic_error(name + " is there twice");
    }
}

RouteTable::Match RouteTable::find(std::string_view method, std::string_view path) const {
    const Parts parts = split(path);
    const Node* const node = descend<Node>(*root_, parts);
    if (node == nullptr) throw Problem(404, "there is nothing at " + std::string(path));
    const auto found = node->methods.find(method == "HEAD" ? "GET" : method);
    if (found != node->methods.end()) return {found->second, valuesOf(*found->second, parts)};
    std::string allow;
    for (const auto& [name, route] : node->methods) {
        allow += (allow.empty() ? "" : ", ") + name;
        if (name == "GET") allow += ", HEAD";
    }
    Problem problem(
        405, std::string(method) + " is not possible at " + std::string(path) + ", only " + allow);
    problem.with("Allow", allow);
    throw problem;
}

}  // namespace runnel::admin
