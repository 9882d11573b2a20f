/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/static.h"

#include <string.h>

#include "unit/agents/fixture.h"
#include "unit/cmocka_all.h"

/* Reads a text; the facts as text into *out, or the message. */
static int read_text(const char *text, struct buf *out)
{
    struct facts fs = {.arena = arena_new(0)};
    struct static_text in = {"s.yaml", text, strlen(text), "one"};
    struct err e = {0};
    int rc = static_read(&in, &fs, &e);

    if (rc == 0)
        fixture_print(&fs, out);
    else
        buf_str(out, e.msg);
    facts_free(&fs);
    arena_free(&fs.arena);
    return rc;
}

static void test_everything(void **state)
{
    struct buf text = {0}, want = {0}, got = {0};

    (void)state;
    fixture_data("agents/static/full.yaml", &text);
    fixture_data("agents/static/full.facts", &want);
    assert_int_equal(read_text(buf_cstr(&text), &got), 0);
    assert_string_equal(buf_cstr(&got), buf_cstr(&want));
    buf_free(&text);
    buf_free(&want);
    buf_free(&got);
}

static void test_nothing(void **state)
{
    struct buf got = {0};

    (void)state;
    assert_int_equal(read_text("{}", &got), 0);
    assert_string_equal(buf_cstr(&got), "");
    assert_int_equal(read_text("domain: {}", &got), 0);
    assert_string_equal(buf_cstr(&got), "domain {\"name\":\"one\"}\n");
    buf_free(&got);
}

struct example {
    const char *text, *error;
};

static void check_refused(const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct buf got = {0};

        assert_int_equal(read_text(examples[i].text, &got), ERR_SCHEMA);
        assert_string_equal(buf_cstr(&got), examples[i].error);
        buf_free(&got);
    }
}

static void test_messages(void **state)
{
    static const struct example examples[] = {
        {"", "s.yaml:1:1: is empty (write {} to say nothing)"},
        {"\n# later\n---\n", "s.yaml:1:1: is empty (write {} to say nothing)"},
        {"domain: {name: two}",
         "s.yaml:1:16: domain.name: is two, but the agent speaks for one"},
        {"domain: {asns: [0]}", "s.yaml:1:17: asns: 0 is not an AS number"},
        {"domain: {asns: [4294967296]}", "s.yaml:1:17: asns: 4294967296 is not an AS number"},
        {"domain: {prefixes: [192.0.2.1/24]}",
         "s.yaml:1:21: prefixes: 192.0.2.1/24 has bits behind its length (did you mean "
         "192.0.2.0/24?)"},
        {"domain: {prefixes: [192.0.2/24]}",
         "s.yaml:1:21: prefixes: 192.0.2/24 is not a prefix"},
        {"neighbours: [{name: one}]\ndomain: {}",
         "s.yaml:1:21: domain one is there twice (first at line 2)"},
        {"sites: [{name: a},\n {name: a}]",
         "s.yaml:2:9: site a is there twice (first at line 1)"},
        {"sites: [{name: a, latitude: 91}]",
         "s.yaml:1:29: latitude: 91 is not within -90 and 90"},
        {"sites: [{name: ''}]", "s.yaml:1:16: name: is empty"},
        {"sites: [{name: \"a\\nb\"}]", "s.yaml:1:16: name: has a control character"},
        {"endpoints: [{name: a, addresses: [192.0.2.256]}]",
         "s.yaml:1:35: addresses: 192.0.2.256 is not an IP address"},
        {"nodes: [{name: a, router_id: x}]", "s.yaml:1:30: router_id: x is not an IP address"},
        {"nodes: [{name: a, kind: roter}]",
         "s.yaml:1:25: nodes.kind: must be one of router, switch, host (did you mean router?)"},
        {"interfaces: [{node: a, name: b, addresses: [192.0.2.1]}]",
         "s.yaml:1:45: addresses: 192.0.2.1 is not an address with its subnet's length (as "
         "192.0.2.1/30)"},
        {"interfaces:\n- {node: a, name: b}\n- {node: a, name: b, table: t}",
         "s.yaml:3:3: interface a b is there twice (first at line 2)"},
        {"interfaces: [{node: a, name: b, speed: 0}]",
         "s.yaml:1:40: interfaces.speed: must be at least 1"},
        {"links: [{a: {node: a}, b: {node: a}}]",
         "s.yaml:1:27: b.node: a link from a to itself"},
        {"links: [{a: {node: a}, b: {node: a, domain: one}}]",
         "s.yaml:1:27: b.node: a link from a to itself"},
        {"links: [{a: {node: a}}]", "s.yaml:1:9: links.b: required key is missing"},
        {"links: [{a: {node: a}, b: {node: b}, delay_ms: -1}]",
         "s.yaml:1:48: delay_ms: -1 is not within 0 and 1e+06"},
        {"borders: [{node: a}]",
         "s.yaml:1:11: peer_asn or peer_domain: one of them is required"},
        {"borders: [{node: a, peer_asn: x}]", "s.yaml:1:31: peer_asn: x is not an AS number"},
        {"capacities: [{node: a, interface: b, rate: 1G},\n{node: a, interface: b, rate: 2G}]",
         "s.yaml:2:1: capacity of a b is there twice (first at line 1)"},
        {"policies: [{what: x, entity: y, decision: show}]",
         "s.yaml:1:30: entity: y has no type (as link:a|b or ipv4:192.0.2.1)"},
        {"maintenance: [{entity: 'link:x', start: 2026-12-01, end: x}]",
         "s.yaml:1:41: start: 2026-12-01 is not a time (as 2026-12-01T00:00:00Z)"},
        {"maintenance: [{entity: 'link:x', start: 2026-12-01T00:00:00Z, end: "
         "2026-12-01T00:00:00Z}]",
         "s.yaml:1:68: end: is not after start"},
        {"properties: [{entity: 'ipv4:2001:db8::1', name: a, value: 1}]",
         "s.yaml:1:23: entity: 2001:db8::1 is not an ipv4 address or prefix"},
        {"properties: [{entity: ':x', name: a, value: 1}]",
         "s.yaml:1:23: entity: :x has no type (as link:a|b or ipv4:192.0.2.1)"},
        {"properties: [{entity: 'a:x', name: a, value: 1}, {entity: 'a:x', name: a, value: 2}]",
         "s.yaml:1:50: property a:x a is there twice (first at line 1)"},
        {"site: []", "s.yaml:1:1: site: unknown key (did you mean sites?)"},
    };

    (void)state;
    check_refused(examples, sizeof(examples) / sizeof(*examples));
}

