/* SPDX-License-Identifier: Apache-2.0 */
/* What readers see: PIDs, costs, the graph, disagreements. */
#include "unit/cmocka_all.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "unit/aggregator/world_builder.h"

static const char *pid_of(const struct wb *b, const char *addr)
{
    struct addr a = wb_addr(addr);
    uint32_t i = lpm_find(b->snap->pid_of, &a, NULL);
    return i == LPM_NONE ? "none" : b->snap->pids[i].name;
}

static void test_pids_by_rule(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "domain 64496 prefixes=198.18.0.0/16;2001:db8::/32\n"
                            "site name=GENEVA prefixes=198.18.1.0/24;2001:db8:1::/48\n"
                            "port r1 lan 198.18.2.1/24\nport r1 s 198.18.1.1/26\n"
                            "port r1 p 10.0.0.1/24\nport r1 far 203.0.113.1/24\n"
                            "port r1 a 198.18.9.1/30\nport r2 a 198.18.9.2/30",
                            NULL);
    assert_string_equal(pid_of(b, "198.18.1.7"), "one:GENEVA"); /* a site's, also behind r1 */
    assert_string_equal(pid_of(b, "2001:db8:1::7"), "one:GENEVA");
    assert_string_equal(pid_of(b, "198.18.2.7"), "one:r1");
    assert_string_equal(pid_of(b, "198.18.9.2"), "one"); /* a link is nobody's network */
    assert_string_equal(pid_of(b, "198.18.77.1"), "one");
    assert_string_equal(pid_of(b, "203.0.113.7"), "default"); /* not the domain's space */
    assert_string_equal(pid_of(b, "10.0.0.7"), "default");
    assert_string_equal(pid_of(b, "2001:db9::1"), "default");
    assert_int_equal(snapshot_pid(b->snap, "one:GENEVA") >= 0, 1);
    wb_free(&b);
}

static void assert_valid_name(const char *name)
{
    assert_in_range(strlen(name), 1, PID_NAME_MAX);
    for (const char *c = name; *c; c++)
        assert_true(isalnum((unsigned char)*c) || strchr("-:@_", *c));
}

#define LONG "a-very-long-name-of-a-place-that-goes-on-and-on-and-on-until-it-no-longer-fits-"

static void test_pid_names(void **state)
{
    (void)state;
    struct wb *b = wb_world("cern.ch",
                            "domain 64496 prefixes=198.18.0.0/16\n"
                            "site name=Z\xc3\xbcrich~1 prefixes=198.18.1.0/24\n"
                            "site name=Z\xc3\xa4rich~1 prefixes=198.18.2.0/24\n"
                            "site name=" LONG "a prefixes=198.18.3.0/24\n"
                            "site name=" LONG "b prefixes=198.18.4.0/24\n",
                            NULL);
    for (size_t i = 0; i < b->snap->n_pids; i++) {
        assert_valid_name(b->snap->pids[i].name);
        assert_true(!i || strcmp(b->snap->pids[i - 1].name, b->snap->pids[i].name) < 0);
    }
    assert_int_equal(b->snap->n_pids, 6); /* four sites, the rest, and default */
    assert_string_not_equal(pid_of(b, "198.18.1.1"), pid_of(b, "198.18.2.1"));
    assert_string_not_equal(pid_of(b, "198.18.3.1"), pid_of(b, "198.18.4.1"));
    assert_string_equal(pid_of(b, "198.18.9.9"), "cern@ch");
    wb_free(&b);
}

/* Different places must never become one. */
static void test_pid_names_do_not_collide(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "domain 64496 prefixes=198.18.0.0/16\n"
                            "site name=a.b prefixes=198.18.1.0/24\n"
                            "site name=a-b prefixes=198.18.2.0/24",
                            "default", "domain 64497 prefixes=198.19.0.0/16", NULL);
    assert_string_not_equal(pid_of(b, "198.18.1.1"), pid_of(b, "198.18.2.1"));
    assert_string_not_equal(pid_of(b, "198.19.1.1"), pid_of(b, "203.0.113.1"));
    wb_free(&b);
}

