/* SPDX-License-Identifier: Apache-2.0 */
/* Domains whose routers, links and sites are only declared: by their operator, or by a document
 * of the topology. */
#include "unit/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "unit/aggregator/world_builder.h"

#define DOMAIN                                                                                 \
    "from facts static\ndomain name=one asns=64500 prefixes=192.0.2.0/24\n"                    \
    "node node=r1\nnode node=r2\nnode node=r3 site=C\n"                                        \
    "site name=A prefixes=192.0.2.0/26 node=r1\nsite name=B prefixes=192.0.2.64/26\n"          \
    "site name=B node=r2\nsite name=C prefixes=192.0.2.128/26\n"
#define LINK(a, b, more) "link a_node=" a " b_node=" b " protocol=declared " more "\n"

static void check(const char *facts, const char *from, const char *to, const char *hops)
{
    char text[2048];
    snprintf(text, sizeof(text), "%s%s", DOMAIN, facts);
    struct wb *b = wb_world("one", text, NULL);
    assert_string_equal(wb_hops(b, from, to), hops);
    wb_free(&b);
}

/* Sites are where they say, where another source says, and where the router says. */
static void test_shortest_by_declared_metrics(void **state)
{
    static const char links[] = LINK("r1", "r2", "metric_ab=10 metric_ba=10")
        LINK("r2", "r3", "metric_ab=10 metric_ba=50") LINK("r1", "r3", "metric_ab=30");
    (void)state;
    check(links, "192.0.2.1", "192.0.2.130", "r1 r2 r3: derived");
    check(links, "192.0.2.130", "192.0.2.1", "r3 r1: derived"); /* 30 as there, not 60 */
    check(links, "192.0.2.1", "192.0.2.70", "r1 r2: derived");
    check(links, "192.0.2.1", "192.0.2.2", "r1: derived");
}

static void test_without_metrics_by_hops_assumed(void **state)
{
    (void)state;
    check(LINK("r1", "r2", "name=a") LINK("r2", "r3", "name=b") LINK("r1", "r3", "name=c"),
          "192.0.2.1", "192.0.2.130", "r1 r3?: assumed");
}

static void test_parallel_links_by_name(void **state)
{
    (void)state;
    check(LINK("r1", "r2", "name=a metric_ab=10") LINK("r2", "r1", "name=b metric_ab=10"),
          "192.0.2.1", "192.0.2.70", "r1 r2 | r1 r2: derived");
    check(LINK("r1", "r2", "a_interface=e0 b_interface=e0 metric_ab=10")
              LINK("r1", "r2", "a_interface=e1 b_interface=e1 metric_ab=10"),
          "192.0.2.1", "192.0.2.70", "r1 r2 | r1 r2: derived");
    /* the same once more, with its capacity: one link */
    check(LINK("r1", "r2", "metric_ab=10") LINK("r2", "r1", "capacity=1000"), "192.0.2.1",
          "192.0.2.70", "r1 r2: derived");
}

/* A delay alone says something of a link that is there, or of none. */
static void test_a_remark_is_no_link(void **state)
{
    struct wb *b = wb_world("one", DOMAIN LINK("r1", "r2", "delay=2"), NULL);
    (void)state;
    assert_int_equal(b->world->n_wires, 0);
    wb_free(&b);
    b = wb_world("one", DOMAIN LINK("r1", "r2", "delay=2") LINK("r1", "r2", "metric_ab=1"),
                 NULL);
    assert_int_equal(b->world->n_wires, 1);
    assert_true(b->world->wires[0]->delay == 2);
    wb_free(&b);
}

/* Documents tell of links by their nodes alone, and nothing else of them. */
static void test_bare_links_are_links(void **state)
{
    (void)state;
    check(LINK("r1", "r2", "") LINK("r2", "r3", "") LINK("r1", "r3", "name=c"), "192.0.2.1",
          "192.0.2.130", "r1 r3?: assumed");
    check(LINK("r1", "r2", "") LINK("r2", "r3", ""), "192.0.2.1", "192.0.2.130",
          "r1 r2? r3?: assumed");
    /* those that run beside it have names */
    check(LINK("r1", "r2", "") LINK("r2", "r1", "name=2"), "192.0.2.1", "192.0.2.70",
          "r1 r2? | r1 r2?: assumed");
    /* a document may say by which protocol */
    check("link a_node=r1 b_node=r2 name=l protocol=isis metric_ab=10 metric_ba=10\n",
          "192.0.2.1", "192.0.2.70", "r1 r2: derived");
    /* a protocol that saw a neighbour somewhere saw no link */
    struct wb *b = wb_world("one", DOMAIN "link a_node=r1 b_node=r2 protocol=lldp\n", NULL);
    assert_int_equal(b->world->n_wires, 0);
    wb_free(&b);
}

