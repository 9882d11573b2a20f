/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/perfsonar/reading.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"
#include "unit/core/http/tiny.h"

extern const struct agent_ops agent_cric;

#define ROUTE(name, asn, networks, one, opn)                                                   \
    "\"" name "\":{\"asn\":" asn ",\"networks\":{" networks                                    \
    "},\"lhcone_bandwidth_limit\":" one ",\"lhcopn_bandwidth_limit\":" opn "}"
#define SITE(name, routes, services, place)                                                    \
    "\"" name "\":{\"netroutes\":{" routes "},\"services\":[" services                         \
    "],\"netsites\":{}," place ",\"rc_tier_level\":2}"
#define PS(host, status)                                                                       \
    "{\"type\":\"PerfSonar\",\"endpoint\":\"" host                                             \
    "\",\"state\":\"ACTIVE\",\"status\":" status "}"
#define PLACE(lat, lon) "\"latitude\":" lat ",\"longitude\":" lon

static const char text[] = "{" SITE(
    "A",
    ROUTE("R1", "64500",
          "\"ipv4\":[\"192.0.2.0/25\",\"192.0.2.128/25\"],\"ipv6\":["
          "\"2001:db8::1/32\"]",
          "100", "-1") "," ROUTE("R2", "64500", "\"ipv4\":[\"192.0.2.0/25\"]", "40",
                                 "0") "," ROUTE("R3", "0",
                                                "\"ipv4\":[\"198.51.100.0/24\",\"nonsense\"]",
                                                "-1", "-1"),
    PS("https://ps1.example/toolkit", "null") "," PS("ps1.example", "\"production\"") "," PS(
        "ps1.example.",
        "null") "," PS("ps2.example:861",
                       "\"DISABLED\"") "," PS("192.0.2.9",
                                              "null") ","
                                                      "{\"type\":\"SE\",\"endpoint\":\"se."
                                                      "example\"}",
    PLACE("46.2",
          "6.0")) "," SITE("B",
                           ROUTE("R4", "64501", "\"ipv4\":[\"192.0.2.0/25\"]", "200", "-1"),
                           PS("ps1.example", "null"),
                           PLACE("0.0", "0.0")) "," SITE("C", "", "", PLACE("91", "0")) "}";

static const char facts[] =
    "site "
    "{\"name\":\"A\",\"prefixes\":[\"192.0.2.0/25\",\"192.0.2.128/25\",\"198.51.100.0/24\","
    "\"2001:db8::/32\"],\"latitude\":46.2,\"longitude\":6}\n"
    "site {\"name\":\"B\",\"prefixes\":[\"192.0.2.0/25\"]}\n"
    "site {\"name\":\"C\"}\n"
    "endpoint {\"name\":\"ps1.example\",\"site\":\"A\",\"hosts\":[\"ps1.example\"]}\n"
    "endpoint {\"name\":\"192.0.2.9\",\"site\":\"A\",\"addrs\":[\"192.0.2.9\"]}\n"
    "prefix_origin {\"prefix\":\"192.0.2.0/25\",\"asn\":64500,\"site\":\"A\"}\n"
    "prefix_origin {\"prefix\":\"192.0.2.128/25\",\"asn\":64500,\"site\":\"A\"}\n"
    "prefix_origin {\"prefix\":\"2001:db8::/32\",\"asn\":64500,\"site\":\"A\"}\n"
    "prefix_origin {\"prefix\":\"192.0.2.0/25\",\"asn\":64501,\"site\":\"B\"}\n"
    "property {\"entity\":\"ipv4:192.0.2.0/25\",\"name\":\"priv:lhcone-bandwidth\",\"value\":"
    "\"200000000000\"}\n"
    "property {\"entity\":\"ipv4:192.0.2.0/25\",\"name\":\"priv:lhcopn-bandwidth\",\"value\":"
    "\"0\"}\n"
    "property {\"entity\":\"ipv4:192.0.2.128/25\",\"name\":\"priv:lhcone-bandwidth\",\"value\":"
    "\"100000000000\"}\n"
    "property {\"entity\":\"ipv6:2001:db8::/32\",\"name\":\"priv:lhcone-bandwidth\",\"value\":"
    "\"100000000000\"}\n"
    "ignored A: route R1: 2001:db8::1/32 has bits behind its length: they are left out\n"
    "ignored A: 192.0.2.0/25: lhcone_bandwidth_limit of 100 and of 40 Gbit/s: the larger one "
    "is "
    "taken\n"
    "ignored A: route R3 names no AS number: it says not who originates its prefixes\n"
    "ignored A: route R3: \"nonsense\" is no prefix\n"
    "ignored B: 192.0.2.0/25 is also of site A\n"
    "ignored B: 192.0.2.0/25: lhcone_bandwidth_limit of 100 and of 200 Gbit/s: the larger one "
    "is "
    "taken\n"
    "ignored B: host ps1.example is also of site A\n"
    "ignored C: latitude 91, longitude 0 is no place\n"
    "ignored registry: 1 perfSONAR services that are disabled\n";

