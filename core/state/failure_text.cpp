// SPDX-License-Identifier: Apache-2.0
#include "state/failure_text.h"

namespace runnel {

namespace {

const char* remedy(const sqlite::Failure& failure) {
    if (failure.isDamage()) return "restart the broker: it moves a damaged file aside";
    switch (failure.code() & 0xFF) {
        case SQLITE_FULL:
            return "make room on its disk";
        case SQLITE_IOERR:
            return "check that its disk is in order, has room and allows files of this size";
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return "check that its directory exists and that the broker's user may write there";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "end the other program that keeps the file locked";
        default:
            return "check the file and its disk";
    }
}

}  // namespace

std::string failureText(const sqlite::Failure& failure) {
    return std::string(failure.what()) + "; " + remedy(failure);
}

}  // namespace runnel
