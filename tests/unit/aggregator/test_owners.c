/* SPDX-License-Identifier: Apache-2.0 */
/* Who runs routers that only traceroutes know: both families, transit, doubt. */
#include "unit/cmocka_all.h"

#include <stdio.h>

#include "aggregator/traces.h"
#include "unit/aggregator/world_builder.h"

/*
 *   one ─ A1 ── X ── B1 ─ two       IPv4: the link A1-X is numbered by one, X-B1 by two;
 *                                   IPv6: both by mid, which shows no address in IPv4.
 */
#define DOMAINS                                                                                \
    "domain name=one asns=64496 prefixes=203.0.113.0/24;2001:db8:1::/48\n"                     \
    "domain name=two asns=64497 prefixes=198.51.100.0/24;2001:db8:2::/48\n"                    \
    "domain name=mid asns=64500 prefixes=192.0.2.0/24;2001:db8:3::/48\n"                       \
    "from tr traceroute\n"
#define S4 "203.0.113.10"
#define D4 "198.51.100.10"
#define S6 "2001:db8:1::10"
#define D6 "2001:db8:2::10"

#define THERE4 "trace " S4 " " D4 " 203.0.113.1 203.0.113.130 198.51.100.130 " D4 "\n"
#define BACK4  "trace " D4 " " S4 " 198.51.100.1 198.51.100.129 203.0.113.129 " S4 "\n"
#define THERE6                                                                                 \
    "trace " S6 " " D6 " 2001:db8:1::1 2001:db8:3:1::2 2001:db8:3:2::2 2001:db8:2:1::1 " D6 "\n"
#define BACK6                                                                                  \
    "trace " D6 " " S6 " 2001:db8:2::1 2001:db8:2:1::2 2001:db8:3:2::1 2001:db8:3:1::1 " S6 "\n"

static const struct trace *pair(const struct wb *b, const char *src, const char *dst)
{
    struct addr s = wb_addr(src), d = wb_addr(dst);
    const struct trace *t = trace_of_pair(b->world, &s, &d);
    assert_non_null(t);
    return t;
}

static const char *dom_at(const struct wb *b, const char *src, const char *dst, size_t hop)
{
    const struct trace *t = pair(b, src, dst);
    assert_true(hop < t->n);
    return t->hops[hop].dom ? t->hops[hop].dom->name : "";
}

/* Three routers in each family: IPv6 shows that the second is mid's. */
#define SAME6                                                                                  \
    "trace " S6 " " D6 " 2001:db8:1::1 2001:db8:3:1::2 2001:db8:3:2::2 " D6 "\n"               \
    "trace " D6 " " S6 " 2001:db8:2::1 2001:db8:3:2::1 2001:db8:3:1::1 " S6 "\n"

static void test_one_family_tells_of_the_other(void **state)
{
    (void)state;
    struct wb *alone = wb_world("watcher", DOMAINS THERE4 BACK4, NULL);
    assert_string_not_equal(dom_at(alone, S4, D4, 1), "mid");
    wb_free(&alone);
    struct wb *both = wb_world("watcher", DOMAINS THERE4 BACK4 SAME6, NULL);
    assert_string_equal(dom_at(both, S6, D6, 1), "mid");
    assert_string_equal(dom_at(both, S4, D4, 1), "mid");
    assert_string_equal(dom_at(both, S4, D4, 0), "one");
    assert_string_equal(dom_at(both, S4, D4, 2), "two");
    wb_free(&both);
}

/* Paths of another length are other paths: nothing follows. */
static void test_other_ways_tell_nothing(void **state)
{
    (void)state;
    struct wb *b = wb_world("watcher", DOMAINS THERE4 BACK4 THERE6 BACK6, NULL);
    assert_string_not_equal(dom_at(b, S4, D4, 1), "mid");
    wb_free(&b);
}

