// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/route.h"

namespace runnel::admin {

/// Finds the route of a request: a tree with one level per part of the path, in which a written
/// part wins over a {parameter}. Thread safety: immutable once made.
class RouteTable final {
  public:
    struct Match {
        const Route* route;
        std::map<std::string, std::string, std::less<>> path;
    };

    /// Throws std::logic_error for a route that is there twice, or that has not exactly one of
    /// `handler` and `events`.
    explicit RouteTable(Routes routes);
    ~RouteTable();
    RouteTable(const RouteTable&) = delete;
    RouteTable& operator=(const RouteTable&) = delete;

    /// `path` is decoded. Throws a Problem: 404, or 405 with Allow.
    Match find(std::string_view method, std::string_view path) const;
    const Routes& routes() const { return routes_; }

  private:
    struct Node;

    void insert(const Route& route);

    const Routes routes_;
    const std::unique_ptr<Node> root_;
};

}  // namespace runnel::admin
