// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

#include "wire.h"

namespace runnel::javascript {

/// All programs, and which of them the child has: the kMaxInChild that were needed last. Another
/// one takes the place of the one that has been idle for longest. Thread safety: none.
class Shelf final {
  public:
    static constexpr std::size_t kMaxInChild = 128;
    static constexpr std::size_t kMaxBytesInChild = 8 * 1024 * 1024;  ///< of definitions

    void put(std::uint32_t program, std::string definition);
    /// Appends what tells the child, if it knows of it.
    void remove(std::uint32_t program, Writer& out);
    bool has(std::uint32_t program) const { return books_.contains(program); }
    /// Appends what the child needs in order to have it. It has to be there.
    void bring(std::uint32_t program, Writer& out);
    void childHasEnded();

  private:
    using Order = std::list<std::uint32_t>;  // of use, the newest in front
    struct Book {
        std::string definition;
        bool isInChild{};
        Order::iterator place;  // if it is in the child
    };
    void takeBack(Book& book, std::uint32_t program, Writer& out);

    std::unordered_map<std::uint32_t, Book> books_;
    Order used_;
    std::size_t bytes_ = 0;
};

}  // namespace runnel::javascript
