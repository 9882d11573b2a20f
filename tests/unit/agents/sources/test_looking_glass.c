/* SPDX-License-Identifier: Apache-2.0 */
/* What FRR's answers become: small answers written for the test, facts written by thinking. */
#include "unit/agents/sources/rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/lg/lg.h"
#include "unit/cmocka_all.h"

static const char *const names[] = {"bgp", "route", "interface"};
static lg_parser *const parsers[] = {lg_frr_bgp, lg_frr_route, lg_frr_interface};

enum which { BGP, ROUTE, INTERFACE };

struct answer {
    const char *p;
    size_t n, step;
};

static int give(void *payload, void *p, size_t room, size_t *got, struct err *e)
{
    struct answer *a = payload;

    (void)e;
    *got = a->n < a->step ? a->n : a->step;
    *got = *got < room ? *got : room;
    memcpy(p, a->p, *got);
    a->p += *got;
    a->n -= *got;
    return 0;
}

/* Parses an answer of the router r1; the facts or the reason, to be freed. */
static char *parse(enum which which, const char *text, size_t n)
{
    struct arena *arena = arena_new(0), *scratch = arena_new(0);
    struct memory_sink sink;
    struct lg *lg = calloc(1, sizeof(*lg));
    struct batch_head head = {.origin = {.domain = "d", .source = "s", .scope = "r1"}};
    struct jread_limits limits;
    struct answer answer = {text, n, 5};
    struct jread *r;
    struct err e = {0};
    char *out;
    int rc;

    memory_sink_init(&sink, arena);
    lg->node = "r1";
    lg->platform = "frr";
    lg->sink = &sink.sink;
    lg->arena = scratch;
    lg_json_limits(&limits);
    assert_int_equal(sink.sink.begin(&sink.sink, &head, &e), 0);
    assert_int_equal(jread_new(&r, &limits, give, &answer, &e), 0);
    rc = parsers[which](lg, r, &e);
    if (rc == 0) {
        lg_tell_skips(lg, names[which]);
        rc = lg_finish(lg, &e);
    }
    assert_int_equal(rc, e.code);
    out = rc < 0 ? strdup(e.msg) : rig_facts(sink.open);
    jread_free(&r);
    lg_reset(lg);
    memory_sink_free(&sink);
    arena_free(&arena);
    arena_free(&scratch);
    free(lg);
    return out;
}

static void check(enum which which, const char *text, const char *want)
{
    char *got = parse(which, text, strlen(text));

    if (strcmp(got, want) != 0)
        print_error("--- got\n%s\n--- want\n%s\n", got, want);
    assert_string_equal(got, want);
    free(got);
}

#define NODE "node {\"node\":\"r1\",\"kind\":\"router\",\"platform\":\"frr\"}\n"

static const char table[] =
    "{\"vrfId\":0,\"vrfName\":\"default\",\"tableVersion\":7,\"routerId\":\"192.0.2.1\","
    "\"defaultLocPrf\":150,\"localAS\":64500,\n\"routes\":{\"198.51.100.0\\/"
    "24\":[{\"valid\":true,"
    "\"bestpath\":true,\"selectionReason\":\"Local Pref\",\"pathFrom\":\"external\",\"prefix\":"
    "\"198.51.100.0\",\"prefixLen\":24,\"metric\":5,\"locPrf\":200,\"weight\":0,\"peerId\":"
    "\"192.0.2.9\","
    "\"path\":\"64501 {64502,64503} "
    "64504\",\"origin\":\"IGP\",\"nexthops\":[{\"ip\":\"192.0.2.9\","
    "\"hostname\":\"not-evidence\",\"afi\":\"ipv4\",\"used\":true}]},{\"valid\":true,"
    "\"multipath\":true,"
    "\"pathFrom\":\"internal\",\"locPrf\":200,\"weight\":0,\"peerId\":\"192.0.2.2\",\"path\":"
    "\"(65001 65002) 64501 "
    "64504\",\"origin\":\"incomplete\",\"nexthops\":[{\"ip\":\"192.0.2.2\"}]},"
    "{\"pathFrom\":\"internal\",\"peerId\":\"192.0.2.3\",\"path\":\"\",\"origin\":\"IGP\","
    "\"nexthops\":[]}],"
    "\"203.0.113.0/"
    "24\":[{\"valid\":true,\"bestpath\":true,\"pathFrom\":\"external\",\"metric\":0,"
    "\"weight\":32768,\"peerId\":\"(unspec)\",\"path\":\"\",\"origin\":\"IGP\",\"nexthops\":[{"
    "\"ip\":"
    "\"0.0.0.0\"}]}]},\"totalRoutes\":2,\"totalPaths\":3}";

