/* SPDX-License-Identifier: Apache-2.0 */
/* What grants mean in the fixture's network: r1 is of domain one, r2 to r4 are of two. */
#include "server/fts/specification.h"

#include <string.h>

#include "model/grants.h"
#include "server/edition.h"
#include "unit/cmocka_all.h"
#include "unit/server/fts_world.h"

#define NOW  INT64_C(2000000000000000)
#define HOUR INT64_C(3600000000)

struct world {
    struct fts_world w;
    struct edition *ed;
    struct arena *arena;
    struct fts_stated *stated;
};

static int setup(void **state)
{
    static struct world x;
    x = (struct world){.arena = arena_new(0)};
    fts_world_start(&x.w, NULL);
    *state = &x;
    return 0;
}

static int teardown(void **state)
{
    struct world *x = *state;
    edition_release(&x->ed);
    arena_free(&x->arena);
    fts_world_stop(&x->w);
    return 0;
}

static void specify(struct world *x)
{
    struct err e = {0};
    fts_world_publish(&x->w);
    edition_release(&x->ed);
    x->ed = server_edition(x->w.f.server);
    const struct fts_said said = fts_said_by(edition_snapshot(x->ed), NULL, NOW);
    assert_int_equal(fts_specify(&said, x->arena, &x->stated, &e), 0);
}

static void is(const struct fts_stated *g, enum fts_grant_state state, const char *why)
{
    assert_string_equal(fts_grant_state_name(g->state), fts_grant_state_name(state));
    if (why ? !g->why || !strstr(g->why, why) : g->why != NULL)
        fail_msg("'%s' instead of '%s'", g->why ? g->why : "", why ? why : "");
}

static void links_and_directions(void **state)
{
    struct world *x = *state;
    fts_world_group(&x->w, "two", "sea", "r2|r3", "r4>r3");
    fts_world_grant(&x->w, "one", "link:r2|r1", 5);
    fts_world_grant(&x->w, "one", "link:r4>r1", 5);
    fts_world_grant(&x->w, "one", "link:one:r1:e0|two:r2:e1", 5)->user = "other";
    fts_world_grant(&x->w, "two", "group:sea", 5);
    specify(x);
    const struct fts_stated *g = x->stated;
    for (size_t i = 0; i < 4; i++)
        is(&g[i], FTS_VALID, NULL);
    assert_int_equal(g[0].n_links, 1);
    assert_string_equal(g[0].links[0].link->name, "r1|r2");
    assert_int_equal(g[0].links[0].directions, 3);
    assert_int_equal(g[1].links[0].directions, 2);
    assert_string_equal(g[2].links[0].link->name, "r1|r2");
    assert_int_equal(g[3].n_links, 2);
    assert_int_equal(g[3].links[0].directions, 3);
    assert_int_equal(g[3].links[1].directions, 2); /* the link is r3|r4 */
    assert_non_null(g[3].group);
}

static void times(void **state)
{
    struct world *x = *state;
    fts_world_grant(&x->w, "one", "link:r1|r2", 5)->end = NOW;
    fts_world_grant(&x->w, "one", "link:r1|r2", 5)->start = NOW + 1;
    fts_world_grant(&x->w, "one", "link:r1|r4", 5)->start = NOW;
    specify(x);
    is(&x->stated[0], FTS_PAST, NULL);
    is(&x->stated[1], FTS_FUTURE, NULL);
    is(&x->stated[2], FTS_VALID, NULL);
    assert_false(x->stated[0].in_force);
    assert_false(x->stated[1].in_force);
    assert_true(x->stated[2].in_force);
}

