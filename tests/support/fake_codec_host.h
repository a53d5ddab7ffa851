// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "runnel/codec.h"

namespace runnel::test {

/// Keeps the answers. Thread safety: one thread.
class FakeCodecHost final : public CodecHost {
  public:
    void answer(std::span<CodecAnswer> answers) override {
        answers_.insert(answers_.end(), answers.begin(), answers.end());
    }
    std::vector<CodecAnswer> answers() const { return answers_; }

  private:
    std::vector<CodecAnswer> answers_;
};

}  // namespace runnel::test