static void test_bgp_table(void **state)
{
    (void)state;
    check(
        BGP, table,
        "node "
        "{\"node\":\"r1\",\"kind\":\"router\",\"platform\":\"frr\",\"router_id\":\"192.0.2.1\"}"
        "\n"
        "bgp "
        "{\"node\":\"r1\",\"table\":\"\",\"asn\":64500,\"router_id\":\"192.0.2.1\",\"local_"
        "pref\":150}\n"
        "route "
        "{\"node\":\"r1\",\"table\":\"\",\"layer\":\"bgp\",\"prefix\":\"198.51.100.0/24\","
        "\"protocol\":\"bgp\",\"next_hops\":[\"192.0.2.9\"],\"best\":1,\"peer\":\"192.0.2.9\","
        "\"as_path\":[64501,64502,64503,64504],\"bgp_origin\":\"IGP\",\"external\":1,\"local_"
        "pref\":200,"
        "\"med\":5,\"weight\":0,\"reason\":\"Local Pref\"}\n"
        "route "
        "{\"node\":\"r1\",\"table\":\"\",\"layer\":\"bgp\",\"prefix\":\"198.51.100.0/24\","
        "\"protocol\":\"bgp\",\"next_hops\":[\"192.0.2.2\"],\"best\":1,\"peer\":\"192.0.2.2\","
        "\"as_path\":[64501,64504],\"bgp_origin\":\"incomplete\",\"external\":0,\"local_pref\":"
        "200,"
        "\"weight\":0}\n"
        "route {\"node\":\"r1\",\"table\":\"\",\"layer\":\"bgp\",\"prefix\":\"203.0.113.0/24\","
        "\"protocol\":\"bgp\",\"best\":1,\"bgp_origin\":\"IGP\",\"med\":0,\"weight\":32768}\n"
        "ignored bgp: 1 paths that are not valid (the first: 198.51.100.0/24)\n"
        "ignored bgp: confederation members of 1 AS paths\n");
}

/* The detailed form nests peer, path and the reason; the AS may be a string in dotted notation.
 */
static void test_bgp_detail(void **state)
{
    (void)state;
    check(
        BGP,
        "{\"vrfName\":\"blue\",\"routerId\":\"192.0.2.1\",\"localAS\":\"1.10\",\"routes\":{"
        "\"2001:db8::/32\":[{\"aspath\":{\"string\":\"64501 64502\",\"segments\":[{\"type\":"
        "\"as-sequence\",\"list\":[64501,64502]}],\"length\":2},\"origin\":\"IGP\",\"metric\":"
        "0,"
        "\"locPrf\":100,\"valid\":true,\"originatorId\":\"192.0.2.77\",\"bestpath\":{"
        "\"overall\":true,"
        "\"selectionReason\":\"First path received\"},\"community\":{\"string\":\"64501:1 "
        "no-export\","
        "\"list\":[\"64501:1\",\"noExport\"]},\"largeCommunity\":{\"string\":\"64501:2:3\","
        "\"list\":"
        "[\"64501:2:3\"]},\"lastUpdate\":{\"epoch\":1,\"string\":\"x\"},\"nexthops\":[{\"ip\":"
        "\"2001:db8:1::9\",\"afi\":\"ipv6\",\"scope\":\"global\",\"metric\":0},{\"ip\":\"fe80::"
        "9\",\"scope\":"
        "\"link-local\",\"used\":true}],\"peer\":{\"peerId\":\"2001:db8:1::9\",\"routerId\":"
        "\"192.0.2.9\",\"hostname\":\"x\",\"type\":\"external\"}},{\"aspath\":{\"string\":"
        "\"Local\"},"
        "\"valid\":true,\"bestpath\":{\"bestpathFromAs\":64501},\"nexthops\":[{\"ip\":\"fe80::"
        "7\"}],\"peer\":"
        "{\"peerId\":\"::\",\"routerId\":\"192.0.2.1\",\"type\":\"internal\"}}]}}",
        NODE
        "bgp {\"node\":\"r1\",\"table\":\"blue\",\"asn\":65546,\"router_id\":\"192.0.2.1\"}\n"
        "route "
        "{\"node\":\"r1\",\"table\":\"blue\",\"layer\":\"bgp\",\"prefix\":\"2001:db8::/32\","
        "\"protocol\":\"bgp\",\"next_hops\":[\"2001:db8:1::9\"],\"best\":1,\"peer\":\"2001:db8:"
        "1::9\","
        "\"peer_router_id\":\"192.0.2.77\",\"as_path\":[64501,64502],\"bgp_origin\":\"IGP\","
        "\"external\":1,\"local_pref\":100,\"med\":0,\"communities\":[\"64501:1\",\"65535:"
        "65281\","
        "\"64501:2:3\"],\"reason\":\"First path received\"}\n"
        "route "
        "{\"node\":\"r1\",\"table\":\"blue\",\"layer\":\"bgp\",\"prefix\":\"2001:db8::/32\","
        "\"protocol\":\"bgp\",\"next_hops\":[\"fe80::7\"],\"best\":0,\"peer_router_id\":\"192."
        "0.2.1\"}\n");
}

