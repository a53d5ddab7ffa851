// SPDX-License-Identifier: Apache-2.0
#include "loader/elf_stamp.h"

#include <link.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <optional>

namespace runnel {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);
using File = std::span<const std::uint8_t>;

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#elif defined(__i386__)
constexpr std::uint16_t kMachine = EM_386;
#elif defined(__arm__)
constexpr std::uint16_t kMachine = EM_ARM;
#elif defined(__riscv)
constexpr std::uint16_t kMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t kMachine = EM_PPC64;
#elif defined(__s390x__)
constexpr std::uint16_t kMachine = EM_S390;
#else
#error "add this machine's ELF number"
#endif

constexpr int kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr int kByteOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
constexpr const char* kRebuild = "; build it against the SDK of this runnel";
constexpr const char* kCopyAgain = "; the file was not copied completely, copy it again";

Error refusal(std::string reason) {
    return {"", std::move(reason)};
}

/// The T at `offset`, or nullopt if it does not lie inside the file.
template <class T>
std::optional<T> at(File file, std::uint64_t offset) {
    if (offset > file.size() || file.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, file.data() + offset, sizeof(T));
    return value;
}

bool isInside(File file, std::uint64_t offset, std::uint64_t size) {
    return offset <= file.size() && size <= file.size() - offset;
}

std::string machineName(std::uint16_t machine) {
    static const std::map<std::uint16_t, const char*> kNames{
        {EM_X86_64, "x86-64"}, {EM_AARCH64, "AArch64"}, {EM_386, "i386"},  {EM_ARM, "ARM"},
        {EM_RISCV, "RISC-V"},  {EM_PPC64, "PowerPC64"}, {EM_S390, "S/390"}};
    const auto found = kNames.find(machine);
    return found != kNames.end() ? found->second : "ELF machine " + std::to_string(machine);
}

Status checkIdentity(File file) {
    if (file.empty()) return refusal(std::string("is empty") + kCopyAgain);
    if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) {
        return refusal("is not an ELF file: expected a shared library; remove it from here");
    }
    if (file.size() < sizeof(Header)) {
        return refusal("ends within the ELF header, after " + std::to_string(file.size()) +
                       " bytes" + kCopyAgain);
    }
    if (file[EI_CLASS] != kClass) {
        return refusal(std::string("is not a ") + (kClass == ELFCLASS64 ? "64" : "32") +
                       "-bit ELF file, as this program is; build it for this machine");
    }
    if (file[EI_DATA] != kByteOrder) {
        return refusal("has the other byte order than this program; build it for this machine");
    }
    return Done{};
}

Status checkHeader(const Header& header) {
    if (header.e_machine != kMachine) {
        return refusal("is built for " + machineName(header.e_machine) + ", expected " +
                       machineName(kMachine) + "; build it for this machine");
    }
    if (header.e_type != ET_DYN) {
        return refusal("is ELF type " + std::to_string(header.e_type) +
                       ", expected 3, a shared library; link it with add_runnel_plugin");
    }
    return Done{};
}

Status checkSegments(File file, const Header& header) {
    if (header.e_phnum == 0 || header.e_phentsize != sizeof(Segment)) {
        return refusal("has no usable program headers" + std::string(kRebuild));
    }
    for (std::uint32_t i = 0; i < header.e_phnum; ++i) {
        const auto segment = at<Segment>(file, header.e_phoff + std::uint64_t{i} * sizeof(Segment));
        if (!segment) {
            return refusal("ends within the program headers, after " + std::to_string(file.size()) +
                           " bytes" + kCopyAgain);
        }
        if (!isInside(file, segment->p_offset, segment->p_filesz)) {
            return refusal("ends within segment " + std::to_string(i) + ": found " +
                           std::to_string(file.size()) + " bytes, expected at least " +
                           std::to_string(segment->p_offset + segment->p_filesz) + kCopyAgain);
        }
    }
    return Done{};
}

/// The bytes of the section called `name`; an empty span if there is none.
Result<File> findSection(File file, const Header& header, std::string_view name) {
    const std::uint64_t tableSize = std::uint64_t{header.e_shnum} * sizeof(Section);
    if (header.e_shnum == 0 || header.e_shentsize != sizeof(Section) ||
        header.e_shstrndx >= header.e_shnum) {
        return refusal(
            "has no section table, so its stamp cannot be found; strip it with "
            "\"strip --strip-unneeded\" at most");
    }
    if (!isInside(file, header.e_shoff, tableSize)) {
        return refusal("ends within the section table: found " + std::to_string(file.size()) +
                       " bytes, expected at least " + std::to_string(header.e_shoff + tableSize) +
                       kCopyAgain);
    }
    const auto section = [&](std::uint32_t index) {
        return *at<Section>(file, header.e_shoff + std::uint64_t{index} * sizeof(Section));
    };
    const Section names = section(header.e_shstrndx);
    if (!isInside(file, names.sh_offset, names.sh_size)) {
        return refusal("ends within its section names" + std::string(kCopyAgain));
    }
    const std::string_view texts(reinterpret_cast<const char*>(file.data() + names.sh_offset),
                                 names.sh_size);
    for (std::uint32_t i = 0; i < header.e_shnum; ++i) {
        const Section found = section(i);
        if (found.sh_name >= texts.size()) continue;
        const std::string_view rest = texts.substr(found.sh_name);
        if (rest.substr(0, rest.find('\0')) != name) continue;
        if (found.sh_type == SHT_NOBITS || !isInside(file, found.sh_offset, found.sh_size)) break;
        return file.subspan(found.sh_offset, found.sh_size);
    }
    return File{};
}