/* As many hops, the second numbered by mid in both families, the third not: there they part. */
static void test_families_that_part(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "watcher",
        DOMAINS "domain name=far asns=64501 prefixes=2001:db8:4::/48\nfrom tr traceroute\n"
                "trace " S4 " " D4 " 203.0.113.1 192.0.2.2 192.0.2.6 198.51.100.1 " D4 "\n"
                "trace " S6 " " D6 " 2001:db8:1::1 2001:db8:3:1::2 2001:db8:4:1::2 "
                "2001:db8:2::1 " D6 "\n",
        NULL);
    assert_string_equal(dom_at(b, S4, D4, 1), "mid");
    assert_string_equal(dom_at(b, S6, D6, 1), "mid");
    assert_string_equal(dom_at(b, S4, D4, 2), "mid");
    assert_string_equal(dom_at(b, S6, D6, 2), "far");
    wb_free(&b);
}

/* The other router of the pair is surely another domain's in IPv6: they are two. */
static void test_contradictions_are_not_joined(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "watcher",
        DOMAINS
        "domain name=far asns=64501 prefixes=100.64.0.0/16;2001:db8:4::/48\n"
        "from tr traceroute\n"
        "trace 192.0.2.10 198.51.100.20 192.0.2.1 192.0.2.130 192.0.2.134 198.51.100.20\n"
        "trace 2001:db8:3::10 2001:db8:2::20 2001:db8:3::1 2001:db8:4:1::2 "
        "2001:db8:4:2::2 2001:db8:2::20",
        NULL);
    assert_string_equal(dom_at(b, "2001:db8:3::10", "2001:db8:2::20", 1), "far");
    assert_string_equal(dom_at(b, "192.0.2.10", "198.51.100.20", 1), "mid");
    wb_free(&b);
}

/*
 * A transit is seen to carry others' packets elsewhere. A border router of which nothing shows
 * but links numbered by its neighbours may be that transit's: it is not called sure.
 */
static void test_a_border_that_shows_nothing_is_doubtful(void **state)
{
    (void)state;
    struct wb *b = wb_world("watcher",
                            DOMAINS "trace 203.0.113.20 198.51.100.20 203.0.113.1 192.0.2.2 "
                                    "192.0.2.6 198.51.100.2 198.51.100.20\n"
                                    "trace 198.51.100.20 203.0.113.20 198.51.100.1 192.0.2.5 "
                                    "192.0.2.1 203.0.113.2 203.0.113.20\n" THERE4,
                            NULL);
    const struct trace *t = pair(b, S4, D4);
    assert_string_equal(dom_at(b, S4, D4, 1), "one");
    assert_true(t->hops[1].lone || !t->hops[1].sure);
    assert_false(pair(b, "203.0.113.20", "198.51.100.20")->hops[1].lone);
    struct path *p = wb_path(b, S4, D4, NULL);
    assert_true(p->reached);
    assert_int_equal(p->cls, CLASS_ASSUMED);
    wb_free(&b);
}

/* The same border; where one is seen to take the first address of six links to two's routers,
 * and of the one from its border on, the border is its: whether or not AS paths are told. */
static void test_a_border_with_the_first_address(void **state)
{
    static const struct {
        const char *at;
        bool told, lone;
    } cases[] = {{"203.0.113.130", false, true},
                 {"203.0.113.129", false, false},
                 {"203.0.113.130", true, true},
                 {"203.0.113.129", true, false}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char trace[200];
        struct wb *b = wb_new();
        wb_say(b, "watcher",
               DOMAINS "trace 203.0.113.20 198.51.100.20 203.0.113.1 192.0.2.2 "
                       "192.0.2.6 198.51.100.2 198.51.100.20\n"
                       "trace 198.51.100.20 203.0.113.20 198.51.100.1 192.0.2.5 "
                       "192.0.2.1 203.0.113.2 203.0.113.20\n");
        if (cases[i].told)
            wb_say(b, "one",
                   "from lg looking-glass\nbgp w1 64496\n"
                   "seen w1 198.51.100.0/25 192.0.2.9 64500,64497 192.0.2.9 best=1 external=1\n"
                   "seen w1 198.51.100.128/25 - 64497 - best=1 external=1\n");
        for (int k = 0; k < 6; k++) {
            snprintf(trace, sizeof(trace),
                     "trace 203.0.113.%d 198.51.100.%d 203.0.113.%d 203.0.113.%d 198.51.100.%d",
                     60 + k, 60 + k, 50 + 4 * k, 142 + 4 * k, 60 + k);
            wb_say(b, "watcher", trace);
        }
        snprintf(trace, sizeof(trace), "trace " S4 " " D4 " 203.0.113.1 %s 198.51.100.130 " D4,
                 cases[i].at);
        wb_say(b, "watcher", trace);
        wb_build(b);
        assert_string_equal(dom_at(b, S4, D4, 1), "one");
        const struct seen *border = &pair(b, S4, D4)->hops[1];
        assert_int_equal(border->lone, cases[i].lone);
        assert_int_equal(border->bare, cases[i].lone);
        wb_free(&b);
    }
}

