// SPDX-License-Identifier: Apache-2.0
#include "child/failure.h"

#include <js/ErrorReport.h>
#include <js/Exception.h>
#include <js/String.h>
#include <jsapi.h>

namespace runnel::javascript {

std::string shortened(std::string text) {
    if (text.size() <= kMaxText) return text;
    std::size_t end = kMaxText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    return text + "…";
}

std::string textOf(JSContext* context, JS::HandleValue value) {
    if (!value.isString()) return "(no text)";
    JS::RootedString string{context, value.toString()};
    // A text of megabytes is cut before it is copied.
    if (JS::GetStringLength(string) > kMaxText) {
        string = JS_NewDependentString(context, string, 0, kMaxText);
    }
    const JS::UniqueChars bytes = string ? JS_EncodeStringToUTF8(context, string) : nullptr;
    if (!bytes) {
        JS_ClearPendingException(context);
        return "(no text)";
    }
    return shortened(bytes.get());
}

std::string takeException(JSContext* context) {
    JS::ExceptionStack exception{context};
    if (!JS_IsExceptionPending(context)) return "was stopped";
    if (!JS::StealPendingExceptionStack(context, &exception)) return "ran out of memory";
    if (exception.exception().isString()) return textOf(context, exception.exception());
    JS::ErrorReportBuilder builder{context};
    if (!builder.init(context, exception, JS::ErrorReportBuilder::NoSideEffects)) {
        JS_ClearPendingException(context);
        return "(no text)";
    }
    const JSErrorReport* report = builder.report();
    std::string text = shortened(builder.toStringResult().c_str());
    if (report->lineno != 0) {
        // The parser counts columns from 0, the interpreter from 1.
        const unsigned first = report->exnType == JSEXN_SYNTAXERR ? 1 : 0;
        text += " (line " + std::to_string(report->lineno) + ", column " +
                std::to_string(report->column + first) + ")";
    }
    return text;
}

}  // namespace runnel::javascript
