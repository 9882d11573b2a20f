/* SPDX-License-Identifier: Apache-2.0 */
/* By which rule an answer is assumed, and what evidence does without it. */
#include "unit/cmocka_all.h"

#include <string.h>

#include "unit/aggregator/world_builder.h"

/* w1 (west) - mid (64502, silent) - e1 (east). */
#define WEST                                                                                   \
    "domain name=mid asns=64502 prefixes=192.0.2.0/24\n"                                       \
    "domain 64501 prefixes=203.0.113.0/24\nport w1 lan 203.0.113.1/24\n"                       \
    "net w1 203.0.113.0/24\n"
#define BORDER                                                                                 \
    "port w1 a 192.0.2.1/30\nbgp w1 64501\npeer w1 192.0.2.2 64502\n"                          \
    "from lg looking-glass\nrib w1 198.51.100.0/24 bgp 192.0.2.2 a\n"                          \
    "rib w1 203.0.113.0/24 connected - lan\n"                                                  \
    "seen w1 198.51.100.0/24 192.0.2.2 64502,64503 192.0.2.2 best=1 external=1\n"
#define TRACES "from tr traceroute\n"
#define EAST                                                                                   \
    "domain 64503 prefixes=198.51.100.0/24;198.51.101.0/24\nport e1 b 192.0.2.10/30\n"         \
    "port e1 lan 198.51.100.1/24\nport e1 lan2 198.51.101.1/24\nbgp e1 64503\n"                \
    "net e1 198.51.100.0/24\nnet e1 198.51.101.0/24\npeer e1 192.0.2.9 64502\n"
#define OWN "trace 203.0.113.10 198.51.100.10 203.0.113.1 "
/* mid is seen to balance load, on the way to itself */
#define BALANCES                                                                               \
    "trace 203.0.113.10 192.0.2.200 203.0.113.1 192.0.2.2 192.0.2.138/192.0.2.142 "            \
    "192.0.2.200\n"

/* The first rule that a hop names, or "". */
static const char *rule_of(const struct path *p)
{
    for (size_t l = 0; l < p->n_legs; l++)
        for (size_t i = 0; i < p->legs[l].n_hops; i++) {
            const struct path_hop *h = &p->legs[l].hops[i];
            for (size_t k = 0; k < h->n_evidence; k++)
                if (!strncmp(h->evidence[k].text, ASSUMED, strlen(ASSUMED)))
                    return h->evidence[k].text + strlen(ASSUMED);
        }
    return "";
}

struct expected {
    const char *west, *east; /* besides what is above */
    const char *path, *rule;
};

static void check(const struct expected *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct wb *b = wb_new();
        wb_say(b, "west", WEST);
        wb_say(b, "west", c[i].west);
        wb_say(b, "east", EAST);
        wb_say(b, "east", c[i].east);
        wb_build(b);
        assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), c[i].path);
        assert_string_equal(rule_of(wb_path(b, "203.0.113.10", "198.51.100.10", NULL)),
                            c[i].rule);
        wb_free(&b);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(*(cases)))

/* Over one router a way back is the way there; over several it need not be. */
static void test_seen_the_other_way(void **state)
{
    static const struct expected cases[] = {
        {BORDER, "", "w1 ?192.0.2.2? e1: assumed", "how many routers there are is not known"},
        {BORDER,
         TRACES "trace 198.51.101.10 203.0.113.77 198.51.101.1 192.0.2.9 192.0.2.129 192.0.2.1 "
                "203.0.113.77\n",
         "w1 ?192.0.2.129 ?192.0.2.9 e1: derived", ""},
        {BORDER,
         TRACES "trace 198.51.101.10 203.0.113.77 198.51.101.1 192.0.2.9 192.0.2.133 "
                "192.0.2.129 192.0.2.1 203.0.113.77\n",
         "w1 ?192.0.2.129? ?192.0.2.133? ?192.0.2.9? e1: assumed",
         "it was seen to be crossed the other way only, by several routers"},
    };
    (void)state;
    CHECK(cases);
}

/* The address is of a link to w2, from which the packets did not come. */
static void test_answered_from_elsewhere(void **state)
{
    static const struct expected cases[] = {
        {BORDER TRACES OWN "192.0.2.2 192.0.2.18 192.0.2.10 198.51.100.10\n", "",
         "w1+ ?192.0.2.2 ?192.0.2.18 e1+: derived", ""},
        {BORDER "from git config\nport w2 k 192.0.2.17/30\n" TRACES OWN
                "192.0.2.2 192.0.2.18 192.0.2.10 198.51.100.10\n",
         "", "w1+ ?192.0.2.2 ?192.0.2.18? e1+: assumed",
         "it answered from elsewhere than where it was entered"},
    };
    (void)state;
    CHECK(cases);
}