/*
 *   A (one) ──── R ──── B (two)       R is two's border, and every link is numbered by another
 *      \        /                     domain. From one to mid there is a link beside it, and
 *       M (mid) ──── F (far)          A ── R carries nothing but what is from or for two.
 */
#define MARKET                                                                                 \
    DOMAINS "domain name=far asns=64502 prefixes=203.0.112.0/24\nfrom tr traceroute\n"         \
            "trace " S4 " " D4 " 203.0.113.1 203.0.113.130 198.51.100.130 " D4 "\n"            \
            "trace " D4 " " S4 " 198.51.100.1 198.51.100.129 203.0.113.129 " S4 "\n"           \
            "trace 203.0.112.10 " D4 " 203.0.112.1 192.0.2.13 192.0.2.6 198.51.100.130 " D4    \
            "\ntrace " D4 " 203.0.112.10 198.51.100.1 198.51.100.129 192.0.2.5 192.0.2.14 "    \
            "203.0.112.10\n"
#define BESIDE                                                                                 \
    "trace " S4 " 203.0.112.10 203.0.113.1 192.0.2.9 192.0.2.14 203.0.112.10\n"                \
    "trace 203.0.112.10 " S4 " 203.0.112.1 192.0.2.13 192.0.2.10 " S4 "\n"

static void test_a_link_for_one_domain_is_a_link_to_it(void **state)
{
    (void)state;
    struct wb *b = wb_world("watcher", MARKET BESIDE, NULL);
    assert_string_equal(dom_at(b, S4, D4, 1), "two");
    assert_string_equal(dom_at(b, "203.0.112.10", D4, 1), "mid");
    assert_string_equal(dom_at(b, "203.0.112.10", D4, 2), "two");
    wb_free(&b);
}

/* Five links lead to R and one on from it. No way back confirms that they are of one router,
 * and nothing speaks against it: four are numbered by mid, whose routers are beyond. */
static void test_links_that_lead_to_one_next_hop(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "watcher",
        DOMAINS "trace " S4 " " D4 " 203.0.113.1 203.0.113.130 198.51.100.130 " D4 "\n"
                "trace 192.0.2.200 " D4 " 192.0.2.201 192.0.2.6 198.51.100.130 " D4 "\n"
                "trace 192.0.2.202 " D4 " 192.0.2.201 192.0.2.6 198.51.100.130 " D4 "\n"
                "trace 192.0.2.220 " D4 " 192.0.2.221 192.0.2.18 198.51.100.130 " D4 "\n"
                "trace 192.0.2.230 " D4 " 192.0.2.231 192.0.2.22 198.51.100.130 " D4 "\n"
                "trace 192.0.2.240 " D4 " 192.0.2.241 192.0.2.26 198.51.100.130 " D4 "\n",
        NULL);
    assert_string_equal(dom_at(b, "192.0.2.200", D4, 1), "mid");
    assert_string_equal(dom_at(b, S4, D4, 1), "mid");
    wb_free(&b);
}

