// SPDX-License-Identifier: Apache-2.0
// A good plugin but for what the build defines: a false stamp, descriptor or factory.
#include <stdexcept>

#include "plain_format.h"

#ifndef STAMP_MAGIC
#define STAMP_MAGIC 'R'
#endif
#ifndef STAMP_SIZE
#define STAMP_SIZE sizeof(runnel::Stamp)
#endif
#ifndef STAMP_MAJOR
#define STAMP_MAJOR runnel::kAbiMajor
#endif
#ifndef STAMP_MINOR
#define STAMP_MINOR runnel::kAbiMinor
#endif
#ifndef STAMP_KIND
#define STAMP_KIND runnel::PluginKind::Format
#endif
#ifndef STAMP_LAYOUT
#define STAMP_LAYOUT runnel::layout()
#endif
#ifndef STAMP_NAME
#define STAMP_NAME "bad"
#endif
#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof(runnel::Plugin)
#endif

extern const runnel::Stamp runnel_stamp;
__attribute__((section(".runnel_stamp"), used))
const runnel::Stamp runnel_stamp{{STAMP_MAGIC, 'U', 'N', 'N', 'E', 'L', '\x01', '\0'},
                                 STAMP_SIZE,
                                 STAMP_MAJOR,
                                 STAMP_MINOR,
                                 runnel::PluginKind{STAMP_KIND},
                                 STAMP_LAYOUT,
                                 STAMP_NAME,
                                 "1.0.0"};

namespace runnel {

Result<std::unique_ptr<Format>> create(Host& host, const Fields& options) {
#if defined(FACTORY_THROWS)
    throw std::runtime_error("no such table");
#elif defined(FACTORY_REFUSES)
    return Error{"template", "must name a template, found none"};
#endif
    return createPlain(host, options);
}

}  // namespace runnel

#ifndef WITHOUT_SYMBOL
extern "C" __attribute__((visibility("default"))) const runnel::Plugin runnel_plugin;
const runnel::Plugin runnel_plugin{
    .size = PLUGIN_SIZE,
    .summary = "A format with a mistake.",
#ifndef WITHOUT_FACTORY
    .format = &runnel::create,
#endif
};
#endif