/* Who has a way out to the only link of another domain has no other way to it. */
static void test_the_only_border(void **state)
{
    static const struct expected cases[] = {
        {BORDER TRACES BALANCES OWN "192.0.2.2 192.0.2.10 198.51.100.10\n", "",
         "w1+ ?192.0.2.2 e1+: derived", ""},
        {BORDER TRACES BALANCES OWN "192.0.2.2 192.0.2.10 198.51.100.10\n",
         "port e2 b 192.0.2.14/30\nbgp e2 64503\npeer e2 192.0.2.13 64502\n",
         "w1+ ?192.0.2.2 e1?: assumed", "the domain before balances load"},
    };
    (void)state;
    CHECK(cases);
}

/* The table hands packets to mid, the traceroute does not show it. */
static void test_a_neighbour_that_is_not_shown(void **state)
{
    static const struct expected cases[] = {
        {BORDER TRACES OWN "192.0.2.10 198.51.100.10\n", "", "w1+ ?192.0.2.2? e1: assumed",
         "how many routers there are is not known"},
    };
    (void)state;
    CHECK(cases);
}

/*
 *      w1 ── w2 ── mid     packets take both ways, or all that of two routers, in turn
 *       `─ w4 ┘
 */
#define FORKS                                                                                  \
    "port w1 i 10.0.0.1/30\nport w2 i 10.0.0.2/30\nport w1 j 10.0.0.5/30\n"                    \
    "port w4 j 10.0.0.6/30\nport w4 k 10.0.0.9/30\nport w2 k 10.0.0.10/30\n"                   \
    "port w2 a 192.0.2.1/30\nbgp w2 64501\npeer w2 192.0.2.2 64502\n"                          \
    "from lg looking-glass\nrib w2 198.51.100.0/24 bgp 192.0.2.2 a\n"                          \
    "rib w4 198.51.100.0/24 ospf 10.0.0.10 k\n"

static void test_ways_of_several_lengths(void **state)
{
    static const struct expected cases[] = {
        {FORKS "rib w1 198.51.100.0/24 ospf 10.0.0.2 i\n" TRACES OWN
               "10.0.0.2 192.0.2.2 192.0.2.130 192.0.2.10 198.51.100.10\n",
         "", "w1+ w2+ ?192.0.2.2 ?192.0.2.130 e1+: derived", ""},
        {FORKS "rib w1 198.51.100.0/24 ospf 10.0.0.2,10.0.0.6 i;j\n" TRACES OWN
               "10.0.0.2 192.0.2.2 192.0.2.130 192.0.2.10 198.51.100.10\n",
         "",
         "w1+ w2+ ?192.0.2.2 ?192.0.2.130? e1?"
         " | w1+ w4+ w2+ ?192.0.2.2 ?192.0.2.130? e1?: assumed",
         "the traceroute passed ways of several lengths"},
    };
    (void)state;
    CHECK(cases);
}

/* By which of two links mid comes in: e1 answers from the one by which it would send the reply,
 * so that says little. What it tells mid over each says which mid prefers: the lower address,
 * unless the AS path or the MED of one is less, or it is not told there. */
#define BOTH                                                                                   \
    "term e1 LONG 10 permit set=as-path-prepend~64503\nterm e1 MED 10 permit set=med~7\n"      \
    "term e1 NONE 10 deny\nport e1 c 192.0.2.14/30\n"
#define BACK(way)   "from lg looking-glass\nrib e1 203.0.113.0/24 bgp " way "\n"
#define PEERS(b, c) "peer e1 192.0.2.9 64502" b "\npeer e1 192.0.2.13 64502" c "\n"
#define BY_B        "192.0.2.2 192.0.2.130 192.0.2.10 198.51.100.10\n"
#define BY_C        "192.0.2.2 192.0.2.130 192.0.2.14 198.51.100.10\n"