/* Forwarding depends on the destination: two ways on from one address are a choice. */
static void test_one_of_two_ways_is_assumed(void **state)
{
    (void)state;
    static const struct {
        const char *other;
        enum fact_class cls;
    } cases[] = {
        {"", CLASS_DERIVED},
        {"trace 203.0.113.20 " D4 " 203.0.113.2 203.0.113.9 203.0.113.18 198.51.100.1 " D4 "\n",
         CLASS_DERIVED}, /* the same way from another place */
        {"trace 203.0.113.20 " D4 " 203.0.113.2 203.0.113.9 203.0.113.34 198.51.100.1 " D4 "\n",
         CLASS_ASSUMED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "watcher",
               "domain name=one asns=64496 prefixes=203.0.113.0/24\n"
               "domain name=two asns=64497 prefixes=198.51.100.0/24\n"
               "from tr traceroute\ntrace " S4 " " D4
               " 203.0.113.1 203.0.113.9 203.0.113.18 198.51.100.1 " D4 "\n");
        if (*cases[i].other)
            wb_say(b, "watcher", cases[i].other);
        wb_build(b);
        struct path *p = wb_path(b, S4, D4, NULL);
        assert_true(p->reached);
        assert_int_equal(p->cls, cases[i].cls);
        wb_free(&b);
    }
}

#define MANY                                                                                   \
    "domain name=one asns=64496 prefixes=203.0.113.0/24;2001:db8:1::/48\n"                     \
    "domain name=two asns=64497 prefixes=198.51.100.0/24;2001:db8:2::/48\n"                    \
    "domain name=mid asns=64500 prefixes=192.0.2.0/24;2001:db8:3::/48\n"                       \
    "domain name=far asns=64502 prefixes=203.0.112.0/24;2001:db8:4::/48\n"                     \
    "from tr traceroute\n"

/* Whose the routers of both ways are is certain, as hosts are behind them: that one of the ways
 * is told does no harm where they are as long. */
static void test_one_of_ways_that_are_alike(void **state)
{
    static const struct {
        const char *other;
        enum fact_class cls;
    } cases[] = {{"203.0.113.34", CLASS_DERIVED}, {"203.0.113.34 203.0.113.42", CLASS_ASSUMED}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char trace[200];
        struct wb *b = wb_new();
        wb_say(b, "watcher",
               DOMAINS "trace " S4 " " D4
                       " 203.0.113.1 203.0.113.9 203.0.113.18 198.51.100.1 " D4 "\n"
                       "trace 203.0.113.61 " D4 " 203.0.113.18 198.51.100.1 " D4 "\n"
                       "trace 203.0.113.62 " D4 " 203.0.113.34 198.51.100.1 " D4 "\n");
        snprintf(trace, sizeof(trace),
                 "trace 203.0.113.20 " D4 " 203.0.113.2 203.0.113.9 %s 198.51.100.1 " D4,
                 cases[i].other);
        wb_say(b, "watcher", trace);
        wb_build(b);
        assert_int_equal(wb_path(b, S4, D4, NULL)->cls, cases[i].cls);
        wb_free(&b);
    }
}

/*
 *   one ── R ══ two ── far       R's links are numbered by one, mid and two. If R were two's,
 *          │     │               packets of one to far would go to two here, and to mid where
 *   one ── mid ──┘               the other router of one is: a domain has one way.
 */
static void test_a_domain_has_one_way_to_another(void **state)
{
    (void)state;
    static const char f4[] = "203.0.112.10";
    struct wb *b = wb_world(
        "watcher",
        MANY "trace " S4 " 203.0.112.10 203.0.113.1 203.0.113.130 198.51.100.130 203.0.112.130 "
             "203.0.112.10\n"
             "trace 192.0.2.200 203.0.112.10 192.0.2.201 192.0.2.6 198.51.100.130 "
             "203.0.112.130 203.0.112.10\n"
             "trace 192.0.2.200 " D4 " 192.0.2.201 192.0.2.6 198.51.100.134 " D4 "\n"
             "trace 203.0.113.20 203.0.112.10 203.0.113.2 192.0.2.10 192.0.2.18 "
             "198.51.100.138 203.0.112.134 203.0.112.10\n",
        NULL);
    assert_string_equal(dom_at(b, S4, f4, 1), "mid");
    assert_string_equal(dom_at(b, S4, f4, 2), "two");
    assert_string_equal(dom_at(b, "203.0.113.20", f4, 1), "mid");
    wb_free(&b);
}

/* The address behind a silent router tells the number of its link: whose it is. Seen from both
 * sides it is one router, whichever of its links shows it. */
