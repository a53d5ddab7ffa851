// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// How the child gives up what it does not need. Each function ends the process with a sentence on
/// stderr if it fails: a child that cannot be confined does not run scripts. In this order.
/// Thread safety: before there are other threads, but for forbidSystemCalls.
namespace runnel::javascript {

/// As root: leaves the machine's network and mounts, and becomes nobody.
void becomeNobody();

/// No new privileges, no debugger; the kernel kills the child when the broker's thread that made
/// it has ended.
void dieWithParent();

/// The address space may grow by so many bytes from what it is now.
void limitMemory(std::size_t more);

/// Closes every file descriptor but 0..last and limits what processes, core dumps and files may
/// take.
void closeDoors(int last);

/// From here on only reading, writing, memory without execute permission, time and ending; any
/// other system call kills the process (opening a file fails with EACCES instead, since libraries
/// try that for time zones and the like, and go on without). Holds for all threads.
void forbidSystemCalls();

}  // namespace runnel::javascript
