// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "admin/route.h"

namespace runnel::admin {

/// Which part of a list a request asks for.
struct Page {
    std::size_t limit = 100;
    std::string after;  ///< the key of the last item that the client has; "" = from the start
};

/// What `?limit=` is without being given, and at most.
struct PageSize {
    std::size_t usual = 100;
    std::size_t most = 1000;
};

/// From `?limit=` (from 1) and `?after=` (what `next` gave). Throws a Problem 400.
Page pageOf(const ApiRequest& request, PageSize size = {});

/// A list's answer: {"items":[…],"next":"…"}. Add items, as JSON texts with their keys, in the
/// list's order until isFull(): the item that came too many only says that there is a next page.
class ListBody final {
  public:
    explicit ListBody(Page page) : page_(std::move(page)) {}

    const std::string& after() const { return page_.after; }
    bool isFull() const { return hasMore_; }
    /// False: the page is full, this item belongs to the next one.
    bool add(std::string_view key, std::string_view json);
    std::string text() const;

  private:
    Page page_;
    std::size_t count_ = 0;
    std::string items_;
    std::string last_;
    bool hasMore_ = false;
};

}  // namespace runnel::admin