static void test_a_silent_router_has_links(void **state)
{
    (void)state;
    struct wb *b = wb_world("watcher",
                            MANY "trace " S4 " " D4 " 203.0.113.1 * 198.51.100.130 " D4 "\n"
                                 "trace " D4 " " S4 " 198.51.100.130 * 192.0.2.1 " S4 "\n",
                            NULL);
    assert_string_equal(dom_at(b, D4, S4, 1), "mid");
    assert_string_equal(dom_at(b, S4, D4, 2), "two");
    struct path *p = wb_path(b, D4, S4, NULL);
    assert_true(p->reached);
    assert_int_equal(p->cls, CLASS_ASSUMED); /* whose link it is does not tell who is silent */
    wb_free(&b);
    b = wb_world("watcher",
                 MANY "trace " S4 " " D4 " 192.0.2.1 * 198.51.100.130 " D4 "\n"
                      "trace " D4 " " S4 " 198.51.100.130 * 192.0.2.1 " S4 "\n",
                 NULL);
    assert_string_equal(dom_at(b, D4, S4, 1), "mid");
    assert_string_equal(dom_at(b, S4, D4, 1), "mid");
    wb_free(&b);
}

/* Is the second router on the way to far the one that mid's link leads to? */
static bool is_joined(const char *v6)
{
    static const char v4[] =
        MANY "trace " S4 " " D4 " 203.0.113.1 203.0.113.9 192.0.2.9 198.51.100.1 " D4 "\n"
             "trace 203.0.112.10 192.0.2.200 203.0.112.1 192.0.2.10 192.0.2.201 192.0.2.200\n";
    struct wb *b = wb_new();
    wb_say(b, "watcher", v4);
    if (*v6)
        wb_say(b, "watcher", v6);
    wb_build(b);
    uint32_t x = pair(b, S4, D4)->hops[1].router;
    uint32_t z = pair(b, "203.0.112.10", "192.0.2.200")->hops[1].router;
    assert_true(x && z);
    wb_free(&b);
    return x == z;
}

#define WAY6(hop)                                                                              \
    "trace " S6 " " D6 " 2001:db8:1::1 2001:db8:1:9::2 " hop " 2001:db8:2::1 " D6 "\n"
#define FAR6(hop)                                                                              \
    "trace 2001:db8:4::10 2001:db8:3::20 2001:db8:4::1 " hop " 2001:db8:3::1 2001:db8:3::20\n"

/* Who answers from elsewhere in one family does not in the other: the links differ. */
static void test_families_have_the_same_links(void **state)
{
    (void)state;
    static const struct {
        const char *v6;
        bool joined;
    } cases[] = {
        {"", true},
        {WAY6("2001:db8:3:9::2"), true},                           /* numbered by mid, too */
        {WAY6("2001:db8:2:9::2"), false},                          /* by two */
        {WAY6("2001:db8:3:9::2") FAR6("2001:db8:3:9::1"), true},   /* both ends of one link */
        {WAY6("2001:db8:3:9::2") FAR6("2001:db8:3:11::1"), false}, /* of two links */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(is_joined(cases[i].v6), cases[i].joined);
}

/*
 *   one ─ .129 ─ (silent) ─ .17 ─ two      The link to .17 has mid's number. In IPv6 one's
 * second router is a neighbour of far, as the silent one of the other way in IPv4 is. No router
 * alone is better labelled otherwise than the search first finds, two neighbours together are:
 * the silent router is one's.
 */
static void test_neighbours_change_together(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "watcher",
        "domain name=mid asns=64500 prefixes=192.0.2.0/24;2001:db8:3::/48\n"
        "domain name=far asns=64501 prefixes=198.18.0.0/24;2001:db8:4::/48\n"
        "domain name=one asns=64496 prefixes=203.0.113.0/24;2001:db8:1::/48\n"
        "domain name=two asns=64497 prefixes=198.51.100.0/24;2001:db8:2::/48\n"
        "domain name=end asns=64502 prefixes=198.19.0.0/24;2001:db8:5::/48\n"
        "from tr traceroute\n"
        "trace " S4 " " D4 " 203.0.113.1 203.0.113.129 * 192.0.2.17 198.51.100.128 " D4 "\n"
        "trace " S6 " 2001:db8:5::10 2001:db8:1::1 2001:db8:1:3::1 2001:db8:4:1::1 "
        "2001:db8:4:2:: 2001:db8:4:3::1 2001:db8:5:1::2 2001:db8:5::10\n"
        "trace " S4
        " 198.19.0.10 203.0.113.1 203.0.113.129 * 10.0.0.2 198.18.0.1 198.19.0.10\n",
        NULL);
    assert_string_equal(dom_at(b, S4, D4, 1), "one");
    assert_string_equal(dom_at(b, S4, D4, 2), "one");
    assert_string_equal(dom_at(b, S4, D4, 3), "mid");
    wb_free(&b);
}