static void check_entry(const char *answers, const char *east, const char *in, bool derived)
{
    struct wb *b = wb_new();
    wb_say(b, "west", WEST BORDER TRACES);
    wb_say(b, "west", TRACES);
    wb_say(b, "west", answers);
    wb_say(b, "east",
           "domain 64503 prefixes=198.51.100.0/24\nport e1 b 192.0.2.10/30\n"
           "port e1 lan 198.51.100.1/24\nbgp e1 64503\nnet e1 198.51.100.0/24\n" BOTH);
    wb_say(b, "east", east);
    wb_build(b);
    const struct path *p = wb_path(b, "203.0.113.10", "198.51.100.10", NULL);
    struct addr want = wb_addr(in);
    assert_int_equal(p->legs[0].n_hops, 4);
    assert_true(addr_eq(&p->legs[0].hops[3].in, &want));
    assert_int_equal(p->cls, derived ? CLASS_DERIVED : CLASS_ASSUMED);
    assert_string_equal(rule_of(p), derived ? "" : "it is entered by one of several links");
    wb_free(&b);
}

static void test_the_link_that_is_preferred(void **state)
{
    static const struct {
        const char *answers, *east, *in;
        bool derived;
    } cases[] = {
        {OWN BY_B, PEERS("", "") BACK("192.0.2.9 b"), "192.0.2.10", true},
        {OWN BY_C, PEERS("", "") BACK("192.0.2.13 c"), "192.0.2.14", false},
        {OWN BY_B, PEERS(" export_policy=MED", "") BACK("192.0.2.9 b"), "192.0.2.10", false},
        {OWN BY_C, PEERS(" export_policy=MED", "") BACK("192.0.2.13 c"), "192.0.2.14", true},
        {OWN BY_C, PEERS(" export_policy=LONG", " export_policy=MED") BACK("192.0.2.13 c"),
         "192.0.2.14", true},
        {OWN BY_C, PEERS(" export_policy=NONE", " export_policy=LONG") BACK("192.0.2.13 c"),
         "192.0.2.14", true},
        /* it answers from neither: the preferred one is a guess */
        {OWN "192.0.2.2 192.0.2.130 198.51.100.1 198.51.100.10\n",
         PEERS(" export_policy=MED", "") BACK("192.0.2.9 b"), "192.0.2.14", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check_entry(cases[i].answers, cases[i].east, cases[i].in, cases[i].derived);
}

/* Where more than one of several ways are used a traceroute shows one of them. */
static void test_a_traceroute_shows_one_of_several(void **state)
{
    static const char map[] =
        "domain 64496 prefixes=2001:db8::/32\nnode node=r1 platform=frr\n"
        "port r1 a 2001:db8:0:1::1/64\nport r2 a 2001:db8:0:1::2/64\n"
        "port r1 b 2001:db8:0:2::1/64\nport r2 b 2001:db8:0:2::2/64\n"
        "port r1 c 2001:db8:0:3::1/64\nport r3 c 2001:db8:0:3::2/64\n"
        "port r2 d 2001:db8:0:4::1/64\nport r4 d 2001:db8:0:4::2/64\n"
        "port r3 e 2001:db8:0:5::1/64\nport r4 e 2001:db8:0:5::2/64\n"
        "port r4 lan 2001:db8:4::1/64\nospf3 r4 lan 10 passive=1 family=6\n"
        "port r1 lan 2001:db8:6::1/64\n"
        "ospf3 r1 a 10 family=6\nospf3 r2 a 10 family=6\nospf3 r1 b 10 family=6\n"
        "ospf3 r2 b 10 family=6\nospf3 r1 c 10 family=6\nospf3 r3 c 10 family=6\n"
        "ospf3 r2 d 10 family=6\nospf3 r4 d 10 family=6\nospf3 r3 e 10 family=6\n"
        "ospf3 r4 e 10 family=6\n" TRACES
        "trace 2001:db8:6::9 2001:db8:4::9 2001:db8:6::1 2001:db8:0:3::2 2001:db8:0:5::2 "
        "2001:db8:4::9\n";
    (void)state;
    struct wb *b = wb_world("one", map, NULL);
    const struct path *p = wb_path(b, "2001:db8:6::9", "2001:db8:4::9", NULL);
    assert_int_equal(p->n_legs, 2);
    assert_int_equal(p->cls, CLASS_ASSUMED);
    assert_string_equal(rule_of(p), "one of several routes that are as good");
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seen_the_other_way),
        cmocka_unit_test(test_answered_from_elsewhere),
        cmocka_unit_test(test_the_only_border),
        cmocka_unit_test(test_a_neighbour_that_is_not_shown),
        cmocka_unit_test(test_ways_of_several_lengths),
        cmocka_unit_test(test_the_link_that_is_preferred),
        cmocka_unit_test(test_a_traceroute_shows_one_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
