// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "template_text.h"

namespace runnel::templates {

inline constexpr std::size_t kLongestOutput = 262'144;  ///< bytes of one document

/// How texts are put into the document.
enum class Escape : std::uint8_t { None, Json, Xml };

/// A checked text, ready to be filled. The library behind it (kainjow's Mustache) is seen by
/// renderer.cpp only. Thread safety: const, any number of threads.
class Renderer final {
  public:
    Renderer(CompiledText text, Escape escape);
    ~Renderer();
    Renderer(Renderer&&) noexcept;

    /// The document, or an Error for `uplink` if it would be longer than kLongestOutput or costs
    /// more than that much work.
    Result<std::string> render(const EncodeInput& input) const;
    /// The document of a made-up uplink that two gateways received, with 1 for every member of
    /// Fields, Tags and Details.
    Result<std::string> renderSample() const;
    /// Of the same uplink without Fields, Tags and Details.
    Result<std::string> renderBare() const;
    /// The tag that leaves nothing at `offset` of renderBare's document, or null. Lives as long as
    /// the renderer.
    const Slot* emptyAt(std::size_t offset) const;

  private:
    class Engine;
    std::unique_ptr<const Engine> engine_;
};

}  // namespace runnel::templates