static void test_bgp_shapes(void **state)
{
    (void)state;
    /* all VRFs */
    check(BGP,
          "{\"default\":{\"vrfName\":\"default\",\"localAS\":64500,\"routes\":{}},\"red\":{"
          "\"vrfName\":\"red\","
          "\"localAS\":64500,\"routes\":{\"192.0.2.0/"
          "24\":[{\"valid\":true,\"peerId\":\"swp1\",\"pathFrom\":"
          "\"external\",\"path\":\"64501\"}]}}}",
          NODE
          "bgp {\"node\":\"r1\",\"table\":\"\",\"asn\":64500}\n"
          "bgp {\"node\":\"r1\",\"table\":\"red\",\"asn\":64500}\n"
          "route "
          "{\"node\":\"r1\",\"table\":\"red\",\"layer\":\"bgp\",\"prefix\":\"192.0.2.0/"
          "24\",\"protocol\":"
          "\"bgp\",\"interfaces\":[\"swp1\"],\"best\":0,\"as_path\":[64501],\"external\":1}\n");
    /* one prefix */
    check(BGP,
          "{\"prefix\":\"192.0.2.0/"
          "24\",\"version\":3,\"advertisedTo\":{\"192.0.2.9\":{}},\"paths\":[{"
          "\"valid\":true,\"bestpath\":true}]}",
          NODE "route "
               "{\"node\":\"r1\",\"table\":\"\",\"layer\":\"bgp\",\"prefix\":\"192.0.2.0/"
               "24\",\"protocol\":"
               "\"bgp\",\"best\":1}\n");
    /* VPN */
    check(BGP,
          "{\"vrfName\":\"default\",\"routes\":{\"routeDistinguishers\":{\"64500:1\":{\"192.0."
          "2.0/24\":[{"
          "\"valid\":true}]},\"64500:2\":{}}}}",
          NODE "route "
               "{\"node\":\"r1\",\"table\":\"\",\"layer\":\"bgp\",\"prefix\":\"192.0.2.0/"
               "24\",\"protocol\":"
               "\"bgp\",\"best\":0,\"rd\":\"64500:1\"}\n");
    check(BGP, "{}", NODE);
}