static void test_pid_names_are_stable(void **state)
{
    (void)state;
    char before[2][80];
    struct wb *b = wb_world("one",
                            "domain 64496 prefixes=198.18.0.0/16\n"
                            "port r5 lan 198.18.5.1/24",
                            NULL);
    snprintf(before[0], 80, "%s", pid_of(b, "198.18.5.1"));
    snprintf(before[1], 80, "%s", pid_of(b, "198.18.0.1"));
    wb_free(&b);
    b = wb_world("aaa", "domain 64400 prefixes=198.19.0.0/16\nport r5 lan 198.19.5.1/24", "one",
                 "domain 64496 prefixes=198.18.0.0/16\nport r5 lan 198.18.5.1/24\n"
                 "port r1 lan 198.18.1.1/24",
                 NULL);
    assert_string_equal(pid_of(b, "198.18.5.1"), before[0]);
    assert_string_equal(pid_of(b, "198.18.0.1"), before[1]);
    wb_free(&b);
}

/* A chain of two domains: a capacity and a load on the way. */
#define ONE                                                                                    \
    "domain 64496 prefixes=203.0.113.0/24\nsite name=A prefixes=203.0.113.0/25\n"              \
    "site name=C prefixes=203.0.113.128/25\nport r1 lan 203.0.113.1/25\n"                      \
    "port r2 lan 203.0.113.129/25\nport r1 i 192.0.2.1/30 speed=80\n"                          \
    "port r2 i 192.0.2.2/30 speed=80\nport r1 x 192.0.2.5/30 speed=8000\n"                     \
    "ospf r1 i 7\nospf r2 i 9\nospf r1 lan 1\nospf r2 lan 1\nbgp r1 64496\n"                   \
    "peer r1 192.0.2.6 64497\nnet r1 203.0.113.0/25\nnet r1 203.0.113.128/25\n"                \
    "load node=r1 interface=i direction=out rate=16\n"
#define TWO                                                                                    \
    "domain 64497 prefixes=198.51.100.0/24\nsite name=B prefixes=198.51.100.0/24\n"            \
    "port t1 lan 198.51.100.1/24\nport t1 x 192.0.2.6/30\nbgp t1 64497\n"                      \
    "peer t1 192.0.2.5 64496\nnet t1 198.51.100.0/24\n"

/* Costs are the same for everybody: what is hidden from some of them is told to none. */
static void test_hidden_capacities_make_no_cost(void **state)
{
    static const struct {
        const char *rule; /* of domain two */
        bool inside, between;
    } cases[] = {
        {"", true, true},
        {"policy what=capacity client=fts decision=hide", true, false},
        {"policy what=capacity entity=link:r1|t1 decision=hide", true, false},
        {"policy what=capacity entity=link:r1|r2 decision=hide", true, true}, /* of one's own */
        {"policy what=interior decision=hide", true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char two[1024];
        snprintf(two, sizeof(two), TWO "%s", cases[i].rule);
        struct wb *b = wb_world("one", ONE, "two", two, NULL);
        assert_true(isnan(wb_cost(b, "bw-residual", "one:A", "one:C")) != cases[i].inside);
        assert_true(isnan(wb_cost(b, "bw-residual", "one:A", "two:B")) != cases[i].between);
        assert_true(wb_cost(b, "hopcount", "one:A", "two:B") == 1);
        wb_free(&b);
    }
}

static void test_costs(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", ONE, "two", TWO, NULL);
    assert_true(wb_cost(b, "hopcount", "one:A", "one:C") == 1);
    assert_true(wb_cost(b, "hopcount", "one:A", "one:A") == 0);
    assert_true(wb_cost(b, "priv:as-hopcount", "one:A", "one:C") == 0);
    assert_true(wb_cost(b, "hopcount", "one:A", "two:B") == 1);
    assert_true(wb_cost(b, "priv:as-hopcount", "one:A", "two:B") == 1);
    assert_true(wb_cost(b, "routingcost", "one:A", "two:B") == SNAPSHOT_COST_BORDER);
    assert_true(wb_cost(b, "bw-residual", "one:A", "one:C") ==
                10); /* 80 bit/s, whatever the load */
    assert_true(isnan(wb_cost(b, "hopcount", "one:A", "default")));
    wb_free(&b);
}

/* The interior metric that OSPF has on the way: 7 there, 9 back. */
static void test_routingcost_takes_interior_metrics(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", ONE, "two", TWO, NULL);
    assert_true(wb_cost(b, "routingcost", "one:A", "one:C") == 7);
    assert_true(wb_cost(b, "routingcost", "one:C", "one:A") == 9);
    wb_free(&b);
}

static void test_unknown_costs_are_nan(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            "domain 64496 prefixes=203.0.113.0/24\n"
                            "site name=A prefixes=203.0.113.0/24",
                            "two",
                            "domain 64497 prefixes=198.51.100.0/24\n"
                            "site name=B prefixes=198.51.100.0/24",
                            NULL);
    assert_true(isnan(wb_cost(b, "hopcount", "one:A", "two:B")));
    assert_true(snapshot_metric(b->snap, "routingcost") >= 0); /* RFC 7285: always there */
    assert_int_equal(snapshot_metric(b->snap, "tput"), -1);    /* nobody says anything */
    assert_true(wb_cost(b, "routingcost", "one:A", "one:A") == 0);
    wb_free(&b);
}

