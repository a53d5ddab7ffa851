// SPDX-License-Identifier: Apache-2.0
#include "renderer.h"

#include <cctype>
#include <charconv>
#include <kainjow/mustache.hpp>
#include <utility>

#include "documents/json_text.h"
#include "documents/xml_text.h"
#include "render_context.h"

namespace runnel::templates {
namespace {

using kainjow::mustache::data;

// Around the number of a slot that leaves nothing. For private use, so nobody's text has them.
constexpr std::string_view kMark = "\uE000";
constexpr std::string_view kMarkEnd = "\uE001";

std::size_t numberIn(const std::string& digits) {
    std::size_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

/// How long the mark is with which `text` begins; 0: it does not.
std::size_t markEnd(std::string_view text) {
    if (!text.starts_with(kMark)) return 0;
    const std::size_t end = text.find(kMarkEnd);
    return end == std::string_view::npos ? 0 : end + kMarkEnd.size();
}

/// Mustache's view of a RenderContext: names are numbers of slots, data are texts or, for sections,
/// numbers of items.
class Names final : public kainjow::mustache::basic_context<std::string> {
  public:
    Names(RenderContext& context, const std::vector<Slot>& slots, bool isMarking)
        : context_{context}, slots_{slots}, isMarking_{isMarking} {}

    void push(const data* item) override { context_.enter(numberIn(item->string_value())); }
    void pop() override { context_.leave(); }

    const data* get(const std::string& name) const override {
        const Slot& slot = slots_.at(numberIn(name));
        if (!slot.isSection) {
            std::string text = context_.text(slot);
            if (isMarking_ && text.empty()) {
                text.append(kMark).append(name).append(kMarkEnd);
            }
            variable_ = data{text};
            return &variable_;
        }
        const RenderContext::Items items = context_.items(slot);
        if (items.count == 0) return nullptr;
        data& list = lists_.emplace_back(data::type::list);
        for (std::size_t i = 0; i < items.count; ++i) {
            list.push_back(data{std::to_string(items.first + i)});
        }
        return &list;
    }
    const data* get_partial(const std::string&) const override { return nullptr; }

  private:
    RenderContext& context_;
    const std::vector<Slot>& slots_;
    const bool isMarking_;
    // get() is const for the library, which asks once per tag and reads the answer at once.
    mutable data variable_;
    mutable std::deque<data> lists_;
};

/// Where the library writes to.
class Output final {
  public:
    Output& operator<<(const std::string& part) {
        if (part.size() > kLongestOutput - text_.size()) throw RenderContext::TooMuch{};
        text_ += part;
        return *this;
    }
    std::string take() && { return std::move(text_); }

  private:
    std::string text_;
};

std::string asJson(const std::string& text) {
    std::string out;
    out.reserve(text.size() + 8);
    documents::appendJsonText(out, text);
    return out;
}

std::string asXml(const std::string& text) {
    std::string out;
    documents::appendXmlText(out, text);
    return out;
}

std::string asText(const std::string& text) {
    std::string out;
    documents::appendUtf8(out, text);
    return out;
}

Message sampleMessage() {
    Message message;
    message.position = 4711;
    message.kind = Kind::Uplink;
    message.port = 2;
    message.device = Eui{0x0080E1150529E258};
    message.application = Eui{0x0102030405060708};
    message.frameCounter = 99;
    message.frequencyHz = 868'100'000;
    message.region = "EU868";
    message.dataRate = "SF7BW125";
    message.brokerTime = Instant{std::chrono::milliseconds{1'734'964'219'250}};
    message.payload = {0x09, 0x47};
    message.receptions = {{Eui{0xAABBCCDDEEFF0011}, -39, 11.5F, message.brokerTime},
                          {Eui{0xAABBCCDDEEFF0012}, -101, -8.8F, message.brokerTime}};
    for (std::string* text : {&message.network, &message.networkApplication, &message.networkDevice,
                              &message.deviceName, &message.text, &message.downlinkId}) {
        *text = "sample";
    }
    return message;
}

}  // namespace

class Renderer::Engine final {
  public:
    Engine(CompiledText text, Escape escape)
        : slots_{std::move(text.slots)}, mustache_{text.mustache} {
        constexpr std::array kEscapes{&asText, &asJson, &asXml};
        mustache_.set_custom_escape(kEscapes.at(static_cast<std::size_t>(escape)));
    }

    enum class How : std::uint8_t { Plain, Sample, Marked };

    Result<std::string> render(const EncodeInput& input, How how) const {
        RenderContext context{input, how == How::Sample};
        Names names{context, slots_, how == How::Marked};
        Output output;
        try {
            mustache_.render(names, output);
        } catch (const RenderContext::TooMuch&) {
            return Error{"uplink",
                         "must make documents of at most 262144 bytes, found more: it repeats too "
                         "much, shorten its sections or lists"};
        }
        return std::move(output).take();
    }

    Result<std::string> renderInvented(How how) const {
        const Message message = sampleMessage();
        return render({.message = message, .reception = &message.receptions.front()}, how);
    }

    const Slot* emptyAt(std::size_t offset) const {
        const auto marked = renderInvented(How::Marked);
        if (!marked) return nullptr;
        const Slot* found = nullptr;
        std::string_view rest = *marked;
        for (std::size_t length = 0; !rest.empty();) {  // of the document without marks
            if (const std::size_t end = markEnd(rest); end != 0) {
                found = &slots_.at(numberIn(std::string{rest.substr(kMark.size(), end)}));
                rest.remove_prefix(end);
                continue;
            }
            if (length++ == offset) break;
            // It left nothing somewhere else.
            if (!std::isspace(static_cast<unsigned char>(rest.front()))) found = nullptr;
            rest.remove_prefix(1);
        }
        return found;
    }

  private:
    std::vector<Slot> slots_;
    // The library's render() is not const, but changes nothing without partials and lambdas, of
    // which there are none.
    mutable kainjow::mustache::mustache mustache_;
};

Renderer::Renderer(CompiledText text, Escape escape)
    : engine_{std::make_unique<const Engine>(std::move(text), escape)} {}
Renderer::~Renderer() = default;
Renderer::Renderer(Renderer&&) noexcept = default;

Result<std::string> Renderer::render(const EncodeInput& input) const {
    return engine_->render(input, Engine::How::Plain);
}

Result<std::string> Renderer::renderSample() const {
    return engine_->renderInvented(Engine::How::Sample);
}

Result<std::string> Renderer::renderBare() const {
    return engine_->renderInvented(Engine::How::Plain);
}

const Slot* Renderer::emptyAt(std::size_t offset) const {
    return engine_->emptyAt(offset);
}

}  // namespace runnel::templates
