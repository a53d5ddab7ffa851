// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "attempt.h"
#include "samples.h"

namespace runnel {
namespace {

std::size_t lengthAfterLead(unsigned char lead) {
    if (lead < 0x80) return 1;
    if ((lead & 0xE0U) == 0xC0) return 2;
    if ((lead & 0xF0U) == 0xE0) return 3;
    return (lead & 0xF8U) == 0xF0 ? 4 : 0;
}

/// Bytes of the character that `text` starts with, 0 if they are none (RFC 3629: nothing overlong,
/// no surrogates, at most U+10FFFF).
std::size_t characterLength(std::string_view text) {
    constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lengthAfterLead(lead);
    if (length <= 1 || length > text.size()) return length == 1 ? 1 : 0;
    std::uint32_t code = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80) return 0;
        code = code << 6 | (byte & 0x3FU);
    }
    const bool isSurrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < kLeast.at(length) || code > 0x10FFFF || isSurrogate ? 0 : length;
}

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

/// What a format answers, as one comparable text; nullopt after an exception.
using Answer = std::optional<std::string>;

void checkText(const Format& format, std::string_view document, const std::string& what,
               Complaints& complaints) {
    if (format.isText() && !isUtf8(document)) {
        complain(complaints, what + " becomes a text document that is not UTF-8");
    }
}

Answer encodeOne(const Format& format, const EncodeSample& sample, Complaints& complaints) {
    Answer answer;
    attempt(complaints, "encode() of " + sample.name, [&] {
        const Result<std::string> document = format.encode(sample.input());
        if (document) {
            checkText(format, *document, sample.name, complaints);
            answer = *document;
        } else {
            if (document.error().reason.empty()) {
                complain(complaints, "encode() of " + sample.name + " fails without a reason");
            }
            answer = "error: " + document.error().field + " " + document.error().reason;
        }
    });
    return answer;
}

struct RequestCheck {
    const std::string& what;
    Complaints& complaints;

    std::string operator()(const Downlink& downlink) const {
        const bool isCodecs = downlink.fields && downlink.port == 0;
        if (!isCodecs && (downlink.port < 1 || downlink.port > 223)) {
            complain(complaints, what + " becomes a downlink with a port outside 1 to 223");
        }
        if (downlink.payload.size() > 242) {
            complain(complaints, what + " becomes a downlink of more than 242 bytes");
        }
        if (downlink.id.size() > 64) {
            complain(complaints, what + " becomes a downlink with an id of over 64 characters");
        }
        std::string answer = "downlink " + downlink.id + " " + text(downlink.device);
        appendHex(answer, downlink.payload.data(), downlink.payload.size());
        return answer;
    }
    std::string operator()(const Acknowledge& acknowledge) const {
        return "acknowledge " + std::to_string(acknowledge.upTo);
    }
    std::string operator()(const Receipt& receipt) const {
        if (!receipt.rejected) {
            complain(complaints,
                     what + " becomes a receipt that accepts, which is the core's part");
            return "accepted";
        }
        if (receipt.rejected->reason.empty()) {
            complain(complaints, what + " is rejected without a reason");
        }
        return "rejected " + receipt.id + receipt.rejected->field + receipt.rejected->reason;
    }
};

Answer decodeOne(const Format& format, const HostileDocument& hostile, Complaints& complaints) {
    Answer answer;
    attempt(complaints, "decode() of " + hostile.name, [&] {
        const std::vector<Request> requests = format.decode({hostile.document, std::nullopt});
        if (requests.empty()) complain(complaints, hostile.name + " is decoded to nothing");
        std::string all;
        for (const Request& request : requests) {
            all += std::visit(RequestCheck{hostile.name, complaints}, request) + "\n";
        }
        answer = std::move(all);
    });
    return answer;
}

struct Samples {
    std::vector<EncodeSample> encode = encodeSamples();
    std::vector<HostileDocument> decode = hostileDocuments();
};

struct Round {
    std::vector<Answer> answers;
    Complaints complaints;
};

Round runAll(const Format& format, const Samples& samples) {
    Round round;
    for (const EncodeSample& sample : samples.encode) {
        round.answers.push_back(encodeOne(format, sample, round.complaints));
    }
    for (const HostileDocument& hostile : samples.decode) {
        round.answers.push_back(decodeOne(format, hostile, round.complaints));
    }
    return round;
}

/// Four threads do the whole round at once; each has to get what one thread got alone.
void checkTogether(const Format& format, const Samples& samples, const Round& alone,
                   Complaints& complaints) {
    std::array<std::future<Round>, 4> rounds;
    for (auto& round : rounds) {
        round = std::async(std::launch::async, [&] { return runAll(format, samples); });
    }
    for (auto& round : rounds) {
        if (round.get().answers != alone.answers) {
            complain(complaints, "four threads at once get other answers than one alone");
        }
    }
}

void checkNotices(const Format& format, Complaints& complaints) {
    const std::array receipts{
        Receipt{"order 17", Eui{0x0080E1150529E258}, std::nullopt},
        Receipt{"", std::nullopt, Error{"", "must be JSON, found \"\xFF\""}},
        Receipt{"\xC3", Eui{0}, Error{"Po\"rt", "must be 1 to 223, found 0"}},
    };
    for (const Receipt& receipt : receipts) {
        attempt(complaints, "encode() of a receipt", [&] {
            const std::string document = format.encode(receipt);
            if (document.empty()) complain(complaints, "a receipt becomes an empty document");
            checkText(format, document, "a receipt", complaints);
        });
    }
    attempt(complaints, "encode() of a gap", [&] {
        const std::string document = format.encode(Gap{1, 2, 2, "retention \xFF"});
        if (document.empty()) complain(complaints, "a gap becomes an empty document");
        checkText(format, document, "a gap", complaints);
    });
}

}  // namespace

Complaints checkFormat(const Format& format) {
    const Samples samples;
    Complaints complaints;
    attempt(complaints, "contentType()", [&] {
        if (format.contentType().find('/') == std::string_view::npos) {
            complain(complaints, "contentType() is no media type");
        }
    });
    checkNotices(format, complaints);
    const Round first = runAll(format, samples);
    for (const std::string& sentence : first.complaints) complain(complaints, sentence);
    if (runAll(format, samples).answers != first.answers) {
        complain(complaints, "the same input gets another answer the second time");
    }
    checkTogether(format, samples, first, complaints);
    return complaints;
}

}  // namespace runnel
