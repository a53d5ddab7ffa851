// SPDX-License-Identifier: Apache-2.0
#include "admin/json_body.h"
#include "admin/paging.h"
#include "admin/routes/account_documents.h"
#include "admin/routes/accounts.h"

namespace runnel::admin {

namespace {

ApiAnswer list(const AuditLog& log, const ApiRequest& request) {
    const Page page = pageOf(request);
    const auto before = page.after.empty() ? 0 : numberIn(page.after);
    if (!before) throw Problem(400, "after has to be what \"next\" of the page before says");
    ListBody body(page);
    for (const AuditEntry& entry : log.list({.who = request.queryText("who"),
                                   .object = request.queryText("object"),
                                   .before = *before,
                                   .max = page.limit + 1})) {
        if (!body.add(std::to_string(entry.id), jsonText(documentOf(entry)))) break;
    }
    return {.body = body.text()};
}

}  // namespace

Routes auditRoutes(const AuditLog& log) {
    return {{.method = "GET",
             .pattern = "/api/v1/audit",
             .need = Need::Admin,
             .query = {"limit", "after", "who", "object"},
             .handler = [&log](const ApiRequest& request) { return list(log, request); }}};
}

}  // namespace runnel::admin
