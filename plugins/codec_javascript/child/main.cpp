// SPDX-License-Identifier: Apache-2.0
/// runnel-codec-javascript: the process that runs templates' scripts. The broker starts it with a
/// socket as descriptor 3 and a page of shared memory as 4; it is of no use by itself.
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "child/lockdown.h"
#include "child/server.h"

namespace {

constexpr int kSocket = 3;
constexpr int kPage = 4;
constexpr std::size_t kMemory = 256U * 1024 * 1024;  // beyond libraries and a warm engine

}  // namespace

int main() {
    using namespace runnel::javascript;
    void* page = mmap(nullptr, sizeof(Begun), PROT_READ | PROT_WRITE, MAP_SHARED, kPage, 0);
    if (page == MAP_FAILED) {
        std::fputs("this is a part of runneld, which starts it by itself\n", stderr);
        return 2;
    }
    prctl(PR_SET_NAME, "runnel-codec", 0, 0, 0);
    // Scripts see UTC, and nothing has to look for time zones.
    setenv("TZ", "UTC0", 1);
    becomeNobody();
    dieWithParent();
    Engine engine;
    engine.warmUp();
    limitMemory(kMemory);
    close(kPage);
    closeDoors(kSocket);
    forbidSystemCalls();
    Server{engine, kSocket, *static_cast<Begun*>(page)}.serve();
    // The engine's threads and memory go with the process; nothing of it is worth a proper end.
    _exit(0);
}
