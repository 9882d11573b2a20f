/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/documents.h"

#include <stdio.h>
#include <stdlib.h>

struct snapshot *documents_snapshot(const struct published *v, size_t n)
{
    static const struct origin origin = {.domain = "bench",
                                         .source = "s",
                                         .kind = "documents",
                                         .scope = "all",
                                         .epoch = 1,
                                         .observed_at = 1000,
                                         .expires = FACT_NONE,
                                         .collected_at = 1000,
                                         .confidence = CLASS_OBSERVED};
    struct intakes in = {calloc(1, sizeof(*in.v)), 1};
    bool ok = in.v && (in.v[0] = intake_new());
    for (size_t i = 0; ok && i < n; i++) {
        struct fact_document d;
        fact_init(FACT_DOCUMENT, &d);
        d.origin = &origin;
        d.name = v[i].name;
        d.kind = v[i].kind;
        d.body = v[i].body;
        ok = facts_add(&in.v[0]->facts, FACT_DOCUMENT, &d, NULL) == 0;
    }
    if (!ok) {
        fprintf(stderr, "no memory for documents\n");
        exit(1);
    }
    return bench_build(&in, NULL);
}