/* Between one's router and mid's somebody is silent. The number of its link says mid, and
 * nothing contradicts it, but one's border would have that link as well. */
static void test_who_is_silent_at_a_border_is_assumed(void **state)
{
    (void)state;
    struct wb *b = wb_world(
        "watcher",
        DOMAINS "trace " S4 " " D4 " 203.0.113.1 * 192.0.2.10 192.0.2.14 198.51.100.1 " D4 "\n"
                "trace " S4 " 192.0.2.200 203.0.113.1 192.0.2.6 192.0.2.200\n"
                "trace 192.0.2.200 " S4 " 192.0.2.1 203.0.113.1 " S4 "\n"
                "trace " D4 " " S4 " 198.51.100.1 192.0.2.13 192.0.2.9 * 203.0.113.1 " S4 "\n",
        NULL);
    assert_string_equal(wb_hops_domains(b, S4, D4),
                        "one/?203.0.113.1 mid/?? mid/?192.0.2.10 mid/?192.0.2.14 "
                        "two/?198.51.100.1: assumed");
    wb_free(&b);
}

/* A table tells of an AS path; a router on the way has an address of a domain that is not on
 * it: packets may have left mid by another border. */
static void test_an_as_path_that_packets_leave(void **state)
{
    static const char world[] =
        DOMAINS "domain name=far asns=64501 prefixes=198.18.0.0/24\nfrom lg looking-glass\n"
                "bgp w1 64496\n"
                "seen w1 198.51.100.0/24 192.0.2.9 64500,64497 192.0.2.9 best=1 external=1\n"
                "from tr traceroute\n";
    static const struct {
        const char *address;
        enum fact_class cls;
    } cases[] = {{"192.0.2.13", CLASS_DERIVED}, {"198.18.0.2", CLASS_ASSUMED}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char trace[200];
        snprintf(trace, sizeof(trace),
                 "trace " S4 " " D4 " 203.0.113.1 192.0.2.9 %s 198.51.100.1 " D4,
                 cases[i].address);
        struct wb *b = wb_new();
        wb_say(b, "one", world);
        wb_say(b, "one", "from tr traceroute");
        wb_say(b, "one", trace);
        wb_build(b);
        struct path *p = wb_path(b, S4, D4, NULL);
        assert_int_equal(p->cls, cases[i].cls);
        assert_int_equal(p->legs[0].n_as, 3);
        wb_free(&b);
    }
}

/* Of ten traceroutes one ends in mid, because it mixed ways of two lengths: its AS path would
 * not reach the destination's domain. */
static void test_a_way_that_ends_before_its_domain(void **state)
{
    struct wb *b = wb_new();
    char trace[200];
    (void)state;
    wb_say(b, "one",
           DOMAINS "from lg looking-glass\nbgp w1 64496\n"
                   "seen w1 198.51.100.0/24 192.0.2.9 64500,64497 192.0.2.9 best=1 external=1\n"
                   "from tr traceroute\n"
                   "trace " S4 " " D4 " 203.0.113.1 192.0.2.9 10.0.0.2 " D4 "\n");
    for (int i = 20; i < 29; i++) {
        snprintf(trace, sizeof(trace),
                 "trace " S4 " 198.51.100.%d 203.0.113.1 192.0.2.9 10.0.0.2 192.0.2.14 "
                 "198.51.100.1 198.51.100.%d",
                 i, i);
        wb_say(b, "one", trace);
    }
    wb_build(b);
    assert_string_equal(dom_at(b, S4, D4, 2), "mid");
    assert_int_equal(wb_path(b, S4, D4, NULL)->cls, CLASS_ASSUMED);
    assert_int_equal(wb_path(b, S4, "198.51.100.20", NULL)->cls, CLASS_DERIVED);
    wb_free(&b);
}

