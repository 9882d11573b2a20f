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
#include <string.h>

#include "agents/sources/bird/model.h"

#define MAX_STEPS 20000000 /* terms looked at for one file */

enum outcome { ACCEPTED = 1, REJECTED = 2 };

struct asking {
    struct bird *c;
    const struct bird_lookup *lists;
    const struct fact_policy_term *terms;
    size_t n;
    size_t *list; /* of each term: the prefix list that it goes by, 0: none */
    bool *named;  /* by a term: list number -> true */
    struct prefix prefix;
    bool own;     /* not from BGP */
    bool unnamed; /* as if no list had the very prefix */
    uint8_t *outcome;
};

/** The family of the prefix list that a condition goes by; 0: none. */
static int list_family(const char *match)
{
    if (strncmp(match, "prefix-list4 ", 13) == 0)
        return 4;
    return strncmp(match, "prefix-list6 ", 13) == 0 ? 6 : 0;
}

/** 1 holds, 0 does not, -1 can't be told. An own route has neither path nor communities. */
static int holds(const struct asking *q, size_t term)
{
    const char *match = q->terms[term].match.v[0];
    int family = list_family(match);

    if (family != 0)
        return family == q->prefix.addr.family &&
               bird_lookup_permits(q->lists, q->list[term], &q->prefix, q->unnamed);
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
        int yes = t->match.n > 0 ? holds(q, i) : 1;
        unsigned then = strcmp(t->action, "deny") == 0 ? REJECTED
                        : t->on_match == FACT_NONE     ? ACCEPTED
                                                       : q->outcome[jump(q, i)];

        q->outcome[i] = (uint8_t)((yes != 0 ? then : 0) | (yes != 1 ? q->outcome[i + 1] : 0));
    }
    q->c->asked += q->n + 1;
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
    if (t->ge != FACT_NONE || t->le != FACT_NONE ||
        !prefix_parse(slice_of(t->value), &q->prefix))
        return false;
    return ask_as(q, true, false) == ACCEPTED && ask_as(q, true, true) == REJECTED &&
           ask_as(q, false, false) == ask_as(q, false, true);
}

/** The policy's terms and the lists that they name; false: there is nothing to ask. */
static bool find_terms(struct asking *q, const char *policy)
{
    struct bird *c = q->c;
    size_t first = 0;

    while (first < c->terms.n && strcmp(c->terms.v[first].name, policy) != 0)
        first++;
    q->terms = &c->terms.v[first];
    for (q->n = 0; first + q->n < c->terms.n && strcmp(q->terms[q->n].name, policy) == 0;)
        q->n++;
    q->outcome = bird_alloc(c, q->n + 1);
    q->list = bird_alloc(c, (q->n + 1) * sizeof(*q->list));
    q->named = bird_alloc(c, bird_lookup_lists(q->lists) + 1);
    if (q->outcome == NULL || q->list == NULL || q->named == NULL)
        return false;
    for (size_t i = 0; i < q->n; i++) {
        const char *match = q->terms[i].match.n > 0 ? q->terms[i].match.v[0] : "";
        int family = list_family(match);

        q->list[i] = family != 0 ? bird_lookup_list(c, family, match + 13) : 0;
        q->named[q->list[i]] = true;
    }
    q->named[0] = false;
    return q->n > 0;
}

/** Notes once that the rest of the file's networks is not looked for. */
static void note_enough(struct bird *c)
{
    if (c->asked != SIZE_MAX)
        bird_note_line(c, 1, 1,
                       "too many filters and sets to look for networks in all of them");
    c->asked = SIZE_MAX;
}

static int state_network(const struct bird_networks *n, const struct prefix *p,
                         struct batch_sink *sink, struct err *e)
{
    struct fact_origination f = *n->like;
    union map_value *at = map_at(n->done, p, sizeof(*p));

    if (at == NULL || at->u != 0)
        return 0;
    at->u = 1;
    f.how = "network";
    f.prefix = *p;
    f.import_check = 1;
    return sink->put(sink, FACT_ORIGINATION, &f, e);
}

int bird_state_networks(struct bird *c, const struct bird_networks *n, struct batch_sink *sink,
                        struct err *e)
{
    struct asking q = {.c = c, .lists = bird_lookup(c)};
    struct arena_mark mark = arena_mark(c->arena);
    bool any, enough = false;
    int rc = 0;

    if (q.lists == NULL)
        return err_set(e, ERR_NOMEM, "out of memory");
    any = find_terms(&q, n->policy);
    for (size_t i = 0; any && rc == 0 && !enough && i < c->entries.n; i++) {
        const struct fact_match_list *t = &c->entries.v[i];

        if (t->family != n->like->family || !q.named[bird_lookup_list_of(q.lists, i)])
            continue;
        enough = c->asked > MAX_STEPS;
        if (!enough && announces(&q, t))
            rc = state_network(n, &q.prefix, sink, e);
    }
    arena_rewind(c->arena, mark);
    if (enough)
        note_enough(c);
    return rc;
}
