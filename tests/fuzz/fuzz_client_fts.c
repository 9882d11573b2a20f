/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What FTS, a server and monitoring say to `rialto fts apply`: {"links", "current", "plan",
 * "evolution", "loads"}. Whatever
 * passes the checks makes changes that touch nobody else's link and keep within what one run
 * may do.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "client/cli/fts_changes.h"
#include "client/private.h"

#define STEP 0.25

static void check_pin(const struct fts_change *c)
{
    double from = !isnan(c->now) ? c->now : c->active;
    double most = rialto_number(rialto_get(c->base, "max_active"), 0);

    assert(c->set >= 1 && c->set == floor(c->set));
    assert(!c->row || fts_is_ours(c->row, FTS_PREFIX));
    assert(strlen(c->name) < FTS_NAME);
    assert(!(most > 0) || c->set <= most);
    if (from >= 1)
        assert(c->set <= from + fmax(1, from * STEP));
    if (from >= 1 && !(most > 0))
        assert(c->set >= from - fmax(1, from * STEP));
}

static void check_body(const struct fts_change *c)
{
    struct rialto_document *d;
    struct buf b = {0};

    fts_pin_body(&b, c);
    assert(!b.failed && decode_json(buf_cstr(&b), b.len, &d, NULL) == 0);
    rialto_document_free(&d);
    buf_reset(&b);
    if (c->row) {
        fts_row_body(&b, c->row);
        assert(!b.failed && decode_json(buf_cstr(&b), b.len, &d, NULL) == 0);
        rialto_document_free(&d);
    }
    buf_free(&b);
}

static void check_changes(const struct fts_changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        const struct fts_change *c = &changes->v[i];
        assert(c->why && c->why[0]);
        if (c->action == FTS_PIN)
            check_pin(c);
        if (c->action == FTS_PIN)
            check_body(c);
        if (c->action == FTS_RELEASE)
            assert(fts_is_ours(c->row, FTS_PREFIX));
    }
}

/* What one pair was seen to do. */
static void look(struct fts_given *given, const struct rialto_value *evolution,
                 struct fts_seen *seen, struct arena *a)
{
    *seen = fts_seen_of(evolution, 0, a);
    seen->source = rialto_text(rialto_get(rialto_at(given->current, 0), "source_se"));
    seen->dest = rialto_text(rialto_get(rialto_at(given->current, 0), "dest_se"));
    given->seen = seen;
    given->n_seen = seen->source != NULL;
    assert(!(seen->throughput < 0));
}

static void check_loads(const struct rialto_value *loads)
{
    struct rialto_cursor c = {0};
    struct rialto_error e = {0};

    if (rialto_fts_check_loads(loads, &e) != 0) {
        assert(e.code && e.message[0]);
        return;
    }
    while (rialto_next(rialto_get(loads, "links"), &c)) {
        assert(rialto_text(rialto_get(c.value, "link"))[0]);
        assert(rialto_number(rialto_get(c.value, "load"), 0) >= 0);
    }
}

static void try_all(const struct rialto_value *root)
{
    struct fts_given given = {.links = rialto_get(root, "links"),
                              .current = rialto_get(root, "current"),
                              .plan = rialto_get(root, "plan"),
                              .prefix = FTS_PREFIX,
                              .step = STEP};
    struct fts_changes changes = {0};
    struct rialto_document *d = NULL;
    struct fts_seen seen;
    struct arena *a = arena_new((size_t)64 << 20);
    struct buf b = {0};

    if (a && fts_check_links(given.links, NULL) == 0 &&
        fts_check_current(given.current, NULL) == 0) {
        if (fts_check_plan(given.plan, NULL) != 0)
            given.plan = NULL;
        if (fts_check_evolution(rialto_get(root, "evolution"), NULL) == 0)
            look(&given, rialto_get(root, "evolution"), &seen, a);
        if (fts_changes_make(&changes, &given, a))
            check_changes(&changes);
        fts_question(&b, &given, 0, a);
        assert(b.failed || decode_json(buf_cstr(&b), b.len, &d, NULL) == 0);
        rialto_document_free(&d);
    }
    check_loads(rialto_get(root, "loads"));
    fts_changes_free(&changes);
    buf_free(&b);
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rialto_document *d;

    if (decode_json((const char *)data, size, &d, NULL) != 0)
        return 0;
    try_all(rialto_document_root(d));
    rialto_document_free(&d);
    return 0;
}
