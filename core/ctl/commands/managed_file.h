// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "ctl/json.h"

namespace runnel::ctl {

/// One stream as written: what PUT takes, and its tokens as POST takes them. Thread safety: plain.
struct ManagedStream {
    std::string name;
    Object::Ptr document;
    std::vector<Object::Ptr> tokens;
};

/// What one application or gateway file says.
struct ManagedFile {
    bool isGateway = false;
    std::string eui, name;
    std::vector<Object::Ptr> devices;
    std::vector<ManagedStream> streams;
};

/// Files as in /etc/runnel: `path` is one file, a directory (with applications/ and gateways/ in
/// it, or one of these), or "-" for `in`. A document's EUI is its key `application` or `gateway`,
/// else the file's name. Several documents in one file are parted by "---". Nothing is asked of the
/// broker. Throws Failure(WrongUse) with every complaint, each with file, line and column.
std::vector<ManagedFile> readManaged(const std::string& path, std::istream& in);

}  // namespace runnel::ctl