static void test_bgp_refused(void **state)
{
    (void)state;
    check(BGP, "", "1:1: the input is empty");
    check(BGP, "% Unknown command", "1:1: unexpected character 0x25");
    check(BGP, "[]", "1:2: an array where an object should stand");
    check(BGP, "{\"warning\":\"View/Vrf x is unknown\"}",
          "1:36: not a BGP table: View/Vrf x is unknown");
    check(BGP, "{\"routes\":{\"nonsense\":[]}}", "1:23: \"nonsense\" is no prefix");
    check(BGP, "{\"routes\":{\"192.0.2.1/24\":[]}}", "1:27: \"192.0.2.1/24\" is no prefix");
    check(BGP, "{\"routes\":{},\"routes\":{}}", "1:24: routes for the second time");
    check(BGP, "{\"routes\":{},\"vrfName\":\"x\"}", "1:27: vrfName stands behind the routes");
    check(BGP, "{\"paths\":[]}", "1:11: paths without a prefix before them");
    check(BGP, "{\"routes\":{\"192.0.2.0/24\":[{\"path\":\"1 x\"}]}}",
          "192.0.2.0/24: \"x\" in an AS path is no AS number");
    check(BGP, "{\"routes\":{\"192.0.2.0/24\":[{\"path\":\"{1\"}]}}",
          "192.0.2.0/24: an AS set that does not end");
    check(BGP, "{\"routes\":{\"192.0.2.0/24\":[{\"valid\":true,\"valid\":true}]}}",
          "192.0.2.0/24: 1:49: duplicate key \"valid\"");
    check(BGP, "{\"routes\":{}}{}", "1:15: an object where the end should stand");
}

static void test_route(void **state)
{
    (void)state;
    check(
        ROUTE,
        "{\"192.0.2.0/30\":[{\"prefix\":\"192.0.2.0/"
        "30\",\"protocol\":\"connected\",\"vrfName\":\"default\","
        "\"selected\":true,\"installed\":true,\"distance\":0,\"metric\":0,\"nexthops\":[{"
        "\"flags\":3,"
        "\"fib\":true,\"directlyConnected\":true,\"interfaceName\":\"e0\",\"active\":true}]},"
        "{\"protocol\":\"ospf\",\"distance\":110,\"metric\":10,\"nexthops\":[{"
        "\"directlyConnected\":true,"
        "\"interfaceName\":\"e0\",\"active\":true}]}],"
        "\"198.51.100.0/"
        "24\":[{\"protocol\":\"bgp\",\"selected\":true,\"installed\":true,\"distance\":200,"
        "\"metric\":0,\"nexthops\":[{\"flags\":5,\"ip\":\"192.0.2.9\",\"afi\":\"ipv4\","
        "\"active\":true,"
        "\"recursive\":true,\"weight\":1},{\"flags\":3,\"fib\":true,\"ip\":\"192.0.2.2\","
        "\"interfaceName\":"
        "\"e0\",\"resolver\":true,\"active\":true},{\"flags\":3,\"fib\":true,\"ip\":\"192.0.2."
        "6\","
        "\"interfaceName\":\"e1\",\"resolver\":true,\"active\":true},{\"ip\":\"192.0.2.7\","
        "\"interfaceName\":"
        "\"e2\"},{\"ip\":\"192.0.2.6\",\"interfaceName\":\"e1\",\"fib\":true,\"duplicate\":"
        "true}]}],"
        "\"203.0.113.0/"
        "24\":[{\"protocol\":\"static\",\"selected\":true,\"installed\":true,\"distance\":1,"
        "\"metric\":0,\"nexthops\":[{\"flags\":3,\"fib\":true,\"unreachable\":true,"
        "\"blackhole\":true,"
        "\"active\":true}]}],"
        "\"2001:db8::/"
        "32\":[{\"protocol\":\"ospf6\",\"vrfName\":\"blue\",\"selected\":true,\"distance\":110,"
        "\"metric\":20,\"nexthops\":[{\"ip\":\"fe80::1\",\"interfaceName\":\"e3\",\"active\":"
        "true}]}]}",
        NODE
        "route "
        "{\"node\":\"r1\",\"table\":\"\",\"layer\":\"rib\",\"prefix\":\"192.0.2.0/"
        "30\",\"protocol\":"
        "\"connected\",\"interfaces\":[\"e0\"],\"best\":1,\"distance\":0,\"metric\":0}\n"
        "route "
        "{\"node\":\"r1\",\"table\":\"\",\"layer\":\"rib\",\"prefix\":\"192.0.2.0/"
        "30\",\"protocol\":"
        "\"ospf\",\"interfaces\":[\"e0\"],\"best\":0,\"distance\":110,\"metric\":10}\n"
        "route "
        "{\"node\":\"r1\",\"table\":\"\",\"layer\":\"rib\",\"prefix\":\"198.51.100.0/"
        "24\",\"protocol\":"
        "\"bgp\",\"next_hops\":[\"192.0.2.2\",\"192.0.2.6\"],\"interfaces\":[\"e0\",\"e1\"],"
        "\"best\":1,"
        "\"distance\":200,\"metric\":0}\n"
        "route "
        "{\"node\":\"r1\",\"table\":\"\",\"layer\":\"rib\",\"prefix\":\"203.0.113.0/"
        "24\",\"protocol\":"
        "\"static\",\"discard\":1,\"best\":1,\"distance\":1,\"metric\":0}\n"
        "route "
        "{\"node\":\"r1\",\"table\":\"blue\",\"layer\":\"rib\",\"prefix\":\"2001:db8::/32\","
        "\"protocol\":\"ospf\",\"next_hops\":[\"fe80::1\"],\"interfaces\":[\"e3\"],\"best\":0,"
        "\"distance\":110,\"metric\":20}\n"
        "ignored route: 2 next hops that are not used\n");
}