static void test_grant_messages(void **state)
{
    static const struct example examples[] = {
        {"grants: [{entity: 'a:b', user: c}]",
         "s.yaml:1:10: share or bits: exactly one of them is required"},
        {"grants: [{entity: 'link:x', user: c, bits: 1, start: 2026-12-01T00:00:00Z, end: "
         "2026-12-01T00:00:00Z}]",
         "s.yaml:1:81: end: is not after start"},
        {"grants: [{entity: 'a:b', user: c, share: 1.1}]",
         "s.yaml:1:42: share: 1.1 is not within 0 and 1"},
        {"grants: [{entity: 'a:b', user: c, share: 1}]",
         "s.yaml:1:19: entity: a:b is no link or group (as link:a|b, link:a>b, group:NAME)"},
        {"grants: [{entity: 'link:a|', user: c, share: 1}]",
         "s.yaml:1:19: entity: link:a| is no link or group (as link:a|b, link:a>b, "
         "group:NAME)"},
        {"grants: [{entity: 'link:a', user: c, share: 1, weight: {}}]",
         "s.yaml:1:48: grants.weight: unknown key (did you mean weights?)"},
        {"grants: [{entity: 'link:a', user: c, share: 1, weights: {cms: 0}}]",
         "s.yaml:1:63: weights: cms: a number within 1e-06 and 1e+06 expected"},
        {"grants: [{entity: 'link:a', user: c, share: 1, weights: {cms: 1000001}}]",
         "s.yaml:1:63: weights: cms: a number within 1e-06 and 1e+06 expected"},
        {"grants: [{entity: 'link:a', user: c, share: 1, weights: {cms: [1]}}]",
         "s.yaml:1:63: weights: cms: a number within 1e-06 and 1e+06 expected"},
        {"grants: [{entity: 'link:a', user: c, share: 1, weights: {cms/: 1}}]",
         "s.yaml:1:64: weights: cms/ is neither an experiment nor experiment/activity"},
        {"grants: [{entity: 'group:g', user: c, bits: 1}]",
         "s.yaml:1:19: entity: no link group g (define it in link_groups)"},
        {"link_groups: [{name: g, links: [a|b]}]\n"
         "grants: [{entity: 'group:g', user: c, share: 1}]",
         "s.yaml:2:46: share: says nothing of several links together (give bits)"},
        {"link_groups: [{name: g, links: []}]", "s.yaml:1:15: links: link group g has none"},
        {"link_groups: [{name: g, links: [a>]}]",
         "s.yaml:1:33: links: a> names no link (as a|b, a>b or an id)"},
        {"link_groups: [{name: g, links: [a|b]},\n {name: g, links: [c|d]}]",
         "s.yaml:2:9: link group g is there twice (first at line 1)"},
        {"grants:\n- {entity: 'link:a|b', user: c, share: 1}\n"
         "- {entity: 'link:b>a', user: c, bits: 1G}\n",
         "s.yaml:3:3: grants: link:b>a to c is granted for overlapping times (also at line 2)"},
    };

    (void)state;
    check_refused(examples, sizeof(examples) / sizeof(*examples));
}