static void test_measurements(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            ONE "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=tput statistic=mean value=1e6 start=1\n"
                                "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=delay-ow statistic=max value=99 start=1",
                            "two", TWO, NULL);
    assert_true(wb_cost(b, "tput", "one:A", "two:B") == 1e6);
    assert_true(isnan(wb_cost(b, "tput", "two:B", "one:A")));
    assert_true(isnan(wb_cost(b, "delay-ow", "one:A", "two:B"))); /* a maximum is not typical */
    wb_free(&b);
}

/* From `src` to 198.51.100.10: what was measured between the two counts most, what was between
 * other hosts of their PIDs only where there is no path. */
static void check_between(const struct snapshot *s, const char *metric, const char *src,
                          double value, enum fact_class cls)
{
    struct addr a = wb_addr(src), b = wb_addr("198.51.100.10");
    struct snap_between x = {&a, &b, NAN, CLASS_DERIVED, BASIS_NONE};
    double got = snapshot_cost_between(s, metric, &x);
    assert_true(got == value || (isnan(got) && isnan(value)));
    assert_int_equal(x.cls, cls);
    x = (struct snap_between){&a, &b, 77, CLASS_DERIVED, BASIS_NONE};
    got = snapshot_cost_between(s, metric, &x);
    assert_true(got == (cls == CLASS_OBSERVED ? value : 77));
}

/* RFC 9439 section 3.3: each statistic is a metric of its own, and says that it is an estimate.
 */
static void test_statistics(void **state)
{
    static const char *const left_out[] = {"delay-ow:cur",  "delay-ow:p", "delay-ow:p9x",
                                           "delay-ow:best", "jitter:max", "jitter"};
    (void)state;
    struct wb *b = wb_world("one",
                            ONE "from ps perfsonar\n"
                                "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=delay-ow statistic=p99.9 value=9000 end=5\n"
                                "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=delay-ow statistic=mean value=7000 end=5\n"
                                "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=lossrate statistic=mean value=0 end=5\n"
                                "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=delay-ow statistic=p9x value=1 end=5\n"
                                "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=delay-ow statistic=best value=1 end=5\n"
                                "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=jitter statistic=max value=1 end=5",
                            "two", TWO, NULL);
    assert_true(wb_cost(b, "delay-ow:p99.9", "one:A", "two:B") == 9000);
    assert_true(wb_cost(b, "delay-ow:mean", "one:A", "two:B") == 7000);
    assert_true(wb_cost(b, "delay-ow", "one:A", "two:B") == 7000);
    assert_true(wb_cost(b, "lossrate", "one:A", "two:B") == 0);
    assert_true(isnan(wb_cost(b, "delay-ow:p99.9", "two:B", "one:A")));
    for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
        assert_int_equal(snapshot_metric(b->snap, left_out[i]), -1);
    int m = snapshot_metric(b->snap, "delay-ow");
    assert_string_equal(b->snap->metrics[m].cost_source, "estimation");
    check_between(b->snap, "delay-ow:p99.9", "203.0.113.10", 9000, CLASS_OBSERVED);
    check_between(b->snap, "delay-ow:p99.9", "203.0.113.11", 9000, CLASS_ASSUMED);
    check_between(b->snap, "hopcount", "203.0.113.10", NAN, CLASS_ASSUMED);
    wb_free(&b);
}

