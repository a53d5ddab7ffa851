// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "child_process.h"

// The program file, as it is, in the read-only part of the plugin.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    ".hidden runnelChildBegin\n"
    ".hidden runnelChildEnd\n"
    ".globl runnelChildBegin\n"
    ".globl runnelChildEnd\n"
    "runnelChildBegin:\n"
    ".incbin \"" RUNNEL_CHILD
    "\"\n"
    "runnelChildEnd:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const std::uint8_t runnelChildBegin[];
extern const std::uint8_t runnelChildEnd[];
}

namespace runnel::javascript {

std::span<const std::uint8_t> childImage() {
    return {runnelChildBegin, runnelChildEnd};
}

}  // namespace runnel::javascript
