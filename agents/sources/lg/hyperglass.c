/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hyperglass, an answer of POST /api/query:
 *
 *   {"output": {"vrf", "count", "routes": [{prefix, active, local_preference, as_path, ...}]},
 *    "level": "success", "format": "application/json", ...}
 *
 * With format text/plain the output is what the device wrote; a refusal has another level and
 * its text as output.
 */
#include "agents/sources/lg/dialects.h"
#include "agents/sources/lg/entry.h"

struct answer {
    const char *table;
    bool refused;
};

static int take_route(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct lg *lg = w->lg;
    const struct lg_tree *active = lg_get(t, "active");
    struct fact_route f;
    int rc;

    lg_route_start(lg, &f, "");
    if (active != NULL)
        f.best = active->type == JREAD_TRUE;
    rc = lg_get_prefix(t, "prefix", &f.prefix, e);
    if (rc == 0)
        rc = lg_get_i64(t, "weight", &f.weight, e);
    if (rc == 0)
        rc = lg_get_i64(t, "med", &f.med, e);
    if (rc == 0)
        rc = lg_get_i64(t, "local_preference", &f.local_pref, e);
    if (rc == 0)
        rc = lg_path_from(lg, &f, t, "as_path", e);
    if (rc == 0)
        rc = lg_communities_from(lg, &f, t, "communities", e);
    if (rc == 0)
        rc = lg_hop_from(lg, &f, t, "next_hop", e);
    /* The neighbour's router id, or with some devices its address. */
    if (rc == 0)
        rc = lg_get_addr(t, "peer_rid", &f.peer_router_id, e);
    return rc == 0 ? lg_put(lg, FACT_ROUTE, &f, e) : rc;
}

/* Read before the walk: level stands behind output. */
static int take_level(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice s = lg_text(t);

    (void)e;
    if (!slice_eq(s, "success"))
        ((struct answer *)w->state)->refused = true;
    return 0;
}

static int take_text(struct lg_walk *w, const struct lg_tree *t, struct err *e)
{
    struct slice s = lg_text(t);

    if (((struct answer *)w->state)->refused)
        return lg_tree_fail(t, e, ERR_REMOTE, "the server refuses: %.*s",
                            (int)(s.n < 200 ? s.n : 200), s.n > 0 ? s.p : "");
    if (t->type != JREAD_STRING)
        return 0;
    return lg_tree_fail(t, e, ERR_SCHEMA,
                        "the output is text of the device: ask for structured output");
}

static int parse(struct lg *lg, struct slice text, struct err *e)
{
    static const struct lg_rule level[] = {{"level", take_level}, {NULL, NULL}};
    static const struct lg_rule output[] = {{"output", take_text}, {NULL, NULL}};
    static const struct lg_rule routes[] = {
        {"output/routes/*", take_route}, {"output/*/routes/*", take_route}, {NULL, NULL}};
    static const char *const marks[] = {"output/routes", "output/*/routes", "level", NULL};
    struct answer a = {.refused = false};
    struct lg_walk w = {.lg = lg, .rules = level, .state = &a};
    unsigned m = lg_marks(text, marks);
    int rc = m & 4 || !(m & 3) ? lg_walk_text(&w, text, e) : 0;

    if (rc == ERR_SCHEMA && (m & 3))
        rc = 0; /* without a level */
    w.rules = a.refused || !(m & 3) ? output : routes;
    return rc == 0 ? lg_walk_text(&w, text, e) : rc;
}

static int likeness(const struct agent_file *f)
{
    static const char *const marks[] = {"output", "level",         "keywords",
                                        "random", "output/routes", NULL};
    unsigned m = lg_marks(f->text, marks);

    if (!(m & 1))
        return 0;
    return m & 0x10 ? 90 : m & 0xe ? 80 : 0;
}

static const struct lg_form form = {parse, NULL, NULL};

const struct agent_dialect lg_dialect_hyperglass = {
    .name = "hyperglass",
    .summary = "hyperglass, answers of /api/query with structured output",
    .likeness = likeness,
    .read = lg_read_file,
    .parser = &form,
};
