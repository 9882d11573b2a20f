/* SPDX-License-Identifier: Apache-2.0 */
/* The assignment of routers to domains that contradicts least: where single steps do not lead
 * to it. */
#include "unit/cmocka_all.h"

#include <stdlib.h>

#include "aggregator/owners_private.h"

enum { X, Y, Z, MID, DOMS };
#define KNOWN   3 /* the first routers are known: X's, Y's and Z's */
#define ROUTERS 7

static struct dom doms[DOMS];

static void add_choice(struct cluster *c, struct dom *d)
{
    for (size_t i = 0; i < c->n_choices; i++)
        if (c->choices[i] == d)
            return;
    c->choices[c->n_choices++] = d;
}

/* A link between two routers, numbered from a domain's space; NULL: private. */
static void add_link(struct owners *o, uint32_t a, uint32_t b, struct dom *number)
{
    uint32_t ends[2] = {a, b};
    *VEC_PUSH(&o->edges) = (struct edge){.a = a, .b = b, .number = number, .families = 3};
    for (int k = 0; k < 2; k++) {
        *VEC_PUSH(&o->clusters[ends[k]].edges) = (uint32_t)o->edges.n - 1;
        if (number)
            add_choice(&o->clusters[ends[k]], number);
    }
}

/* A traceroute from one known router by others to a known one; 0 ends the list. */
static void add_way(struct owners *o, uint32_t *v)
{
    size_t n = 2;
    while (v[n - 1] >= KNOWN)
        n++;
    *VEC_PUSH(&o->runs) =
        (struct run){v, n, o->clusters[v[0]].fixed, o->clusters[v[n - 1]].fixed, 4};
    for (size_t k = 1; k + 1 < n; k++)
        *VEC_PUSH(&o->clusters[v[k]].runs) = (uint32_t)o->runs.n - 1;
}

static int new_world(void **state)
{
    static struct dom *all[DOMS];
    static uint32_t asn = 64496;
    static struct world w = {.doms = all, .n_doms = DOMS};
    for (uint32_t i = 0; i < DOMS; i++) {
        doms[i] = (struct dom){.index = i, .asns = {&asn, 1}};
        all[i] = &doms[i];
    }
    *state = &w;
    return 0;
}

static struct owners new_owners(struct world *w)
{
    struct owners o = {.w = w, .n_clusters = ROUTERS};
    o.clusters = calloc(ROUTERS + 1, sizeof(*o.clusters));
    o.next_to = map_new();
    o.passages = map_new();
    o.exits = map_new();
    o.n_exits = map_new();
    o.between = calloc(DOMS * DOMS, sizeof(*o.between));
    o.transits = calloc(DOMS, sizeof(*o.transits));
    for (uint32_t i = 0; i < ROUTERS; i++) {
        struct cluster *c = &o.clusters[i];
        c->fixed = i < KNOWN ? &doms[i] : NULL;
        c->near = c->far = c->label = i < KNOWN ? &doms[i] : &doms[Y];
    }
    return o;
}

static void free_owners(struct owners *o)
{
    for (size_t i = 0; i < ROUTERS; i++) {
        VEC_FREE(&o->clusters[i].edges);
        VEC_FREE(&o->clusters[i].runs);
    }
    VEC_FREE(&o->edges);
    VEC_FREE(&o->runs);
    map_free(&o->next_to);
    map_free(&o->passages);
    map_free(&o->exits);
    map_free(&o->n_exits);
    free(o->clusters);
    free(o->between);
    free(o->transits);
}

/*
 *     6 .. 3 ── 5 .. 4        3 ── 5 has a number of mid's, the others (..) are private, and 5
 * has │             a link with a number of y's: one router or one half alone does not y leave
 * y, as packets would then leave mid and come back.
 */
static void test_a_lost_domain_is_found(void **state)
{
    static uint32_t ways[][5] = {{X, 5, 3, Y}, {Y, 4, 6, Y}, {X, 6, Z},
                                 {Z, 6, 4, X}, {Y, 5, Z},    {X, 5, 4, Z},
                                 {Z, 4, X},    {Y, 6, Y, 0}, {Y, 6, 3, Y}};
    struct owners o = new_owners(*state);
    add_link(&o, 5, Y, &doms[Y]);
    add_link(&o, 3, 5, &doms[MID]);
    add_link(&o, 3, 6, NULL);
    add_link(&o, 4, 5, NULL);
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        add_way(&o, ways[i]);
    owners_search(&o);
    assert_false(o.failed);
    for (uint32_t i = KNOWN; i < ROUTERS; i++)
        assert_ptr_equal(o.clusters[i].label, &doms[MID]);
    free_owners(&o);
}

/* Links from X's routers to Y's, numbered by X: who has the first address of each. */
static void test_who_takes_the_first_address(void **state)
{
    static const struct {
        size_t own, others, unknown; /* links whose first address X has, Y has, either */
        bool settled;
    } cases[] = {{6, 0, 0, true},  {5, 0, 9, false}, {8, 1, 0, true},
                 {7, 1, 0, false}, {0, 9, 0, false}, {6, 0, 9, true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct owners o = new_owners(*state);
        for (size_t k = 0; k < cases[i].own + cases[i].others + cases[i].unknown; k++) {
            add_link(&o, X, Y, &doms[X]);
            o.edges.v[k].first = k < cases[i].own                     ? 1
                                 : k < cases[i].own + cases[i].others ? 2
                                                                      : k % 2 * 3;
        }
        owners_learn_first(&o);
        assert_int_equal(o.first_is_own, cases[i].settled);
        free_owners(&o);
    }
}

/* X ── 3 ── Y, numbered by X and by Y: 3 is whose number it has the first address of. */
static void test_the_first_address_tells_whose_a_router_is(void **state)
{
    for (uint32_t mine = X; mine <= Y; mine++)
        for (int known = 0; known < 2; known++) {
            struct owners o = new_owners(*state);
            add_link(&o, X, 3, &doms[X]);
            add_link(&o, 3, Y, &doms[Y]);
            o.edges.v[X].first = mine == X ? 2 : 1;
            o.edges.v[Y].first = mine == X ? 2 : 1;
            o.first_is_own = known;
            owners_search(&o);
            assert_ptr_equal(o.clusters[3].label, &doms[known ? mine : Y]);
            assert_int_equal(o.clusters[3].bare, !known);
            free_owners(&o);
        }
}

/* X ── 3 ── Y, numbered by X and by Y: 3 may be Y's, or all that is seen of a domain of which
 * no router was found. If it has a private link (..) to 4, both are. */
static void test_a_domain_without_routers_is_a_rival(void **state)
{
    for (int found = 0; found < 2; found++)
        for (int linked = 0; linked < 2; linked++) {
            struct owners o = new_owners(*state);
            add_link(&o, X, 3, &doms[X]);
            add_link(&o, 3, Y, &doms[Y]);
            if (linked)
                add_link(&o, 3, 4, NULL);
            o.clusters[6].fixed = o.clusters[6].near = found ? &doms[MID] : &doms[Y];
            o.clusters[6].label = o.clusters[6].far = o.clusters[6].near;
            owners_search(&o);
            assert_true(o.clusters[3].bare);
            assert_int_equal(o.clusters[3].lone, !found);
            free_owners(&o);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lost_domain_is_found),
        cmocka_unit_test(test_who_takes_the_first_address),
        cmocka_unit_test(test_a_domain_without_routers_is_a_rival),
        cmocka_unit_test(test_the_first_address_tells_whose_a_router_is),
    };
    return cmocka_run_group_tests(tests, new_world, NULL);
}