/* One of many traceroutes to a network ends at another router: it mixed two ways. */
static void test_a_rare_last_hop_is_no_border(void **state)
{
    (void)state;
    struct wb *b = wb_new();
    wb_say(b, "watcher",
           MANY "trace " S4 " " D4 " 203.0.113.1 192.0.2.2 " D4 "\n"
                "trace 192.0.2.200 203.0.112.10 192.0.2.201 192.0.2.2 203.0.112.1 "
                "203.0.112.10\n");
    for (int i = 0; i < 9; i++) {
        char line[160];
        snprintf(line, sizeof(line),
                 "from tr traceroute\ntrace 203.0.113.%d " D4
                 " 203.0.113.1 192.0.2.2 192.0.2.6 198.51.100.1 " D4 "\n",
                 20 + i);
        wb_say(b, "watcher", line);
    }
    wb_build(b);
    assert_string_equal(dom_at(b, "203.0.113.20", D4, 1), "mid");
    wb_free(&b);
}

/* The last router before a network is silent. Where an address answers at two TTLs, ways of
 * several lengths are mixed: the last that answered is not the network's own. */
static void test_a_mixed_last_hop_is_no_border(void **state)
{
    static const struct {
        const char *hops, *whose;
    } cases[] = {
        {" 203.0.113.1 192.0.2.2 192.0.2.2 " D4 "\n", "mid"}, /* at two TTLs */
        {" 203.0.113.1 192.0.2.2 " D4 "\n", "two"},           /* nothing speaks against it */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "watcher",
               MANY "trace " S4 " " D4 " 203.0.113.1 192.0.2.2 * " D4 "\n"
                    "trace 192.0.2.200 203.0.112.10 192.0.2.201 192.0.2.2 203.0.112.1 "
                    "203.0.112.10\n");
        for (int k = 0; k < 3; k++) {
            char line[160];
            snprintf(line, sizeof(line), "from tr traceroute\ntrace 203.0.113.%d " D4 "%s",
                     20 + k, cases[i].hops);
            wb_say(b, "watcher", line);
        }
        wb_build(b);
        assert_string_equal(dom_at(b, S4, D4, 1), cases[i].whose);
        wb_free(&b);
    }
}

/* Several routers answered at one TTL: the one that is told is whose it is where it answered
 * alone; of one that never did nothing is known. */