static void test_route_vrfs(void **state)
{
    static const char blue[] =
        "route "
        "{\"node\":\"r1\",\"table\":\"blue\",\"layer\":\"rib\",\"prefix\":\"192.0.2.0/24\","
        "\"protocol\":\"kernel\",\"best\":0}\n";
    char want[1000];

    (void)state;
    snprintf(want, sizeof(want), "%s%s", NODE, blue);
    check(ROUTE, "{\"default\":{},\"blue\":{\"192.0.2.0/24\":[{\"protocol\":\"kernel\"}]}}",
          want);
    /* one document per VRF, as older releases print them */
    check(ROUTE, "{}\n{\"192.0.2.0/24\":[{\"protocol\":\"kernel\",\"vrfName\":\"blue\"}]}\n",
          want);
    check(ROUTE, "{\"192.0.2.0/24\":[{\"distance\":1}]}",
          "192.0.2.0/24: 1:32: a route without protocol");
    check(ROUTE, "{\"blue\":{\"red\":{}}}", "1:16: \"red\" is no prefix");
}

static void test_interface(void **state)
{
    (void)state;
    check(
        INTERFACE,
        "{\"e0\":{\"administrativeStatus\":\"up\",\"operationalStatus\":\"up\",\"vrfName\":"
        "\"blue\",\"mtu\":9000,"
        "\"speed\":10000,\"bandwidth\":400,\"type\":\"Ethernet\",\"ipAddresses\":[{\"address\":"
        "\"192.0.2.1/30\",\"secondary\":false,\"unnumbered\":false},{\"address\":\"192.0.2.5/"
        "30\","
        "\"secondary\":true},{\"address\":\"fe80::1/64\"},{\"address\":\"198.51.100.1/"
        "32\",\"unnumbered\":"
        "true}],\"interfaceType\":\"VETH\",\"evpnMh\":{},\"parentInterface\":\"e0\"},"
        "\"e0.7\":{\"administrativeStatus\":\"up\",\"operationalStatus\":\"down\",\"vrfName\":"
        "\"default\","
        "\"speed\":4294967295,\"interfaceType\":\"Vlan\",\"parentInterface\":\"e0\"},"
        "\"lo\":{\"administrativeStatus\":\"down\",\"operationalStatus\":\"up\",\"speed\":0,"
        "\"type\":"
        "\"Loopback\",\"ipAddresses\":[{\"address\":\"127.0.0.1/8\"},{\"address\":\"192.0.2.77/"
        "32\"}]}}",
        NODE
        "interface "
        "{\"node\":\"r1\",\"name\":\"e0\",\"table\":\"blue\",\"addrs\":[\"192.0.2.1/30\","
        "\"192.0.2.5/30\",\"fe80::1/64\"],\"speed\":10000000000,\"up\":1,\"mtu\":9000}\n"
        "interface "
        "{\"node\":\"r1\",\"name\":\"e0.7\",\"table\":\"\",\"up\":0,\"kind\":\"vlan\","
        "\"parent\":\"e0\"}\n"
        "interface "
        "{\"node\":\"r1\",\"name\":\"lo\",\"table\":\"\",\"addrs\":[\"192.0.2.77/"
        "32\"],\"up\":0,"
        "\"kind\":\"loopback\"}\n"
        "capacity "
        "{\"node\":\"r1\",\"interface\":\"e0\",\"bits\":400000000,\"basis\":\"configured\"}\n"
        "ignored interface: 2 unnumbered or loopback addresses\n");
    check(INTERFACE, "{\"e0\":{\"speed\":1}}",
          "e0: 1:18: not an interface: administrativeStatus is missing");
    check(INTERFACE,
          "{\"e0\":{\"administrativeStatus\":\"up\",\"ipAddresses\":[{\"address\":\"x\"}]}}",
          "e0: 1:65: an interface address that is none");
}

