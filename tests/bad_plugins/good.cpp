// SPDX-License-Identifier: Apache-2.0
#include "plain_format.h"

#ifndef GOOD_NAME
#define GOOD_NAME "good"
#endif
#ifndef GOOD_VERSION
#define GOOD_VERSION "1.0.0"
#endif

namespace {

constexpr runnel::Option kOptions[] = {
    {"upperCase", "boolean", "true", "Write digits above 9 in upper case.", false, false},
    {"separator", "choice none|dash|colon", "none", "What stands between bytes.", false, false}};

}  // namespace

RUNNEL_PLUGIN(Format, GOOD_NAME, GOOD_VERSION,
              {.summary = "Payload in hexadecimal digits.",
               .options = kOptions,
               .optionCount = std::size(kOptions),
               .format = &runnel::createPlain});