/* A domain has no say about links that don't touch it; and facts may come from anywhere. */
static void ignored(void **state)
{
    struct world *x = *state;
    fts_world_group(&x->w, "one", "far", "r2|r3", "r9|r8");
    fts_world_grant(&x->w, "one", "link:r2|r3", 5);
    fts_world_grant(&x->w, "one", "link:r1|r3", 5);
    fts_world_grant(&x->w, "one", "group:far", 5);
    fts_world_grant(&x->w, "two", "group:far", 5);
    fts_world_grant(&x->w, "one", "pid:x", 5);
    fts_world_grant(&x->w, "one", "link:r1|r2", 0.5)->bits = 7;
    fts_world_grant(&x->w, "one", "link:r1|r2", -0.5);
    fts_world_grant(&x->w, "one", "link:r1|r2", 2e15);
    fts_world_grant(&x->w, "one", "group:far", 0.5);
    struct fact_grant *late = fts_world_grant(&x->w, "one", "link:r1|r2", 5);
    late->start = late->end = 7;
    fts_world_grant(&x->w, "one", "link:r1|r2", 5)->user = NULL;
    specify(x);
    static const char *const why[] = {"no such link",
                                      "no such link",
                                      "none of the group's links",
                                      "defines no such group",
                                      "neither a link nor a group",
                                      "neither or both",
                                      "out of range",
                                      "out of range",
                                      "a share says nothing",
                                      "ends before it begins",
                                      "names no user"};
    for (size_t i = 0; i < 11; i++)
        is(&x->stated[i], FTS_IGNORED, why[i]);
    assert_string_equal(x->stated[0].unknown, "r2|r3");
}

/* Of one domain, one user, one direction, one time: else they go together. */
static void conflicts(void **state)
{
    struct world *x = *state;
    static const char *const weights[] = {"atlas=2", "2/20=3", "x"};
    fts_world_group(&x->w, "two", "sea", "r1|r2", "r2|r3");
    fts_world_grant(&x->w, "one", "link:r1>r2", 5);
    fts_world_grant(&x->w, "one", "link:one:r1:e0|two:r2:e1", 6);
    fts_world_grant(&x->w, "two", "link:r1|r2", 7);
    fts_world_grant(&x->w, "two", "group:sea", 8)->weights =
        (struct strs){(const char **)(uintptr_t)weights, 3};
    fts_world_grant(&x->w, "one", "link:r1|r2", 5)->user = "other";
    fts_world_grant(&x->w, "one", "link:r1|r2", 5)->end = NOW - HOUR;
    specify(x);
    is(&x->stated[0], FTS_CONFLICT, "link:one:r1:e0|two:r2:e1 of static, one.yaml overlaps");
    is(&x->stated[1], FTS_CONFLICT, "link:r1>r2 of static");
    assert_true(x->stated[0].in_force && x->stated[1].in_force);
    is(&x->stated[2], FTS_VALID, NULL);
    is(&x->stated[3], FTS_VALID, NULL);
    is(&x->stated[4], FTS_VALID, NULL);
    is(&x->stated[5], FTS_PAST, NULL);
    /* an id without registry and nonsense are told, and do not count */
    assert_int_equal(x->stated[3].weights.n, 1);
    assert_string_equal(x->stated[3].weights.v[0].name, "atlas");
    assert_non_null(strstr(x->stated[3].note, "weight 'x'"));
}

/* A share of what nobody knows is nothing: whoever grants it is told. A share of 0 is 0. */
static void shares_of_unknown(void **state)
{
    struct world *x = *state;
    x->w.unknown = "r1|r2";
    fts_world_grant(&x->w, "one", "link:r1>r2", 0.5);
    fts_world_grant(&x->w, "two", "link:r1|r2", 0)->share = 0;
    fts_world_grant(&x->w, "one", "link:r1|r4", 0.5);
    fts_world_grant(&x->w, "one", "link:r1|r2", 5)->user = "other";
    specify(x);
    for (size_t i = 0; i < 4; i++)
        is(&x->stated[i], FTS_VALID, NULL);
    assert_string_equal(x->stated[0].note,
                        "the capacity of link r1|r2 is not known, so a share "
                        "of it says nothing: a limit is needed");
    for (size_t i = 1; i < 4; i++)
        assert_null(x->stated[i].note);
}

