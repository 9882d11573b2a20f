/* SPDX-License-Identifier: Apache-2.0 */
/* A path in words (docs/api.md describes the document). */
#include <math.h>
#include <string.h>

#include "client/cli/cli.h"

static const char *text_of(const struct rialto_value *v, const char *name)
{
    return rialto_text(rialto_get(v, name));
}

static void put(struct buf *b, const struct rialto_value *v, const char *name)
{
    text_value(b, rialto_get(v, name));
}

static void put_class(struct buf *b, const struct cli *c, const struct rialto_value *v)
{
    const char *name = text_of(v, "class");
    struct buf safe = {0};

    text_safe(&safe, name);
    text_paint(b, c, text_class(name), buf_cstr(&safe));
    buf_free(&safe);
}

/** "192.0.2.1 -> 198.51.100.1: reached, derived, oldest fact 1 min ago" */
static void put_summary(struct buf *b, const struct cli *c, const struct rialto_value *path)
{
    const struct rialto_value *known = rialto_get(path, "known");
    double age = rialto_number(rialto_get(path, "age"), NAN);
    const char *why = text_of(path, "why");

    put(b, path, "src");
    buf_str(b, " -> ");
    put(b, path, "dst");
    buf_str(b, ": ");
    if (known && !rialto_true(known)) {
        text_paint(b, c, PAINT_RED, "not known");
    } else {
        bool reached = rialto_true(rialto_get(path, "reached"));
        text_paint(b, c, reached ? PAINT_GREEN : PAINT_RED,
                   reached ? "reached" : "not reached");
        buf_str(b, ", ");
        put_class(b, c, path);
    }
    if (!isnan(age)) {
        buf_str(b, ", oldest fact ");
        text_age(b, age);
    }
    buf_char(b, '\n');
    if (why) {
        buf_str(b, "Why: ");
        text_safe(b, why);
        buf_char(b, '\n');
    }
}

/** Leg's headline, needed where there are several, with its AS path. */
static void put_leg_head(struct buf *b, const struct cli *c, const struct rialto_value *leg,
                         size_t i, size_t n)
{
    struct rialto_cursor as = {0};

    buf_char(b, '\n');
    if (n > 1) {
        buf_printf(b, "Leg %zu of %zu equal-cost legs, ", i + 1, n);
        put_class(b, c, leg);
        buf_str(b, "; ");
    }
    buf_str(b, n > 1 ? "AS path" : "AS path:");
    if (rialto_count(rialto_get(leg, "as_path")) == 0)
        buf_str(b, " unknown");
    while (rialto_next(rialto_get(leg, "as_path"), &as)) {
        buf_char(b, ' ');
        text_value(b, as.value);
    }
    buf_char(b, '\n');
}

static void hop_row(struct table *t, const struct rialto_value *hop, size_t i)
{
    static const char *const members[] = {"router", "domain", "in", "out"};
    struct buf b = {0};

    buf_printf(&b, "%zu", i + 1);
    table_take(t, &b);
    for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
        table_value(t, rialto_get(hop, members[m]));
    text_rate(&b, rialto_number(rialto_get(hop, "capacity"), 0));
    table_take(t, &b);
    table_value(t, rialto_get(hop, "class"));
    table_paint(t, text_class(text_of(hop, "class")));
}

static void put_hops(struct buf *b, const struct cli *c, const struct rialto_value *hops)
{
    static const char *const titles[] = {">#",  "ROUTER",    "DOMAIN", "IN",
                                         "OUT", ">CAPACITY", "CLASS",  NULL};
    struct rialto_cursor hop = {0};
    struct table t = {0};
    size_t i = 0;

    if (rialto_count(hops) == 0) {
        buf_str(b, "No hop is known.\n");
        return;
    }
    table_titles(&t, titles);
    while (rialto_next(hops, &hop))
        hop_row(&t, hop.value, i++);
    table_print(&t, c, b);
}

/** "enters at 192.0.2.1 (e0)" */
static void put_interface(struct buf *b, const char *verb, const struct rialto_value *address,
                          const struct rialto_value *name)
{
    if (!rialto_text(address) && !rialto_text(name))
        return;
    buf_printf(b, ", %s ", verb);
    text_value(b, rialto_text(address) ? address : name);
    if (rialto_text(address) && rialto_text(name)) {
        buf_str(b, " (");
        text_value(b, name);
        buf_char(b, ')');
    }
}

/** Who told a fact, and when. What no source told stands for itself. */
static void put_origin(struct buf *b, const struct cli *c, const struct rialto_value *evidence)
{
    const char *scope = text_of(evidence, "scope");

    buf_str(b, "       told by ");
    put(b, evidence, "source");
    buf_str(b, " of domain ");
    put(b, evidence, "domain");
    buf_str(b, " (");
    put(b, evidence, "kind");
    if (scope && *scope) {
        buf_str(b, " of ");
        text_safe(b, scope);
    }
    buf_char(b, ')');
    if (text_of(evidence, "observed_at")) {
        buf_str(b, ", ");
        text_since(b, text_of(evidence, "observed_at"), c->now);
    }
    buf_char(b, '\n');
}

