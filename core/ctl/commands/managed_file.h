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
    std::string deviceTemplate;  ///< of an application's devices that name none
    std::vector<Object::Ptr> devices;
    std::vector<ManagedStream> streams;
};

/// Everything that the files say. A device template is what PUT takes, name and version included.
struct Managed {
    std::vector<Object::Ptr> templates;
    std::vector<ManagedFile> homes;
};

/// Files as in /etc/runnel: `path` is one file, a directory (with applications/, gateways/ and
/// templates/ in it, or one of these), or "-" for `in`. A document's EUI is its key `application`
/// or `gateway`, else the file's name; one in templates/, or with a key `deviceTemplate`, which is
/// its name then, is a device template. Several documents in one file are parted by "---". Nothing
/// is asked of the broker. Throws Failure(WrongUse) with every complaint, each with file, line and
/// column.
Managed readManaged(const std::string& path, std::istream& in);

}  // namespace runnel::ctl