#define DELAY(statistic, value, end)                                                           \
    "measurement source=203.0.113.10 destination=198.51.100.10 metric=delay-ow "               \
    "statistic=" statistic " value=" value " end=" end "\n"

/* RFC 9439 section 3.3: p0, p50 and p100 have names of their own, and there is nothing beyond.
 */
static void test_percentiles(void **state)
{
    static const struct {
        const char *statistic, *name; /* NULL: no metric */
    } cases[] = {
        {"p0", "min"},
        {"p0.0", "min"},
        {"p50", "median"},
        {"p50.00", "median"},
        {"p100", "max"},
        {"p100.0", "max"},
        {"p5", "p5"},
        {"p99.9", "p99.9"},
        {"p0.5", "p0.5"},
        {"p100.1", NULL},
        {"p101", NULL},
        {"p-1", NULL},
        {"p.5", NULL},
        {"p5.", NULL},
        {"p", NULL},
        {"p1.2.3", NULL},
        {"p99.9999999999999999999999", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char facts[800], name[64];
        snprintf(facts, sizeof(facts), "%s" DELAY("%s", "5", "1"), ONE, cases[i].statistic);
        struct wb *b = wb_world("one", facts, "two", TWO, NULL);
        snprintf(name, sizeof(name), "delay-ow:%s",
                 cases[i].name ? cases[i].name : cases[i].statistic);
        assert_int_equal(snapshot_metric(b->snap, name) >= 0, cases[i].name != NULL);
        if (cases[i].name && strcmp(cases[i].name, cases[i].statistic) != 0) {
            snprintf(name, sizeof(name), "delay-ow:%s", cases[i].statistic);
            assert_int_equal(snapshot_metric(b->snap, name), -1);
        }
        wb_free(&b);
    }
}

/* RFC 9439 section 3.3: without operator it is the median. A later mean does not stand in for
 * one, not even between others, as then one name would mean two things. */
static void test_without_operator_it_is_the_median(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 ONE DELAY("median", "5000", "5") DELAY("mean", "7000", "9")
                     DELAY("cur", "8000", "10") "measurement source=198.51.100.10 "
                                                "destination=203.0.113.10 metric=delay-ow "
                                                "statistic=mean value=9000 end=9",
                 "two", TWO, NULL);
    assert_true(wb_cost(b, "delay-ow:median", "one:A", "two:B") == 5000);
    assert_true(wb_cost(b, "delay-ow", "one:A", "two:B") == 5000);
    assert_true(wb_cost(b, "delay-ow:mean", "one:A", "two:B") == 7000);
    assert_true(isnan(wb_cost(b, "delay-ow", "two:B", "one:A")));
    assert_true(wb_cost(b, "delay-ow:mean", "two:B", "one:A") == 9000);
    wb_free(&b);
}

#define SEEN(statistic, value, end)                                                            \
    "measurement source=203.0.113.10 destination=198.51.100.10 metric=lossrate " statistic     \
    " value=" value " end=" end "\n"
#define BACK(statistic, value, end)                                                            \
    "measurement source=198.51.100.10 destination=203.0.113.10 metric=lossrate " statistic     \
    " value=" value " end=" end "\n"