/* A site's space is the domain's only where it lies inside. */
static void test_origin_of_sites(void **state)
{
    struct buf got = {0};

    (void)state;
    assert_int_equal(read_text("domain: {asns: 64496, prefixes: 192.0.2.0/24}\n"
                               "sites: [{name: s, prefixes: [192.0.2.64/26, 10.0.0.0/8]}]\n",
                               &got),
                     0);
    assert_non_null(
        strstr(buf_cstr(&got), "{\"prefix\":\"192.0.2.64/26\",\"asn\":64496,\"site\":\"s\"}"));
    assert_non_null(strstr(buf_cstr(&got), "{\"prefix\":\"10.0.0.0/8\",\"site\":\"s\"}"));
    buf_free(&got);
}

static void test_open(void **state)
{
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    assert_int_equal(fixture_agent(&f, "{kind: static, file: no.yaml}", &e), ERR_SCHEMA);
    assert_string_equal(e.msg, arena_printf(f.arena,
                                            "%s/agent.yaml:4:24: file: %s/no.yaml: No such "
                                            "file or directory",
                                            f.folder, f.folder));
    assert_int_equal(fixture_agent(&f, "{kind: static}", &e), ERR_SCHEMA);
    assert_string_equal(
        e.msg, arena_printf(f.arena, "%s/agent.yaml:4:3: sources.file: required key is missing",
                            f.folder));
    fixture_close(&f);
}

static void test_batches(void **state)
{
    const struct memory_batch *b;
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    fixture_write(&f, "a.yaml", "nodes: [{name: r1}]");
    assert_int_equal(fixture_agent(&f, "{kind: static, file: a.yaml, name: ops}", &e), 0);
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_int_equal(f.memory.n, 1);
    b = fixture_batch(&f, "a.yaml");
    assert_int_equal(FACTS_N(&b->facts, NODE), 1);
    assert_int_equal(b->head.mode, BATCH_REPLACE);
    assert_string_equal(b->head.origin.domain, "one");
    assert_string_equal(b->head.origin.source, "ops");
    assert_string_equal(b->head.origin.kind, "static");
    assert_int_equal(b->head.origin.observed_at, FIXTURE_NOW);
    assert_int_equal(b->head.origin.expires, FACT_NONE);

    assert_int_equal(fixture_collect(&f, &e), 0); /* as it was */
    assert_int_equal(f.memory.n, 1);

    fixture_write(&f, "a.yaml", "nodes: [{name: r1}, {name: r2}]");
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_int_equal(f.memory.n, 2);
    assert_int_equal(FACTS_N(&fixture_batch(&f, "a.yaml")->facts, NODE), 2);

    fixture_write(&f, "a.yaml", "nodes: [{nam: r1}]");
    assert_int_equal(fixture_collect(&f, &e), 0); /* the scope fails, not the source */
    b = fixture_batch(&f, "a.yaml");
    assert_true(b->failed);
    assert_non_null(strstr(b->why.msg, "a.yaml:1:10: nodes.nam: unknown key"));

    fixture_write(&f, "a.yaml", "nodes: [{name: r1}, {name: r2}]");
    assert_int_equal(fixture_collect(&f, &e), 0); /* unchanged, but what is known was stale */
    assert_false(fixture_batch(&f, "a.yaml")->failed);

    fixture_write(&f, "b.yaml", "");
    assert_int_equal(fixture_agent(&f, "{kind: static, file: b.yaml, name: ops}", &e), 0);
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_null(fixture_batch(&f, "a.yaml")); /* retired with the name of the file */
    assert_non_null(fixture_batch(&f, "b.yaml"));

    fixture_remove(&f, "b.yaml");
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_true(fixture_batch(&f, "b.yaml")->failed);
    fixture_close(&f);
}

/* What expires has to be said again, changed or not. */
static void test_expires(void **state)
{
    struct fixture f;
    struct err e = {0};

    (void)state;
    fixture_open(&f);
    fixture_write(&f, "a.yaml", "nodes: [{name: r1}]");
    assert_int_equal(fixture_agent(&f, "{kind: static, file: a.yaml, expires: 1h}", &e), 0);
    assert_int_equal(fixture_collect(&f, &e), 0);
    f.now += 60000000;
    assert_int_equal(fixture_collect(&f, &e), 0);
    assert_int_equal(f.memory.n, 2);
    assert_int_equal(f.memory.v[1].head.origin.expires, FIXTURE_NOW + INT64_C(3660000000));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),      cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_messages),        cmocka_unit_test(test_grant_messages),
        cmocka_unit_test(test_origin_of_sites), cmocka_unit_test(test_open),
        cmocka_unit_test(test_batches),         cmocka_unit_test(test_expires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
