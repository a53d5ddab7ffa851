// SPDX-License-Identifier: Apache-2.0
#include "child/lockdown.h"

#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace runnel::javascript {
namespace {

constexpr uid_t kNobody = 65534;
constexpr rlim_t kMaxComplaint = 16 * 1024;  // what stderr, a file in memory, may grow to

[[noreturn]] void fail(const char* what, int reason) {
    std::fprintf(stderr, "cannot %s: %s\n", what, std::strerror(reason));
    std::_Exit(1);
}

void require(int result, const char* what) {
    if (result != 0) fail(what, errno);
}

void limit(__rlimit_resource resource, rlim_t value, const char* what) {
    const rlimit both{value, value};
    require(setrlimit(resource, &both), what);
}

/// seccomp functions return -errno.
void allow(scmp_filter_ctx filter, std::initializer_list<int> calls) {
    for (const int call : calls) {
        const int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
        if (result != 0) fail("allow a system call", -result);
    }
}

/// Memory may be had and changed, but never become code.
void allowData(scmp_filter_ctx filter, int call) {
    const scmp_arg_cmp noCode{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};  // the third argument
    const int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, noCode);
    if (result != 0) fail("allow memory", -result);
}

}  // namespace

void closeDoors(int last) {
    require(close_range(static_cast<unsigned>(last) + 1, ~0U, 0), "close files");
    limit(RLIMIT_CORE, 0, "forbid core dumps");
    limit(RLIMIT_FSIZE, kMaxComplaint, "limit files");
    limit(RLIMIT_NOFILE, 0, "forbid files");
}

void becomeNobody() {
    if (geteuid() != 0) return;
    // A container may forbid namespaces even to root; the filter forbids sockets and files anyway.
    (void)unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS);
    require(setgroups(0, nullptr), "leave root's groups");
    require(setresgid(kNobody, kNobody, kNobody), "become group nobody");
    require(setresuid(kNobody, kNobody, kNobody), "become user nobody");
}

void dieWithParent() {
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "give up new privileges");
    require(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "hide from debuggers");
    require(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "end with the broker");
}

void limitMemory(std::size_t more) {
    std::size_t pages = 0;
    FILE* file = std::fopen("/proc/self/statm", "r");
    if (file != nullptr) {
        std::array<char, 64> line{};
        if (std::fgets(line.data(), line.size(), file) != nullptr) {
            pages = std::strtoull(line.data(), nullptr, 10);
        }
        (void)std::fclose(file);
    }
    if (pages == 0) fail("read /proc/self/statm", errno);
    limit(RLIMIT_AS, pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + more,
          "limit memory");
}

void forbidSystemCalls() {
    limit(RLIMIT_NPROC, 0, "forbid processes");
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == nullptr) fail("make a filter of system calls", ENOMEM);
    int result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (result != 0) fail("filter the system calls of all threads", -result);
    allow(filter, {SCMP_SYS(read),
                   SCMP_SYS(write),
                   SCMP_SYS(recvfrom),
                   SCMP_SYS(sendto),
                   SCMP_SYS(futex),
                   SCMP_SYS(munmap),
                   SCMP_SYS(mremap),
                   SCMP_SYS(madvise),
                   SCMP_SYS(brk),
                   SCMP_SYS(clock_gettime),
                   SCMP_SYS(clock_nanosleep),
                   SCMP_SYS(clock_getres),
                   SCMP_SYS(gettimeofday),
                   SCMP_SYS(getrusage),
                   SCMP_SYS(sched_getaffinity),
                   SCMP_SYS(getrandom),
                   SCMP_SYS(sched_yield),
                   SCMP_SYS(getpid),
                   SCMP_SYS(gettid),
                   SCMP_SYS(rt_sigreturn),
                   SCMP_SYS(rt_sigprocmask),
                   SCMP_SYS(tgkill),
                   SCMP_SYS(exit),
                   SCMP_SYS(exit_group),
                   SCMP_SYS(restart_syscall)});
    allowData(filter, SCMP_SYS(mmap));
    allowData(filter, SCMP_SYS(mprotect));
    for (const int call : {SCMP_SYS(open), SCMP_SYS(openat)}) {
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), call, 0);
        if (result != 0) fail("refuse files", -result);
    }
    result = seccomp_load(filter);
    if (result != 0) fail("load the filter of system calls", -result);
    seccomp_release(filter);
}

}  // namespace runnel::javascript