/* What a configuration tells of a router is all of it. */
static void test_configured_routers_have_their_links(void **state)
{
    struct wb *b = wb_world("one",
                            "domain 64500 prefixes=192.0.2.0/24\nport r1 e0 192.0.2.1/30\n"
                            "port r2 e0 192.0.2.2/30\nport r2 e1 192.0.2.5/30\n"
                            "port r3 e1 192.0.2.9/30\n"
                            "from facts static\n" LINK("r1", "r2", "name=a capacity=1000")
                                LINK("r2", "r3", "name=b capacity=1000"),
                            NULL);
    (void)state;
    assert_int_equal(b->world->n_wires, 1);
    assert_int_equal(b->world->wires[0]->a->capacity, 1000);
    wb_free(&b);
}

/* A site's networks are no link: other routers' interfaces may stand in them. */
static void test_a_site_is_no_subnet_of_a_link(void **state)
{
    struct wb *b =
        wb_world("one",
                 DOMAIN LINK("r1", "r2",
                             "metric_ab=10") "from lg looking-glass\nport r9 e0 192.0.2.9/26\n",
                 NULL);
    (void)state;
    assert_int_equal(b->world->n_wires, 1);
    wb_free(&b);
}

static bool stands_at(const struct wb *b, const char *node, const char *site)
{
    char name[64];
    snprintf(name, sizeof(name), "site %s", site);
    return topo_port(wb_router(b, "one", node), name) != NULL;
}

/* A site's networks are at each router of the domain that any of its facts names, or that says
 * so itself; a fact that names one speaks of that one alone. Routers that others declare of a
 * domain count; what others say of a site of that name does not. */
static void test_where_sites_are(void **state)
{
    static const struct {
        const char *site, *at;
    } cases[] = {{"A", "r1 r3"}, {"B", "r2"}, {"C", "r3 r4"}, {"D", ""}, {"E", ""}, {"F", ""}};
    static const char *const nodes[] = {"r1", "r2", "r3", "r4", "r5"};
    struct wb *b = wb_world(
        "one",
        "from facts static\ndomain name=one asns=64500\n"
        "node node=r3 site=C\nnode node=r5 site=C\nnode node=r5 site=E\n"
        "site name=A node=r3\nsite name=A prefixes=192.0.2.0/26\nsite name=A node=r1\n"
        "site name=A node=r1\nsite name=A node=r9 prefixes=192.0.2.0/26\n"
        "site name=B prefixes=192.0.2.64/26 node=r2\nsite name=B node=r5\n"
        "site name=C prefixes=192.0.2.128/26\nsite name=C node=r4\n"
        "site name=D prefixes=192.0.2.192/26\nsite name=E prefixes=192.0.2.224/27\n"
        "site name=F node=r1\nsite prefixes=192.0.2.0/24 node=r1\n" /* nothing to place */
        LINK("r1", "r2", "metric_ab=1") LINK("r2", "r3", "metric_ab=1")
            LINK("r3", "r4", "metric_ab=1") "from c config\nport r5 e0 10.0.0.1/30\n",
        "two",
        "from facts static\ndomain name=two asns=64501\n"
        "site name=D node=r1\nsite name=C node=r2\nsite name=F prefixes=198.51.100.0/24\n",
        NULL);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        for (size_t k = 0; k < sizeof(nodes) / sizeof(*nodes); k++)
            if (stands_at(b, nodes[k], cases[i].site) != !!strstr(cases[i].at, nodes[k]))
                fail_msg("site %s, router %s", cases[i].site, nodes[k]);
    wb_free(&b);
}

/* What it does not declare is not known: the way out, and that there is no other. */
static void test_elsewhere_as_before(void **state)
{
    struct wb *b = wb_world("one", DOMAIN LINK("r1", "r2", "metric_ab=10"), "two",
                            "domain 64501 prefixes=198.51.100.0/24\n", NULL);
    struct path *p = wb_path(b, "192.0.2.1", "198.51.100.1", NULL);
    (void)state;
    assert_int_equal(p->cls, CLASS_ASSUMED);
    p = wb_path(b, "192.0.2.1", "192.0.2.130", NULL); /* r3 has no link */
    assert_int_equal(p->cls, CLASS_ASSUMED);
    wb_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shortest_by_declared_metrics),
        cmocka_unit_test(test_without_metrics_by_hops_assumed),
        cmocka_unit_test(test_parallel_links_by_name),
        cmocka_unit_test(test_a_remark_is_no_link),
        cmocka_unit_test(test_bare_links_are_links),
        cmocka_unit_test(test_configured_routers_have_their_links),
        cmocka_unit_test(test_a_site_is_no_subnet_of_a_link),
        cmocka_unit_test(test_where_sites_are),
        cmocka_unit_test(test_elsewhere_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