/* Many users of one group with many links cost no more than the group and the grants. */
static void large_groups(void **state)
{
    enum { GRANTS = GRANTS_MAX, LINKS = GRANT_LINKS_MAX };
    static struct fact_grant grants[GRANTS];
    static const char *links[LINKS];
    struct world *x = *state;
    struct err e = {0};
    for (size_t i = 0; i < LINKS; i++)
        links[i] = i % 2 > 0 ? "r2|r3" : "r4>r3";
    fts_world_group(&x->w, "two", "sea", "r2|r3", "r3|r4");
    fts_world_grant(&x->w, "two", "group:sea", 5);
    x->w.groups[0].links = (struct strs){links, LINKS};
    specify(x);
    struct fts_said said = fts_said_by(edition_snapshot(x->ed), NULL, NOW);
    for (size_t i = 0; i < GRANTS; i++) {
        grants[i] = said.grants[0];
        grants[i].user = arena_printf(x->arena, "u%zu", i);
    }
    said.grants = grants;
    said.n_grants = GRANTS;
    size_t before = arena_used(x->arena);
    assert_int_equal(fts_specify(&said, x->arena, &x->stated, &e), 0);
    assert_true(arena_used(x->arena) - before < (size_t)8 << 20);
    for (size_t i = 0; i < GRANTS; i++) {
        is(&x->stated[i], FTS_VALID, NULL);
        assert_int_equal(x->stated[i].n_links, 2);
        assert_ptr_equal(x->stated[i].links, x->stated[0].links);
    }
    assert_int_equal(x->stated[9].links[0].directions, 2);
    assert_int_equal(x->stated[9].links[1].directions, 3);
}

/* Who asks for one user's grants does not pay for those of others. */
static void of_one_user(void **state)
{
    static const char *const weights[] = {"atlas=2"};
    struct world *x = *state;
    struct err e = {0};
    fts_world_grant(&x->w, "one", "link:r1|r2", 5)->user = "other";
    fts_world_grant(&x->w, "one", "link:r1|r2", 6)->weights =
        (struct strs){(const char **)(uintptr_t)weights, 1};
    fts_world_grant(&x->w, "one", "link:r1|r2", 7)->user = NULL;
    specify(x);
    struct fts_said said = fts_said_by(edition_snapshot(x->ed), NULL, NOW);
    said.user = "fts";
    assert_int_equal(fts_specify(&said, x->arena, &x->stated, &e), 0);
    is(&x->stated[0], FTS_IGNORED, NULL);
    is(&x->stated[1], FTS_VALID, NULL);
    is(&x->stated[2], FTS_IGNORED, NULL);
    assert_int_equal(x->stated[0].n_links, 0);
    assert_false(x->stated[0].in_force);
    assert_int_equal(x->stated[1].weights.n, 1);
}

/* Two documents of a domain define a group of one name: each grant means its own. */
static void groups_of_one_name(void **state)
{
    static const struct origin later = {
        .domain = "two", .source = "static", .kind = "static", .scope = "later.yaml"};
    struct world *x = *state;
    static const char *const bad[] = {"x"};
    fts_world_group(&x->w, "two", "sea", "r2|r3", "r9|r8");
    fts_world_group(&x->w, "two", "sea", "r3|r4", "r3|r4");
    x->w.groups[1].origin = &later;
    fts_world_grant(&x->w, "two", "group:sea", 5)->weights =
        (struct strs){(const char **)(uintptr_t)bad, 1};
    fts_world_grant(&x->w, "two", "group:sea", 5)->user = "other";
    fts_world_grant(&x->w, "two", "group:sea", 5)->user = "third";
    x->w.grants[2].origin = &later;
    specify(x);
    assert_string_equal(x->stated[0].note, "weight 'x' can't be read");
    assert_string_equal(x->stated[1].note, "link r9|r8 is not known, or of other domains");
    assert_string_equal(x->stated[1].links[0].link->name, "r2|r3");
    assert_string_equal(x->stated[2].links[0].link->name, "r3|r4");
    assert_null(x->stated[2].note);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(links_and_directions),
                                       TEST(times),
                                       TEST(ignored),
                                       TEST(conflicts),
                                       TEST(shares_of_unknown),
                                       TEST(large_groups),
                                       TEST(of_one_user),
                                       TEST(groups_of_one_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
