// SPDX-License-Identifier: Apache-2.0
#include "plain_format.h"

#ifndef OPTION_TYPE
#define OPTION_TYPE "integer 1..5"
#endif
#ifndef OPTION_DEFAULT
#define OPTION_DEFAULT "1"
#endif

namespace {

constexpr runnel::Option kOptions[] = {
    {"count", OPTION_TYPE, OPTION_DEFAULT, "How many.", false, false},
#ifdef OPTION_TWICE
    {"count", OPTION_TYPE, OPTION_DEFAULT, "How many, again.", false, false},
#endif
};

}  // namespace

RUNNEL_PLUGIN(Format, "bad_options", "1.0.0",
              {.summary = "A wrong option table.",
               .options = kOptions,
               .optionCount = std::size(kOptions),
               .format = &runnel::createPlain});
