// SPDX-License-Identifier: Apache-2.0
#include "plugins/support/mqtt/tests/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

// In a file of its own, where the compiler cannot inline one half of the pair into other code.
namespace {
std::atomic<int> count{};
}  // namespace

int allocations() {
    return count;
}

void* operator new(std::size_t size) {
    ++count;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
