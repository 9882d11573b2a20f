/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of grants: what is accepted is whole, and reads the same once it was written. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "server/fts/document.h"

#define MEMORY ((size_t)256 << 20)

static const struct origin origin = {.domain = "one", .source = "inbox", .scope = "grants/one"};

static void check_grant(const struct fact_grant *g)
{
    struct grant_target t;
    assert(g->user && g->entity && grant_entity(g->entity, &t));
    assert(isnan(g->share) != (g->bits == FACT_NONE));
    assert(t.of != GRANT_OF_GROUP || isnan(g->share));
    assert(g->start == FACT_NONE || g->end == FACT_NONE || g->start < g->end);
    for (size_t i = 0; i < g->weights.n; i++) {
        struct slice name;
        double weight;
        assert(grant_weight(g->weights.v[i], &name, &weight));
    }
}

static void check_again(const struct facts *f)
{
    struct facts again = {.arena = arena_new(MEMORY)};
    struct buf first = {0}, second = {0};
    struct err e = {0};
    fts_document_put(f, &first);
    int rc = fts_document_read((struct slice){buf_cstr(&first), first.len}, NULL, &origin,
                               &again, &e);
    assert(rc == 0);
    fts_document_put(&again, &second);
    assert(first.len == second.len && strcmp(buf_cstr(&first), buf_cstr(&second)) == 0);
    buf_free(&first);
    buf_free(&second);
    facts_free(&again);
    arena_free(&again.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct facts f = {.arena = arena_new(MEMORY)};
    struct err e = {0};
    const struct slice text = {(const char *)data, size};
    int rc = fts_document_read(text, NULL, &origin, &f, &e);
    assert(rc == 0 || (rc == e.code && e.msg[0]));
    for (size_t i = 0; rc == 0 && i < FACTS_N(&f, GRANT); i++)
        check_grant(&FACTS(&f, grant, GRANT)[i]);
    if (rc == 0)
        check_again(&f);
    facts_free(&f);
    arena_free(&f.arena);
    return 0;
}
