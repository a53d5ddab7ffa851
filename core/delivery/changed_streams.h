// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/guarded.h"

namespace runnel {

class Stream;

/// The streams whose records have to be saved: each at most once. Thread safety: any thread.
class ChangedStreams {
  public:
    void add(std::shared_ptr<Stream> stream) { streams_.lock()->push_back(std::move(stream)); }
    std::vector<std::shared_ptr<Stream>> takeAll() { return std::exchange(*streams_.lock(), {}); }

  private:
    Guarded<std::vector<std::shared_ptr<Stream>>> streams_;
};

}  // namespace runnel
