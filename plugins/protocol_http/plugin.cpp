// SPDX-License-Identifier: Apache-2.0
#include "runnel/plugin.h"

#include <array>
#include <memory>

#include "http_protocol.h"
#include "settings.h"

namespace {

using runnel::Option;

constexpr std::array kOptions{
    Option{.name = "url",
           .type = "text",
           .fallback = nullptr,
           .help = "Where documents go: https://HOST/PATH. {AppEUI}, {DeviceEUI}, {DeviceName}, "
                   "{GatewayEUI}, {Port}, {event} and {stream} are filled in behind the host.",
           .isRequired = true,
           .isSecret = false},
    Option{.name = "method",
           .type = "choice POST|PUT",
           .fallback = "POST",
           .help = "Of the requests.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "headers",
           .type = "map",
           .fallback = "{}",
           .help = "More headers; filled in like url.",
           .isRequired = false,
           .isSecret = true},
    Option{.name = "bearer",
           .type = "text",
           .fallback = nullptr,
           .help = "Sent as Authorization: Bearer.",
           .isRequired = false,
           .isSecret = true},
    Option{.name = "user",
           .type = "text",
           .fallback = nullptr,
           .help = "User name for basic authentication.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "password",
           .type = "text",
           .fallback = nullptr,
           .help = "Password for basic authentication.",
           .isRequired = false,
           .isSecret = true},
    Option{.name = "signingSecret",
           .type = "text",
           .fallback = nullptr,
           .help = "Signs requests by the Standard Webhooks convention: whsec_ and 24 to 64 bytes "
                   "in base64.",
           .isRequired = false,
           .isSecret = true},
    Option{.name = "batch",
           .type = "integer 1..1000",
           .fallback = "1",
           .help = "Documents in one request, at most; above 1 the body is what batchAs says, "
                   "also for one document.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "batchAs",
           .type = "choice array|lines",
           .fallback = "array",
           .help = "array: a JSON array; lines: a document per line (NDJSON).",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "gzip",
           .type = "boolean",
           .fallback = "false",
           .help = "Compress bodies.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "parallel",
           .type = "integer 1..64",
           .fallback = "8",
           .help = "Requests on their way at once; those of one device follow each other.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "timeout",
           .type = "integer 1..300",
           .fallback = "30",
           .help = "Seconds for a request and its answer.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "downlinks",
           .type = "boolean",
           .fallback = "false",
           .help = "What is answered with 2xx is a document with downlinks, unless it is empty.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "receiptUrl",
           .type = "text",
           .fallback = nullptr,
           .help = "Where receipts for such downlinks are posted.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "ca",
           .type = "text",
           .fallback = nullptr,
           .help = "PEM file of the authorities that the server's certificate must come from; the "
                   "default is the system's.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "certificate",
           .type = "text",
           .fallback = nullptr,
           .help = "PEM file of a client certificate.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "key",
           .type = "text",
           .fallback = nullptr,
           .help = "PEM file of the client certificate's key.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "tlsVerify",
           .type = "boolean",
           .fallback = "true",
           .help = "Check the server's certificate.",
           .isRequired = false,
           .isSecret = false},
};

constexpr std::array kSettings{
    Option{.name = "threads",
           .type = "integer 1..64",
           .fallback = "1",
           .help = "Event loops that share the streams.",
           .isRequired = false,
           .isSecret = false},
    Option{.name = "privateAddresses",
           .type = "boolean",
           .fallback = "false",
           .help = "Streams may post to loopback, link-local and private addresses.",
           .isRequired = false,
           .isSecret = false},
};

runnel::Result<std::unique_ptr<runnel::Protocol>> create(runnel::Host& host,
                                                         runnel::ProtocolHost& core,
                                                         const runnel::Fields& settings) {
    return std::unique_ptr<runnel::Protocol>(std::make_unique<runnel::http::HttpProtocol>(
        host, core, runnel::http::readSettings(settings)));
}

}  // namespace

RUNNEL_PLUGIN(Protocol, "http", "0.1.0",
              {.summary = "Web hooks: documents are posted to a server of yours.",
               .options = kOptions.data(),
               .optionCount = kOptions.size(),
               .settings = kSettings.data(),
               .settingCount = kSettings.size(),
               .protocol = &create});