/* What has no statistic is a median; each domain's means stand for it where it has none. */
static void test_medians_are_each_domains_own(void **state)
{
    static const struct {
        const char *one, *two;
        double there, back;
    } cases[] = {
        {SEEN("", "1", "5"), BACK("statistic=median", "2", "5"), 1, 2},
        {SEEN("", "1", "5"), SEEN("statistic=median", "2", "4"), 1, NAN},
        {SEEN("", "1", "5") SEEN("statistic=mean", "2", "9"), "", 1, NAN},
        {SEEN("", "1", "5") BACK("statistic=mean", "2", "9"), "", 1, NAN},
        {SEEN("statistic=median", "1", "5"), BACK("statistic=mean", "2", "5"), 1, 2},
        {SEEN("statistic=p50", "1", "5"), BACK("statistic=cur", "2", "5"), 1, 2},
        {SEEN("statistic=mean", "1", "5"), BACK("statistic=median", "2", "5"), 1, 2},
        {SEEN("statistic=mean", "1", "5"), BACK("statistic=max", "2", "5"), 1, NAN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char one[1500], two[1500];
        snprintf(one, sizeof(one), "%s%s", ONE, cases[i].one);
        snprintf(two, sizeof(two), "%s%s", TWO, cases[i].two);
        struct wb *b = wb_world("one", one, "two", two, NULL);
        double back = wb_cost(b, "lossrate", "two:B", "one:A");
        assert_true(wb_cost(b, "lossrate", "one:A", "two:B") == cases[i].there);
        assert_true(isnan(cases[i].back) ? isnan(back) : back == cases[i].back);
        wb_free(&b);
    }
}

/* Of two measurements of one pair the later counts, whatever their values. */
static void test_the_latest_measurement(void **state)
{
    (void)state;
    struct wb *b = wb_world("one",
                            ONE "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=tput statistic=mean value=1e6 start=100 end=200\n"
                                "measurement source=203.0.113.10 destination=198.51.100.10 "
                                "metric=tput statistic=mean value=9e6 start=1 end=2\n"
                                "measurement source=203.0.113.11 destination=198.51.100.10 "
                                "metric=tput statistic=mean value=8e6 start=3 end=4",
                            "two", TWO, NULL);
    assert_true(wb_cost(b, "tput", "one:A", "two:B") == 1e6);
    wb_free(&b);
}

static void test_endpoints_stand_for_their_pid(void **state)
{
    (void)state;
    struct wb *b =
        wb_world("one",
                 ONE "endpoint name=disk rse=DISK site=A hosts=d1.example;d2.example "
                     "addrs=203.0.113.10,2001:db8::10",
                 "two", TWO, NULL);
    assert_int_equal(b->snap->n_endpoints, 1);
    assert_int_equal(b->snap->endpoints[0].n_hosts, 2);
    assert_string_equal(b->snap->endpoints[0].domain, "one");
    assert_true(wb_cost(b, "hopcount", "one:A", "two:B") == 1);
    wb_free(&b);
}

static void test_graph(void **state)
{
    (void)state;
    struct wb *b = wb_world("one", ONE, "two", TWO, NULL);
    const struct link *inter = NULL;
    for (size_t i = 0; i < b->snap->n_links; i++)
        if (b->snap->links[i].inter)
            inter = &b->snap->links[i];
    assert_int_equal(b->snap->n_domains, 2);
    assert_true(b->snap->domains[0].has_facts);
    assert_int_equal(b->snap->n_nodes, 3);
    assert_non_null(inter);
    assert_string_equal(inter->name, "r1|t1");
    assert_string_equal(inter->id, "one:r1:x|two:t1:x");
    assert_int_equal(inter->end[0].capacity, 8000);
    assert_int_equal(inter->end[1].capacity, 0);
    wb_free(&b);
}

static void test_nothing_at_all(void **state)
{
    (void)state;
    struct snapshot *s = NULL;
    struct err e = {0};
    assert_int_equal(aggregate(NULL, 0, 2000, &s, &e), 0);
    struct arena *a = arena_new(0);
    struct addr x = wb_addr("192.0.2.1"), y = wb_addr("192.0.2.2");
    struct path *p;
    assert_int_equal(s->paths->find(s->paths, &(struct path_question){x, y, NULL}, a, &p, &e),
                     0);
    assert_false(p->known);
    assert_int_equal(s->next_expiry, FACT_NONE);
    arena_free(&a);
    snapshot_free(&s);
}

static void test_expiry(void **state)
{
    (void)state;
    struct wb *b = wb_new();
    wb_say(b, "one", "node node=r1\nnode node=r2\nnode node=r3");
    struct fact_node *n = FACTS(&b->intakes[0]->facts, node, NODE);
    static struct origin o[3];
    int64_t expires[] = {5000, 4000, 1999}; /* built at 2000 */
    for (int i = 0; i < 3; i++) {
        o[i] = *n[i].origin;
        o[i].expires = expires[i];
        n[i].origin = &o[i];
    }
    wb_build(b);
    assert_int_equal(b->snap->next_expiry, 4000);
    assert_int_equal(b->snap->as_of, 2000);
    wb_free(&b);
}

/* Tags are of the content: neither epochs nor ages nor what the sources are called. */
static void test_tags(void **state)
{
    (void)state;
    struct wb *a = wb_world("one", ONE, "two", TWO, NULL);
    struct wb *b = wb_new();
    wb_say(b, "two", TWO);
    wb_say(b, "one", ONE);
    for (int k = 0; k < FACT_KIND_COUNT; k++)
        for (size_t i = 0; i < b->intakes[0]->facts.rows[k].n; i++) {
            struct fact_node *f =
                (struct fact_node *)((char *)b->intakes[0]->facts.rows[k].v +
                                     i * fact_kind_info((enum fact_kind)k)->size);
            struct origin *o = (struct origin *)(uintptr_t)f->origin;
            o->epoch = 99;
            o->observed_at = o->collected_at = 1500;
        }
    wb_build(b);
    assert_string_equal(a->snap->tag, b->snap->tag);
    struct wb *c = wb_world("one", ONE "ospf r1 x 3", "two",
                            TWO "site name=B2 prefixes=198.51.100.0/25", NULL);
    assert_string_not_equal(a->snap->tag, c->snap->tag);
    assert_string_not_equal(a->snap->map_tag, c->snap->map_tag);
    wb_free(&a);
    wb_free(&b);
    wb_free(&c);
}

#define SQUARE                                                                                 \
    "port r1 lan 203.0.113.1/24\nport r1 a 192.0.2.1/30\nport r2 a 192.0.2.2/30\n"             \
    "port r1 b 192.0.2.5/30\nport r3 b 192.0.2.6/30\nport r2 lan 198.51.100.1/24\n"            \
    "port r3 lan 198.51.100.2/24\n"

static void test_a_trace_against_a_table(void **state)
{
    (void)state; /* the table counts, and that packets went elsewhere is reported */
    struct wb *b = wb_world("one",
                            SQUARE "from lg looking-glass\n"
                                   "rib r1 198.51.100.0/24 static 192.0.2.2 a\n"
                                   "from tr traceroute\n"
                                   "trace 203.0.113.10 198.51.100.10 203.0.113.1 192.0.2.6 "
                                   "198.51.100.10\n"
                                   "trace 203.0.113.10 198.51.100.11 203.0.113.1 192.0.2.2 "
                                   "198.51.100.11",
                            NULL);
    const struct disagreement *d = wb_disagreement(b, "path", "198.51.100.10");
    assert_non_null(d);
    assert_non_null(strstr(d->says_a, "r3"));
    assert_string_equal(d->a->source, "tr");
    assert_int_equal(wb_disagreements(b, "path"), 1);
    assert_string_equal(wb_hops(b, "203.0.113.10", "198.51.100.10"), "r1+ r2+: derived");
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pids_by_rule),
        cmocka_unit_test(test_pid_names),
        cmocka_unit_test(test_pid_names_do_not_collide),
        cmocka_unit_test(test_pid_names_are_stable),
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_hidden_capacities_make_no_cost),
        cmocka_unit_test(test_routingcost_takes_interior_metrics),
        cmocka_unit_test(test_unknown_costs_are_nan),
        cmocka_unit_test(test_measurements),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_without_operator_it_is_the_median),
        cmocka_unit_test(test_medians_are_each_domains_own),
        cmocka_unit_test(test_the_latest_measurement),
        cmocka_unit_test(test_endpoints_stand_for_their_pid),
        cmocka_unit_test(test_graph),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_a_trace_against_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