static void test_document(void **state)
{
    (void)state;
    reading_check(&agent_cric, "rcsite", text, facts);
    reading_check(&agent_cric, "none", "{\"A\":{}}", "refused: looks like nothing");
    reading_check(&agent_cric, "none", "[{\"netroutes\":{},\"services\":[]}]",
                  "refused: looks like nothing");
    reading_check(&agent_cric, "rcsite", "{\"A\":{\"netroutes\":{},\"netsites\":{}",
                  "refused: 1:35: the input ends inside an object");
}

/* --- the source --- */

struct web {
    struct tiny server;
    const char *body;
};

static void answer(void *payload, int fd, const char *request)
{
    const struct web *w = payload;
    char head[200];

    (void)request;
    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
             strlen(w->body));
    tiny_say(fd, head);
    tiny_say(fd, w->body);
}

static void test_url(void **state)
{
    struct web w = {.body = text};
    char yaml[300];
    struct rig r;
    struct err e = {0};

    (void)state;
    tiny_start(&w.server, answer, &w);
    snprintf(yaml, sizeof(yaml),
             "url: \"http://127.0.0.1:%d/q?key=s3cret\"\nallow: [127.0.0.0/8]\n"
             "limits: {interval: 0s, body: 64k}\n",
             w.server.port);
    assert_int_equal(rig_open(&r, &agent_cric, yaml, FACT_NONE, &e), 0);
    rig_collect(&r);
    rig_expect(&r, "rcsite", facts);
    rig_collect(&r); /* the same: nothing new */
    assert_int_equal(r.sink.n, 1);
    w.body = "<html>";
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "rcsite")->failed, 1);
    assert_null(strstr(rig_scope(&r, "rcsite")->why.msg, "s3cret"));
    w.body = "{}";
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "rcsite")->why.msg, "holds no sites"));
    rig_close(&r);
    tiny_stop(&w.server);
}

static void test_path(void **state)
{
    char *folder = rig_folder(), yaml[300];
    struct rig r;
    struct err e = {0};

    (void)state;
    snprintf(yaml, sizeof(yaml), "path: %s/cric.json\n", folder);
    assert_int_equal(rig_open(&r, &agent_cric, yaml, FACT_NONE, &e), 0);
    rig_collect(&r);
    assert_non_null(strstr(rig_scope(&r, "rcsite")->why.msg, "No such file"));
    rig_write(folder, "cric.json", text, 7000000);
    rig_collect(&r);
    rig_expect(&r, "rcsite", facts);
    /* true when the file was written, and believed from then on */
    assert_int_equal(rig_scope(&r, "rcsite")->head.origin.observed_at, 7000000);
    rig_collect(&r); /* the same: nothing new */
    assert_int_equal(r.sink.n, 2);
    rig_close(&r);
    assert_int_equal(rig_open(&r, &agent_cric, yaml, 1000, &e), 0);
    rig_collect(&r);
    assert_int_equal(rig_scope(&r, "rcsite")->head.origin.expires, 7001000);
    rig_close(&r);
    rig_remove(folder);
}

/* --- real registries --- */

/* Counted by another program (tests/data has no place for registries): sites, perfSONAR hosts
 * in use, prefixes with an LHCONE bandwidth. */
static void test_samples(void **state)
{
    static const struct {
        const char *name;
        size_t sites, hosts, origins;
    } all[] = {
        {"lg-lhcone-esnet/2022-05/wlcg-cric.rcsite.json", 370, 248, 478},
        {"lg-lhcone-esnet/2023-05-31/cric.json", 368, 246, 498},
        {"lg-lhcone-esnet/2025-03-19/cric.json", 380, 245, 520},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        struct reading r;

        reading_sample(&r, &agent_cric, all[i].name);
        assert_string_equal(r.dialect, "rcsite");
        assert_int_equal(r.e.code, 0);
        assert_int_equal(FACTS_N(&r.sink.v[0].facts, SITE), all[i].sites);
        assert_int_equal(FACTS_N(&r.sink.v[0].facts, ENDPOINT), all[i].hosts);
        assert_int_equal(FACTS_N(&r.sink.v[0].facts, PREFIX_ORIGIN), all[i].origins);
        assert_null(strstr(r.text, "@"));
        reading_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