static void test_one_of_several_is_whose_it_is_elsewhere(void **state)
{
    static const struct {
        const char *several, *whose;
    } cases[] = {{"192.0.2.2/192.0.2.6", "mid"}, {"192.0.2.10/192.0.2.2", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char lines[512];
        snprintf(lines, sizeof(lines),
                 MANY "trace " S4 " " D4 " 203.0.113.1 %s 192.0.2.14 198.51.100.1 " D4 "\n"
                      "trace 203.0.113.20 " D4 " 203.0.113.1 192.0.2.2 198.51.100.1 " D4 "\n",
                 cases[i].several);
        struct wb *b = wb_world("watcher", lines, NULL);
        assert_string_equal(dom_at(b, "203.0.113.20", D4, 1), "mid");
        assert_string_equal(dom_at(b, S4, D4, 1), cases[i].whose);
        assert_int_equal(pair(b, S4, D4)->hops[1].router, 0);
        wb_free(&b);
    }
}

/*
 *   one ── r ─┬─ a ─┬─ two      r takes turns for one destination; a traceroute to another that
 *             └─ b ─┘           goes by a shows one of the ways, where the domain balances load
 */
static void test_turns_for_one_destination_are_turns_for_others(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        enum fact_class cls;
    } cases[] = {
        {"", CLASS_DERIVED},
        {"trace 203.0.113.20 198.51.100.140 203.0.113.2 203.0.113.9 203.0.113.34 198.51.100.1 "
         "198.51.100.140\n",
         CLASS_DERIVED}, /* may be another reason */
        {"trace 203.0.113.20 198.51.100.140 203.0.113.2 203.0.113.9 203.0.113.34 198.51.100.1 "
         "198.51.100.140\n"
         "trace 203.0.113.30 198.51.100.140 203.0.113.2 203.0.113.9 203.0.113.18/203.0.113.34 "
         "198.51.100.1 198.51.100.140\n",
         CLASS_ASSUMED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_new();
        wb_say(b, "watcher",
               "domain name=one asns=64496 prefixes=203.0.113.0/24\n"
               "domain name=two asns=64497 prefixes=198.51.100.0/25;198.51.100.128/25\n"
               "from tr traceroute\ntrace " S4 " " D4
               " 203.0.113.1 203.0.113.9 203.0.113.18 198.51.100.1 " D4 "\n");
        if (*cases[i].more)
            wb_say(b, "watcher", cases[i].more);
        wb_build(b);
        struct path *p = wb_path(b, S4, D4, NULL);
        assert_int_equal(p->cls, cases[i].cls);
        wb_free(&b);
    }
}

/*
 *   one ── X ── Y ── V ─ two       Y answers from its link to W, so X seems to be at the other
 * end ║                  of that: W itself. But X sends to two by Y, and W by V. one ─────── W
 * ── V ─ two
 */
#define BY_Y   "trace " S4 " " D4 " 203.0.113.1 203.0.113.133 198.51.100.129 " D4 "\n"
#define BY_V   "trace 203.0.113.20 198.51.100.20 203.0.113.134 198.51.100.129 198.51.100.20\n"
#define X_ON   "trace " S4 " 192.0.2.20 203.0.113.1 192.0.2.129 192.0.2.20\n"
#define W_ON   "trace 203.0.113.20 192.0.2.20 203.0.113.134 192.0.2.129 192.0.2.20\n"
#define W_DONE "trace 203.0.113.20 198.51.100.20 203.0.113.134 198.51.100.20\n"

static void test_who_sends_elsewhere_is_another(void **state)
{
    (void)state;
    static const struct {
        const char *traces, *dst;
        bool one;
    } cases[] = {
        {DOMAINS BY_Y BY_V, "198.51.100.20", false},
        {DOMAINS BY_Y W_DONE, "198.51.100.20", false}, /* W is the last before two's hosts */
        {DOMAINS BY_Y W_ON, "192.0.2.20", true},       /* another network tells nothing */
        {DOMAINS BY_Y BY_V X_ON W_ON, "198.51.100.20", true}, /* in turn, for one network */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct wb *b = wb_world("watcher", cases[i].traces, NULL);
        uint32_t x = pair(b, S4, D4)->hops[0].router;
        uint32_t w = pair(b, "203.0.113.20", cases[i].dst)->hops[0].router;
        assert_int_equal(x == w, cases[i].one);
        wb_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_family_tells_of_the_other),
        cmocka_unit_test(test_other_ways_tell_nothing),
        cmocka_unit_test(test_families_that_part),
        cmocka_unit_test(test_who_sends_elsewhere_is_another),
        cmocka_unit_test(test_contradictions_are_not_joined),
        cmocka_unit_test(test_a_border_that_shows_nothing_is_doubtful),
        cmocka_unit_test(test_a_border_with_the_first_address),
        cmocka_unit_test(test_a_link_for_one_domain_is_a_link_to_it),
        cmocka_unit_test(test_links_that_lead_to_one_next_hop),
        cmocka_unit_test(test_one_of_two_ways_is_assumed),
        cmocka_unit_test(test_one_of_ways_that_are_alike),
        cmocka_unit_test(test_a_domain_has_one_way_to_another),
        cmocka_unit_test(test_a_silent_router_has_links),
        cmocka_unit_test(test_families_have_the_same_links),
        cmocka_unit_test(test_neighbours_change_together),
        cmocka_unit_test(test_an_as_path_that_packets_leave),
        cmocka_unit_test(test_a_way_that_ends_before_its_domain),
        cmocka_unit_test(test_who_is_silent_at_a_border_is_assumed),
        cmocka_unit_test(test_a_rare_last_hop_is_no_border),
        cmocka_unit_test(test_a_mixed_last_hop_is_no_border),
        cmocka_unit_test(test_one_of_several_is_whose_it_is_elsewhere),
        cmocka_unit_test(test_turns_for_one_destination_are_turns_for_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
