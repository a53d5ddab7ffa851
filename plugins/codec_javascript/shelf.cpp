// SPDX-License-Identifier: Apache-2.0
#include "shelf.h"

#include <utility>

namespace runnel::javascript {

void Shelf::put(std::uint32_t program, std::string definition) {
    books_[program].definition = std::move(definition);
}

void Shelf::takeBack(Book& book, std::uint32_t program, Writer& out) {
    const std::size_t begin = out.beginFrame(Frame::Forget);
    out.number(program);
    out.endFrame(begin);
    used_.erase(book.place);
    bytes_ -= book.definition.size();
    book.isInChild = false;
}

void Shelf::remove(std::uint32_t program, Writer& out) {
    const auto found = books_.find(program);
    if (found == books_.end()) return;
    if (found->second.isInChild) takeBack(found->second, program, out);
    books_.erase(found);
}

void Shelf::bring(std::uint32_t program, Writer& out) {
    Book& book = books_[program];
    if (book.isInChild) {
        used_.splice(used_.begin(), used_, book.place);
        return;
    }
    bytes_ += book.definition.size();
    while (!used_.empty() && (used_.size() >= kMaxInChild || bytes_ > kMaxBytesInChild)) {
        const std::uint32_t oldest = used_.back();
        takeBack(books_[oldest], oldest, out);
    }
    const std::size_t begin = out.beginFrame(Frame::Define);
    out.bytes(book.definition);
    out.endFrame(begin);
    book.place = used_.insert(used_.begin(), program);
    book.isInChild = true;
}

void Shelf::childHasEnded() {
    for (const std::uint32_t program : used_) books_[program].isInChild = false;
    used_.clear();
    bytes_ = 0;
}

}  // namespace runnel::javascript
