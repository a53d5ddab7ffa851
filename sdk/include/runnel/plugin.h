// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "runnel/codec.h"
#include "runnel/format.h"
#include "runnel/network.h"
#include "runnel/protocol.h"

/// How a plugin file presents itself. The broker reads the Stamp out of the file before it runs any
/// of its code, then loads the file and reads the exported Plugin. Lifetime: code is never
/// unmapped; every object a plugin made is destroyed before main returns. Objects cross as values,
/// unique_ptr (to the core) or shared_ptr. Exceptions are caught at the border and become an error
/// that names the plugin; do not use them for what is expected.
namespace runnel {

/// Raised when a struct or a virtual of the SDK changes (major), or when a …Host class gains a
/// method at its END (minor). A plugin is accepted if its major is the broker's and its minor at
/// most that.
inline constexpr std::uint16_t kAbiMajor = 1;
inline constexpr std::uint16_t kAbiMinor = 0;

enum class PluginKind : std::uint16_t { Protocol = 1, Format, Codec, Network };

/// Compiler settings that change the layout of standard types; broker and plugin must agree. The
/// compiler's version does not matter: gcc and clang mix.
enum Layout : std::uint32_t {
    LayoutCxx11Abi = 1,
    LayoutLibstdcxx = 2,
    LayoutDebugContainers = 4,
    LayoutAddressSanitizer = 8,
    LayoutThreadSanitizer = 16
};
constexpr std::uint32_t layout() {
    std::uint32_t flags = 0;
#if defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
    flags |= LayoutCxx11Abi;
#endif
#if defined(__GLIBCXX__)
    flags |= LayoutLibstdcxx;
#endif
#if defined(_GLIBCXX_DEBUG)
    flags |= LayoutDebugContainers;
#endif
#if defined(__SANITIZE_ADDRESS__)
    flags |= LayoutAddressSanitizer;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    flags |= LayoutAddressSanitizer;
#endif
#endif
#if defined(__SANITIZE_THREAD__)
    flags |= LayoutThreadSanitizer;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
    flags |= LayoutThreadSanitizer;
#endif
#endif
    return flags;
}

/// Plain bytes in the ELF section ".runnel_stamp", without relocations, native byte order.
struct Stamp {
    char magic[8];       ///< kStampMagic
    std::uint16_t size;  ///< sizeof(Stamp)
    std::uint16_t abiMajor;
    std::uint16_t abiMinor;
    PluginKind kind;
    std::uint32_t layout;  ///< layout()
    char name[32];         ///< [a-z0-9_]+, zero-terminated
    char version[24];      ///< for people, zero-terminated
};
inline constexpr std::string_view kStampMagic{"RUNNEL\x01\0", 8};
static_assert(sizeof(Stamp) == 76 && std::is_trivially_copyable_v<Stamp>);

/// One option, as the broker validates it, the console draws it and `--describe-plugin` prints it.
/// `type` is one of: "text", "boolean", "integer", "integer 1..65535", "number", "number 0..1.5",
/// "choice a|b|c", "list" (of texts), "map" (text to text), "tree" (any list or mapping, without
/// fallback). Arrives as std::string, bool, std::int64_t, double, std::string, List, Fields, List
/// or Fields; an option without value and without fallback does not arrive.
struct Option {
    const char* name;
    const char* type;
    const char* fallback;  ///< the default, written as in a configuration file; nullptr: none
    const char* help;      ///< one sentence
    bool isRequired;
    bool isSecret;  ///< never printed or logged
};

enum class Level : std::uint8_t { Debug, Info, Warning, Error };

struct Tls {                     ///< Certificate and key of the broker's TLS listeners, PEM.
    std::uint64_t generation{};  ///< rises when the files were replaced
    std::string certificatePem;  ///< leaf first, chain behind it
    std::string keyPem;
    std::string clientCaPem;  ///< "": client certificates are not asked for
};

/// What every plugin may call; outlives the plugin's objects. Thread safety: any thread, does not
/// block.
class Host {
  public:
    /// One line; the broker adds time and plugin name. No secrets, no line breaks needed.
    virtual void log(Level level, std::string_view text) = 0;
    /// The broker's clock; use no other for what is compared or journaled.
    virtual Instant now() const = 0;
    /// State of a part of the plugin ("listener", "api"), shown to people; the newest one counts.
    virtual void health(std::string_view part, Health health, std::string_view text) = 0;
    /// A listening, non-blocking TCP socket for "host:port" ("*" = all, port 0 = any free one). It
    /// belongs to the broker and is the same for every generation of a plugin: never close it.
    virtual Result<int> listener(std::string_view address) = 0;
    /// The current certificate: ask at every accept, compare `generation`.
    virtual std::shared_ptr<const Tls> tls() const = 0;

  protected:
    ~Host() = default;
};

/// The exported object `runnel_plugin`: plain data. Exactly the factory of the stamp's kind is set.
/// `options` are those of one stream (protocol, format), template (codec) or connector (network);
/// `settings` are a protocol's own, from `protocols: {<name>: …}` in runnel.yaml.
struct Plugin {
    std::uint32_t size = sizeof(Plugin);
    const char* summary = "";  ///< one sentence
    const Option* options = nullptr;
    std::size_t optionCount = 0;
    const Option* settings = nullptr;
    std::size_t settingCount = 0;
    const char* address = nullptr;  ///< for people: "wss://{host}:{port}/?token={token}"
    Result<std::unique_ptr<Protocol>> (*protocol)(Host&, ProtocolHost&,
                                                  const Fields& settings) = nullptr;
    Result<std::unique_ptr<Format>> (*format)(Host&, const Fields& options) = nullptr;
    Result<std::unique_ptr<Codec>> (*codec)(Host&, CodecHost&) = nullptr;
    Result<std::unique_ptr<Network>> (*network)(Host&, NetworkHost&,
                                                const Fields& options) = nullptr;
};

}  // namespace runnel

/// Once per plugin, at namespace scope of its plugin.cpp:
///     RUNNEL_PLUGIN(Format, "hello", "1.0.0", {.summary = "…", .format = &createHello});
/// Defines the stamp and the one exported symbol.
#define RUNNEL_PLUGIN(KIND, NAME, VERSION, ...)                                             \
    extern const ::runnel::Stamp runnel_stamp;                                              \
    __attribute__((section(".runnel_stamp"), used))                                         \
    const ::runnel::Stamp runnel_stamp{{'R', 'U', 'N', 'N', 'E', 'L', '\x01', '\0'},        \
                                       sizeof(::runnel::Stamp),                             \
                                       ::runnel::kAbiMajor,                                 \
                                       ::runnel::kAbiMinor,                                 \
                                       ::runnel::PluginKind::KIND,                          \
                                       ::runnel::layout(),                                  \
                                       NAME,                                                \
                                       VERSION};                                            \
    extern "C" __attribute__((visibility("default"))) const ::runnel::Plugin runnel_plugin; \
    const ::runnel::Plugin runnel_plugin __VA_ARGS__
