/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes with Rucio's requests and configuration. The first byte says what follows it: a
 * statement, a condition, a transformer, a PFN, CRIC's sites, the body of a request.
 */
#include <assert.h>
#include <string.h>

#include "plan/transform.h"
#include "server/rucio/pfn.h"
#include "server/rucio/settings.h"
#include "server/rucio/sort.h"

#define MEMORY ((size_t)64 << 20)

/* Whatever was parsed can be evaluated, and names stand where the text has them. */
static void statement(struct slice text, struct arena *a)
{
    struct statement_value values[STATEMENT_MAX_NAMES];
    struct statement *s;
    if (statement_parse(text, a, &s, NULL) < 0)
        return;
    assert(s->n_keys > 0 && s->n_names > 0);
    for (size_t i = 0; i < s->n_names; i++) {
        assert(s->names[i].line > 0 && s->names[i].column > 0);
        values[i] = (struct statement_value){i % 3 != 0, i % 3 == 2 ? "x" : NULL, (double)i};
    }
    enum statement_truth t = statement_holds(s->where, values);
    assert(t == STATEMENT_TRUE || t == STATEMENT_FALSE || t == STATEMENT_UNKNOWN);
}

static void condition(struct slice text, struct arena *a)
{
    struct statement *s = ARENA_NEW(a, struct statement);
    if (s && statement_add_where(s, text, a, NULL) == 0)
        assert(s->where);
}

static void transformer(struct slice text, struct arena *a)
{
    static const struct transform_value value = {"43 293", 7};
    char *copy = arena_strndup(a, text.p, text.n);
    for (int type = TRANSFORM_TEXT; copy && type <= TRANSFORM_NUMBER; type++) {
        struct transform *t;
        if (type != TRANSFORM_LIST && transform_parse(copy, type, a, &t, NULL) == 0)
            transform_apply(t, &value);
    }
}

static void pfn(struct slice text)
{
    struct slice host;
    if (pfn_host(text, &host, NULL) == 0)
        assert(pfn_is_host(host) && host.p >= text.p && host.p + host.n <= text.p + text.n);
    if (pfn_endpoint_host(text, &host))
        assert(pfn_is_host(host));
}

static void cric(struct slice text, struct arena *a)
{
    struct rucio_settings s = {0};
    struct err e = {0};
    if (rucio_cric_parse(text, &s, a, &e) < 0)
        assert(e.msg[0]);
}

static void body(struct slice text, struct arena *a)
{
    const struct request q = {.body = text.p, .len = text.n, .arena = a};
    struct sort_query query = {0};
    struct sort_refusal no = {0};
    struct err e = {0};
    int rc = sort_read(&q, "BY routingcost", &query, &no, &e);
    if (rc == 0 && !no.status)
        assert(query.items.n > 0 && query.hosts.n > 0 && query.statement->n_keys > 0);
    else
        assert(no.status == 0 || no.message[0]);
    sort_query_free(&query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(MEMORY);
    if (size > 0 && a) {
        struct slice text = {(const char *)data + 1, size - 1};
        switch (data[0]) {
        case 's':
            statement(text, a);
            break;
        case 'w':
            condition(text, a);
            break;
        case 't':
            transformer(text, a);
            break;
        case 'p':
            pfn(text);
            break;
        case 'c':
            cric(text, a);
            break;
        default:
            body(text, a);
            break;
        }
    }
    arena_free(&a);
    return 0;
}
