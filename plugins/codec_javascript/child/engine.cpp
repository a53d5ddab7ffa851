// SPDX-License-Identifier: Apache-2.0
#include "child/engine.h"

#include <js/Initialization.h>
#include <js/Interrupt.h>
#include <js/MemoryCallbacks.h>
#include <js/Promise.h>
#include <js/WasmFeatures.h>
#include <jsapi.h>
#include <jsfriendapi.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>

#include "child/script.h"

namespace runnel::javascript {
namespace {

/// Decoders are plain functions: what a script leaves for later (then, await) is never done, so
/// that it cannot spend the time of another script's call.
class NoJobs final : public JS::JobQueue {
  public:
    JSObject* getIncumbentGlobal(JSContext* context) override {
        return JS::CurrentGlobalOrNull(context);
    }
    bool enqueuePromiseJob(JSContext*, JS::HandleObject, JS::HandleObject, JS::HandleObject,
                           JS::HandleObject) override {
        return true;
    }
    void runJobs(JSContext*) override {}
    bool empty() const override { return true; }

  private:
    class Nothing final : public SavedJobQueue {};
    js::UniquePtr<SavedJobQueue> saveJobQueue(JSContext*) override {
        return js::MakeUnique<Nothing>();
    }
};

NoJobs noJobs;  // outlives the context; has no state

bool onInterrupt(JSContext* context) {
    return !static_cast<Engine*>(JS_GetContextPrivate(context))->timeLimit().isOver();
}

JSContext* makeContext() {
    JS::DisableJitBackend();
    if (!JS_Init()) return nullptr;
    JSContext* context = JS_NewContext(Engine::kHeap);
    if (context == nullptr) return nullptr;
    JS_SetGCParameter(context, JSGC_MAX_NURSERY_BYTES, 1024 * 1024);
    JS_SetNativeStackQuota(context, Engine::kStack);
    JS::SetJobQueue(context, &noJobs);
    return JS::InitSelfHostedCode(context) ? context : nullptr;
}

}  // namespace

Engine::Engine() : context_(makeContext()) {
    if (context_ == nullptr) {
        std::fputs("cannot start SpiderMonkey: out of memory?\n", stderr);
        std::_Exit(1);
    }
    JS_SetContextPrivate(context_, this);
    timeLimit_ = std::make_unique<TimeLimit>(context_);
    JS_AddInterruptCallback(context_, &onInterrupt);
    JS::SetOutOfMemoryCallback(
        context_, [](JSContext*, void* self) { static_cast<Engine*>(self)->isHungry_ = true; },
        this);
}

Engine::~Engine() {
    timeLimit_.reset();
    JS_DestroyContext(context_);
    JS_ShutDown();
}

void Engine::warmUp() {
    {
        Script script{context_, Decoder::Uplink};
        (void)script.load(
            "function decodeUplink(i) { return {data: {t: new Date(2020, 1, 1).toString(), "
            "n: Math.random(), l: (1234.5).toLocaleString(), r: /a+b/.exec('aab')[0]}}; }\n"
            "decodeUplink({});");
    }
    JS_GC(context_);
}

bool Engine::isFull() {
    const auto used = [this] {
        const struct mallinfo2 heap = mallinfo2();
        return JS_GetGCParameter(context_, JSGC_BYTES) + heap.uordblks + heap.hblkhd;
    };
    if (used() < kHighWater) return false;
    JS_GC(context_);
    return used() >= kHighWater;
}

}  // namespace runnel::javascript