static void put_evidence(struct buf *b, const struct cli *c,
                         const struct rialto_value *evidence)
{
    buf_str(b, "     - ");
    put(b, evidence, "what");
    buf_char(b, '\n');
    if (text_of(evidence, "source"))
        put_origin(b, c, evidence);
}

static void put_link(struct buf *b, const struct rialto_value *hop)
{
    double capacity = rialto_number(rialto_get(hop, "capacity"), 0);

    if (!text_of(hop, "link"))
        return;
    buf_str(b, ", over link ");
    put(b, hop, "link");
    if (capacity > 0) {
        buf_str(b, " of ");
        text_rate(b, capacity);
    }
}

static void explain_hop(struct buf *b, const struct cli *c, const struct rialto_value *hop,
                        size_t i)
{
    const char *table = text_of(hop, "table");
    struct rialto_cursor evidence = {0};

    buf_printf(b, "%3zu. ", i + 1);
    put(b, hop, "router");
    buf_str(b, text_of(hop, "domain") ? " of domain " : ", domain unknown");
    if (text_of(hop, "domain"))
        put(b, hop, "domain");
    if (table && *table) {
        buf_str(b, ", table ");
        text_safe(b, table);
    }
    put_interface(b, "enters at", rialto_get(hop, "in"), rialto_get(hop, "in_interface"));
    put_link(b, hop);
    put_interface(b, "leaves by", rialto_get(hop, "out"), rialto_get(hop, "out_interface"));
    buf_str(b, ": ");
    put_class(b, c, hop);
    buf_char(b, '\n');
    while (rialto_next(rialto_get(hop, "evidence"), &evidence))
        put_evidence(b, c, evidence.value);
    if (rialto_count(rialto_get(hop, "evidence")) == 0)
        buf_str(b, "     - no fact of its own\n");
}

static const char *meaning(const char *name)
{
    if (strcmp(name, "observed") == 0)
        return "a device or a packet told so itself";
    if (strcmp(name, "derived") == 0)
        return "it follows from facts by the rules of the protocols alone";
    if (strcmp(name, "assumed") == 0)
        return "something was missing and the likeliest was taken";
    return "a class that this program does not know";
}

/** Number and place of the hops of a class. */
struct hops_of_class {
    size_t all, same; /* hops; those of the class */
    size_t leg, at;   /* the first of the class, from 1 */
    const char *router;
};

static void count_hops(const struct rialto_value *legs, const char *class,
                       struct hops_of_class *out)
{
    struct rialto_cursor leg = {0};

    for (size_t l = 1; rialto_next(legs, &leg); l++) {
        struct rialto_cursor hop = {0};

        for (size_t h = 1; rialto_next(rialto_get(leg.value, "hops"), &hop); h++) {
            const char *own = text_of(hop.value, "class");

            out->all++;
            if (!own || strcmp(own, class) != 0)
                continue;
            if (out->same++ == 0) {
                out->leg = l;
                out->at = h;
                out->router = text_of(hop.value, "router");
            }
        }
    }
}

/** The path's class is that of its weakest hop: which one, unless all are alike. */
static void put_weakest(struct buf *b, const struct rialto_value *path)
{
    const struct rialto_value *legs = rialto_get(path, "legs");
    const char *class = text_of(path, "class");
    struct hops_of_class hops = {0};

    if (!class)
        return;
    buf_str(b, "\nThe path is ");
    text_safe(b, class);
    buf_printf(b, ": %s.\n", meaning(class));
    count_hops(legs, class, &hops);
    if (hops.same == 0 || hops.all == 1)
        return;
    if (hops.same == hops.all) {
        buf_str(b, "All of its hops are.\n");
        return;
    }
    buf_printf(b, "Its weakest hop decides: %zu, ", hops.at);
    text_safe(b, hops.router ? hops.router : "?");
    if (rialto_count(legs) > 1)
        buf_printf(b, ", of leg %zu", hops.leg);
    buf_str(b, ".\n");
}

void path_words(struct buf *b, const struct cli *c, const struct rialto_value *path,
                bool explain)
{
    const struct rialto_value *legs = rialto_get(path, "legs");
    struct rialto_cursor leg = {0};
    size_t n = rialto_count(legs), i = 0;

    put_summary(b, c, path);
    while (rialto_next(legs, &leg)) {
        const struct rialto_value *hops = rialto_get(leg.value, "hops");
        struct rialto_cursor hop = {0};
        size_t h = 0;
        put_leg_head(b, c, leg.value, i++, n);
        if (!explain) {
            put_hops(b, c, hops);
            continue;
        }
        while (rialto_next(hops, &hop))
            explain_hop(b, c, hop.value, h++);
    }
    if (explain)
        put_weakest(b, path);
}