/* A list that is one too long is refused, at the limit it is read. */
static void test_limits(void **state)
{
    struct buf text = {0};
    char *got;

    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        buf_reset(&text);
        buf_str(&text, "{\"routes\":{\"192.0.2.0/24\":[{\"valid\":true,\"path\":\"");
        for (int i = 0; i < LG_MAX_PATH + extra; i++)
            buf_printf(&text, "%s%d", i > 0 ? " " : "", i + 1);
        buf_str(&text, "\"}]}}");
        got = parse(BGP, text.data, text.len);
        if (extra == 0)
            assert_non_null(strstr(got, ",999,1000]"));
        else
            assert_string_equal(got, "192.0.2.0/24: an AS path of more than 1000 ASes");
        free(got);
    }
    buf_reset(&text);
    buf_str(&text, "{\"192.0.2.0/24\":[{\"nexthops\":[");
    for (int i = 0; i <= LG_MAX_NEXT_HOPS; i++)
        buf_printf(&text, "%s{}", i > 0 ? "," : "");
    got = parse(ROUTE, text.data, text.len);
    assert_non_null(strstr(got, "more than 128 next hops"));
    free(got);
    buf_free(&text);
}

/* Whatever is cut off, it is an error or nothing but white space was lost. */
static void test_every_cut(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(table) - 1; n++) {
        char *copy = malloc(n + 1);
        char *got;

        memcpy(copy, table, n);
        got = parse(BGP, copy, n);
        assert_null(strstr(got, "node {"));
        free(got);
        free(copy);
    }
}

/* Reference answers of FRR's own tests; what is no table of routes is refused. */
static void test_samples(void **state)
{
    static const struct {
        const char *name;
        enum which which;
        bool good;
    } samples[] = {
        {"bgp_features-r1/show_bgp.json", BGP, true},
        {"bgp_features-r1/show_bgp_metric_test.json", BGP, true},
        {"bgp_multiview/view_1.json", BGP, true},
        {"bgp_multiview/view_3.json", BGP, true},
        {"bgp_features-r1/ip_route.json", ROUTE, true},
        {"bgp_features-r1/ip_route_norib.json", ROUTE, true},
        {"bgp_features-r1/bgp_summary.json", BGP, false},
        {"bgp_features-r1/ospf_neighbor.json", BGP, false},
        {"bgp_features-r1/ospf_neighbor.json", ROUTE, false},
        {"bgp_features-r1/ip_route.json", BGP, false},
        {"bgp_features-r1/show_bgp.json", ROUTE, false},
        {"bgp_features-r1/show_bgp.json", INTERFACE, false},
    };
    const char *shared = getenv("RIALTO_SHARED");

    (void)state;
    if (shared == NULL) {
        print_message("RIALTO_SHARED is not set: no samples to read\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        char path[2048], *text = NULL, *got;
        size_t room = 0;
        ssize_t n;
        FILE *f;

        snprintf(path, sizeof(path), "%s/samples/lg-frr-json/%s", shared, samples[i].name);
        f = fopen(path, "r");
        assert_non_null(f);
        n = getdelim(&text, &room, '\0', f);
        fclose(f);
        assert_true(n > 0);
        got = parse(samples[i].which, text, (size_t)n);
        if ((strstr(got, "node {") != NULL) != samples[i].good)
            print_error("%s: %s\n", samples[i].name, got);
        assert_true((strstr(got, "node {") != NULL) == samples[i].good);
        assert_true((strstr(got, "route {") != NULL) == samples[i].good);
        free(got);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bgp_table),  cmocka_unit_test(test_bgp_detail),
        cmocka_unit_test(test_bgp_shapes), cmocka_unit_test(test_bgp_refused),
        cmocka_unit_test(test_route),      cmocka_unit_test(test_route_vrfs),
        cmocka_unit_test(test_interface),  cmocka_unit_test(test_limits),
        cmocka_unit_test(test_every_cut),  cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