/// What differs between two sets of Layout flags, in words.
std::string layoutDifference(std::uint32_t found) {
    static const std::pair<Layout, const char*> kFlags[] = {
        {LayoutCxx11Abi, "_GLIBCXX_USE_CXX11_ABI"},
        {LayoutLibstdcxx, "libstdc++"},
        {LayoutDebugContainers, "_GLIBCXX_DEBUG"},
        {LayoutAddressSanitizer, "AddressSanitizer"},
        {LayoutThreadSanitizer, "ThreadSanitizer"}};
    std::string words;
    for (const auto& [flag, name] : kFlags) {
        if ((found & flag) == (layout() & flag)) continue;
        if (!words.empty()) words += ", ";
        words += std::string((found & flag) != 0 ? "with " : "without ") + name;
    }
    return words.empty() ? "with unknown layout flags " + std::to_string(found) : words;
}

Status checkAbi(const Stamp& stamp) {
    if (std::string_view(stamp.magic, sizeof stamp.magic) != kStampMagic) {
        return refusal("has a .runnel_stamp that does not begin with RUNNEL" +
                       std::string(kRebuild));
    }
    const std::string version =
        std::to_string(stamp.abiMajor) + "." + std::to_string(stamp.abiMinor);
    const std::string expected = std::to_string(kAbiMajor) + "." + std::to_string(kAbiMinor);
    if (stamp.abiMajor < kAbiMajor) {
        return refusal("is built for the older plugin interface " + version + ", expected " +
                       expected + kRebuild);
    }
    if (stamp.abiMajor > kAbiMajor || stamp.abiMinor > kAbiMinor) {
        return refusal("is built for the newer plugin interface " + version + ", expected " +
                       expected + " at most; upgrade runnel or build it against this SDK");
    }
    if (stamp.size != sizeof(Stamp)) {
        return refusal("has a stamp of " + std::to_string(stamp.size) + " bytes, expected " +
                       std::to_string(sizeof(Stamp)) + kRebuild);
    }
    if (stamp.layout != layout()) {
        return refusal("is built " + layoutDifference(stamp.layout) +
                       ", unlike this program; build it with the same settings");
    }
    return Done{};
}

/// The text of a zero-terminated array, or nullopt if it is empty or not terminated.
template <std::size_t N>
std::optional<std::string> textOf(const char (&array)[N]) {
    const char* end = std::find(array, array + N, '\0');
    if (end == array || end == array + N) return std::nullopt;
    return std::string(array, end);
}

bool isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

Result<PluginStamp> identify(const Stamp& stamp) {
    const auto number = static_cast<std::uint16_t>(stamp.kind);
    if (number < 1 || number > 4) {
        return refusal("is of plugin kind " + std::to_string(number) +
                       ", expected 1 protocol, 2 format, 3 codec or 4 network" + kRebuild);
    }
    const auto name = textOf(stamp.name);
    if (!name || !std::all_of(name->begin(), name->end(), isNameCharacter)) {
        return refusal(
            "has a bad plugin name: expected 1 to 31 of a-z, 0-9 and _; correct RUNNEL_PLUGIN");
    }
    const auto version = textOf(stamp.version);
    if (!version || !std::all_of(version->begin(), version->end(),
                                 [](char c) { return c > ' ' && c < '\x7f'; })) {
        return refusal(
            "has a bad version: expected 1 to 23 printable characters; correct RUNNEL_PLUGIN");
    }
    return PluginStamp{stamp.kind, *name, *version};
}

}  // namespace

Result<PluginStamp> readStamp(std::span<const std::uint8_t> file) {
    if (const Status status = checkIdentity(file); !status) return status.error();
    const Header header = *at<Header>(file, 0);
    if (const Status status = checkHeader(header); !status) return status.error();
    if (const Status status = checkSegments(file, header); !status) return status.error();
    const Result<File> section = findSection(file, header, ".runnel_stamp");
    if (!section) return section.error();
    if (section->empty()) {
        return refusal(
            "is a shared library without section .runnel_stamp, so not a plugin of runnel; "
            "remove it from here");
    }
    const auto stamp = at<Stamp>(*section, 0);
    if (!stamp) {
        return refusal("has a stamp of " + std::to_string(section->size()) + " bytes, expected " +
                       std::to_string(sizeof(Stamp)) + kRebuild);
    }
    if (const Status status = checkAbi(*stamp); !status) return status.error();
    return identify(*stamp);
}

std::string_view text(PluginKind kind) {
    switch (kind) {
        case PluginKind::Protocol:
            return "protocol";
        case PluginKind::Format:
            return "format";
        case PluginKind::Codec:
            return "codec";
        case PluginKind::Network:
            return "network";
    }
    return "unknown";
}

}  // namespace runnel
