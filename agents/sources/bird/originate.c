/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks that a router announces as its own, once it has them.
 *
 * BIRD has no `network` statements: whatever is in the table goes through the export filter. A
 * network that a filter names, so that it is let out when it is the router's own, is what other
 * languages write as a network statement with a check of the table:
 *
 *     if source != RTS_BGP && net ~ [ 192.0.2.0/24 ] then accept; reject;
 */
#include <stdio.h>
#include <string.h>

#include "agents/sources/bird/model.h"

#define MAX_STEPS 20000000 /* terms looked at for one file */

enum outcome { ACCEPTED = 1, REJECTED = 2 };

struct asking {
    struct bird *c;
    struct map *lists; /* "4 NAME" -> first entry, 1 and up */
    const struct fact_policy_term *terms;
    size_t n, steps;
    struct prefix prefix;
    bool own;     /* not from BGP */
    bool unnamed; /* as if no list had the very prefix */
    uint8_t *outcome;
};

/** The entries of a prefix list stand together. */
static int listed(const struct asking *q, const char *name, int family)
{
    char key[300];
    const union map_value *at;
    int n = snprintf(key, sizeof(key), "%d %s", family, name);

    if (family != q->prefix.addr.family)
        return 0;
    at = n > 0 && (size_t)n < sizeof(key) ? map_get_str(q->lists, key) : NULL;
    for (size_t i = at != NULL ? at->u - 1 : q->c->entries.n; i < q->c->entries.n; i++) {
        const struct fact_match_list *t = &q->c->entries.v[i];
        struct prefix p;
        bool any = strcmp(t->value, "any") == 0;
        int64_t ge = t->ge, le = t->le;

        if (strcmp(t->kind, "prefix") != 0 || t->family != family || strcmp(t->name, name) != 0)
            break;
        if (!any &&
            (!prefix_parse_loose(slice_of(t->value), &p) || !prefix_covers(&p, &q->prefix)))
            continue;
        if (!any && ge == FACT_NONE && le == FACT_NONE)
            ge = le = p.len;
        if (q->unnamed && !any && prefix_eq(&p, &q->prefix))
            continue;
        if ((ge == FACT_NONE || q->prefix.len >= ge) &&
            (le == FACT_NONE || q->prefix.len <= le))
            return 1;
    }
    return 0;
}

/** 1 holds, 0 does not, -1 can't be told. An own route has neither path nor communities. */
static int holds(const struct asking *q, const char *match)
{
    if (strncmp(match, "prefix-list4 ", 13) == 0)
        return listed(q, match + 13, 4);
    if (strncmp(match, "prefix-list6 ", 13) == 0)
        return listed(q, match + 13, 6);
    if (strncmp(match, "source-protocol ", 16) == 0) {
        bool bgp = strcmp(match + 16, "bgp") == 0;

        return q->own ? (bgp ? 0 : -1) : bgp;
    }
    if (strncmp(match, "community ", 10) == 0 || strncmp(match, "large-community ", 16) == 0)
        return q->own ? 0 : -1;
    return -1;
}

static size_t jump(const struct asking *q, size_t i)
{
    size_t to = i + 1;

    while (q->terms[i].on_match > 0 && to < q->n && q->terms[to].seq < q->terms[i].on_match)
        to++;
    return to;
}

/** How the filter may end for the network. Jumps go forward, so from the end. */
static unsigned ask(struct asking *q)
{
    q->outcome[q->n] = REJECTED;
    for (size_t i = q->n; i-- > 0;) {
        const struct fact_policy_term *t = &q->terms[i];
        int yes = t->match.n > 0 ? holds(q, t->match.v[0]) : 1;
        unsigned then = strcmp(t->action, "deny") == 0 ? REJECTED
                        : t->on_match == FACT_NONE     ? ACCEPTED
                                                       : q->outcome[jump(q, i)];

        q->outcome[i] = (uint8_t)((yes != 0 ? then : 0) | (yes != 1 ? q->outcome[i + 1] : 0));
    }
    q->steps += q->n + 1;
    return q->outcome[0];
}

static unsigned ask_as(struct asking *q, bool own, bool unnamed)
{
    q->own = own;
    q->unnamed = unnamed;
    return ask(q);
}

/** Does naming the network let it out when it is the router's own, and mean nothing for routes
 * from BGP? */
static bool announces(struct asking *q, const struct fact_match_list *t)
{
    if (strcmp(t->kind, "prefix") != 0 || t->ge != FACT_NONE || t->le != FACT_NONE ||
        !prefix_parse(slice_of(t->value), &q->prefix) || q->steps > MAX_STEPS)
        return false;
    return ask_as(q, true, false) == ACCEPTED && ask_as(q, true, true) == REJECTED &&
           ask_as(q, false, false) == ask_as(q, false, true);
}

static bool find_terms(struct asking *q, const char *policy)
{
    size_t first = 0;

    while (first < q->c->terms.n && strcmp(q->c->terms.v[first].name, policy) != 0)
        first++;
    q->terms = &q->c->terms.v[first];
    for (q->n = 0; first + q->n < q->c->terms.n && strcmp(q->terms[q->n].name, policy) == 0;)
        q->n++;
    q->outcome = bird_alloc(q->c, q->n + 1);
    return q->n > 0 && q->outcome != NULL;
}

static int index_lists(struct asking *q)
{
    for (size_t i = 0; i < q->c->entries.n; i++) {
        const struct fact_match_list *t = &q->c->entries.v[i];
        union map_value *at;

        if (strcmp(t->kind, "prefix") != 0)
            continue;
        at = map_at_str(q->lists, bird_printf(q->c, "%d %s", (int)t->family, t->name));
        if (at == NULL)
            return ERR_NOMEM;
        if (at->u == 0)
            at->u = i + 1;
    }
    return 0;
}

int bird_state_networks(struct bird *c, const struct bird_networks *n, struct batch_sink *sink,
                        struct err *e)
{
    struct asking q = {.c = c, .lists = map_new()};
    int rc = q.lists != NULL ? index_lists(&q) : ERR_NOMEM;

    for (size_t i = 0; rc == 0 && (i > 0 || find_terms(&q, n->policy)) && i < c->entries.n;
         i++) {
        struct fact_origination f = *n->like;
        union map_value *at;

        if (c->entries.v[i].family != n->like->family || !announces(&q, &c->entries.v[i]))
            continue;
        at = map_at(n->done, &q.prefix, sizeof(q.prefix));
        if (at == NULL || at->u != 0)
            continue;
        at->u = 1;
        f.how = "network";
        f.prefix = q.prefix;
        f.import_check = 1;
        rc = sink->put(sink, FACT_ORIGINATION, &f, e);
    }
    map_free(&q.lists);
    return rc == ERR_NOMEM ? err_set(e, rc, "out of memory") : rc;
}
