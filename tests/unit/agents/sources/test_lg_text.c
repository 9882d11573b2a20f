/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking glasses that answer in text. tests/data/agents/lg-text has answers NAME.DIALECT.txt
 * (or .html), written for these tests after the vendors' forms, and NAME.facts: what they say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/lg/text.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_looking_glass;

#define FOLDER "data/agents/lg-text/"

struct reader {
    struct agent *agent;
    struct arena *arena;
    struct memory_sink sink;
};

static void open_reader(struct reader *r)
{
    static const struct clock *clock;
    struct agent_setup setup = {.ops = &agent_looking_glass,
                                .domain = "d",
                                .name = "s",
                                .expires = FACT_NONE,
                                .unopened = true};
    struct err e = {0};

    clock = clock_system();
    setup.clock = clock;
    assert_int_equal(agent_new(&r->agent, &setup, &e), 0);
    r->arena = arena_new(0);
    assert_non_null(r->arena);
    memory_sink_init(&r->sink, r->arena);
}

static void close_reader(struct reader *r)
{
    memory_sink_free(&r->sink);
    arena_free(&r->arena);
    agent_free(&r->agent);
}

/* Reads a text as its own dialect, found by its content; returns the code. */
static int read_text(struct reader *r, struct slice text, const char *dialect, struct err *e)
{
    struct agent_file f = {.name = "r1", .path = "r1.txt", .text = text, .observed = FACT_NONE};

    f.dialect = agent_dialect_guess(lg_dialects, &f);
    if (f.dialect == NULL || strcmp(f.dialect->name, dialect) != 0)
        fail_msg("looks like %s, is %s", f.dialect != NULL ? f.dialect->name : "none", dialect);
    return f.dialect->read(r->agent, &f, &r->sink.sink, e);
}

static char *load(const char *name)
{
    char path[300];
    size_t room = 1 << 16, n;
    char *text = calloc(1, room);
    FILE *f;

    snprintf(path, sizeof(path), FOLDER "%s", name);
    f = fopen(path, "r");
    if (f == NULL || text == NULL)
        fail_msg("%s can't be read", path);
    n = fread(text, 1, room - 1, f);
    assert_true(n > 0 && n < room - 1);
    fclose(f);
    return text;
}

static const struct answer {
    const char *file, *dialect;
} answers[] = {
    {"bird-odd.bird.txt", "bird"},
    {"bird-recursive.bird.txt", "bird"},
    {"bird-unsynced.bird.txt", "bird"},
    {"eos-neighbors.eos.txt", "eos"},
    {"eos-route.eos.txt", "eos"},
    {"eos-equal.eos.txt", "eos"},
    {"eos-evpn.eos.txt", "eos"},
    {"nxos-evpn.nxos.txt", "nxos"},
    {"ios-cut.ios.txt", "ios"},
    {"ios-received.ios.txt", "ios"},
    {"nxos-received.nxos.txt", "nxos"},
    {"ios-rows.ios.txt", "ios"},
    {"frr-cut.frr-text.txt", "frr-text"},
    {"eos-cut.eos.txt", "eos"},
    {"frr-neighbors.frr-text.txt", "frr-text"},
    {"frr-routes.frr-text.txt", "frr-text"},
    {"frr-vpn.frr-text.txt", "frr-text"},
    {"ios-bgp6.ios.txt", "ios"},
    {"bird-states.bird.txt", "bird"},
    {"sros-states.sros.txt", "sros"},
    {"ios-interfaces.ios.txt", "ios"},
    {"frr-interfaces.frr-text.txt", "frr-text"},
    {"ios-sessions.ios.txt", "ios"},
    {"xr-sessions.iosxr.txt", "iosxr"},
    {"nxos-sessions.nxos.txt", "nxos"},
    {"eos-sessions.eos.txt", "eos"},
    {"frr-sessions.frr-text.txt", "frr-text"},
    {"ios-wrapped.ios.txt", "ios"},
    {"junos-detail.junos.txt", "junos"},
    {"nxos-entries.nxos.txt", "nxos"},
    {"ios-neighbors.ios.txt", "ios"},
    {"ios-route6.ios.txt", "ios"},
    {"ios-summary.ios.txt", "ios"},
    {"ios-vpn.ios.txt", "ios"},
    {"junos-marks.junos.txt", "junos"},
    {"junos-page.junos.html", "junos"},
    {"junos-states.junos.txt", "junos"},
    {"junos-terse.junos.txt", "junos"},
    {"junos-trimmed.junos.txt", "junos"},
    {"junos-vpn.junos.txt", "junos"},
    {"nxos-bgp.nxos.txt", "nxos"},
    {"nxos-lldp.nxos.txt", "nxos"},
    {"nxos-routes.nxos.txt", "nxos"},
    {"sros-hunt.sros.txt", "sros"},
    {"sros-routes.sros.txt", "sros"},
    {"sros-summary.sros.txt", "sros"},
    {"sros-vpn.sros.txt", "sros"},
    {"xr-mixed.iosxr.txt", "iosxr"},
    {"xr-route6.iosxr.txt", "iosxr"},
    {"ios-single.ios.txt", "ios"},
    {"xr-single.iosxr.txt", "iosxr"},
    {"xr-bare.iosxr.txt", "iosxr"},
    {"xr-old.iosxr.txt", "iosxr"},
    {"xr-heading.iosxr.txt", "iosxr"},
    {"nxos-ip.nxos.txt", "nxos"},
    {"frr-single.frr-text.txt", "frr-text"},
    {"junos-interfaces.junos.txt", "junos"},
    {"ios-flapping.ios.txt", "ios"},
    {"ios-entry.ios.txt", "ios"},
    {"nxos-ports.nxos.txt", "nxos"},
    {"junos-peers.junos.txt", "junos"},
    {"xr-ospf.iosxr.txt", "iosxr"},
    {"xr-isis.iosxr.txt", "iosxr"},
    {"eos-isis.eos.txt", "eos"},
    {"nxos-mgmt.nxos.txt", "nxos"},
};

/** Are the facts of the text those of the answer's file .facts? */
static bool says(const struct answer *a, struct slice text)
{
    char name[100], *want, *got;
    struct reader r;
    struct err e = {0};
    bool same;

    snprintf(name, sizeof(name), "%.*s.facts", (int)strcspn(a->file, "."), a->file);
    want = load(name);
    open_reader(&r);
    if (read_text(&r, text, a->dialect, &e) != 0)
        fail_msg("%s: %s", a->file, e.msg);
    assert_int_equal(r.sink.n, 1);
    got = rig_facts(&r.sink.v[0]);
    same = strcmp(got, want) == 0;
    if (!same)
        fprintf(stderr, "--- %s\n%s--- wanted\n%s", a->file, got, want);
    free(got);
    close_reader(&r);
    free(want);
    return same;
}

/** The same further to the right; pages have no margin. */
static void paste(struct slice text, struct buf *out)
{
    struct slice line;

    while (slice_line(&text, &line))
        buf_printf(out, "%s%.*s\n", line.n > 0 ? "        " : "", (int)line.n, line.p);
}

/* Each as it is, and as it is pasted into a report. */
static void test_answers(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        char *text = load(answers[i].file);
        struct buf pasted = {0};

        paste(slice_of(text), &pasted);
        wrong += !says(&answers[i], slice_of(text));
        if (text[0] != '<')
            wrong += !says(&answers[i], (struct slice){pasted.data, pasted.len});
        buf_free(&pasted);
        free(text);
    }
    assert_int_equal(wrong, 0);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text, *dialect;
        int code;
        const char *reason;
    } refusals[] = {
        {"BIRD 2.0.12 ready.\n", "bird", ERR_NOENT, "holds no routes"},
        {"0001 BIRD 2.0.12 ready.\n9001 syntax error\n", "bird", ERR_REMOTE,
         "2:1: the router answers \"syntax error\""},
        {"0001 BIRD 2.0.12 ready.\n1007-Table master4:\n", "bird", ERR_PARSE,
         "2:1: the reply breaks off"},
        {"BIRD 2.0.12 ready.\nThere is no OSPF protocol running\n", "bird", ERR_REMOTE,
         "\"There is no OSPF protocol running\""},
        {"\n% Invalid input detected at '^' marker.\n", "ios", ERR_REMOTE, "2:1: the router"},
        {"MINOR: CLI #2005: not configured\x01", "sros", ERR_REMOTE, "not configured?\""},
        {"BGP router identifier 192.0.2.1, local AS number 1\n"
         "BGP router identifier 192.0.2.1, local AS number 2\n",
         "ios", ERR_CONFLICT, "2:1: AS 1 and AS 2 for one table"},
        {"% Network not in table\n", "ios", ERR_NOENT, "holds no routes"},
        {"% BGP not active\n", "ios", ERR_NOENT, "holds no routes"},
        {"TED database: 0 ISIS nodes 6 INET nodes\n", "junos", ERR_NOENT,
         "names routers by ids only"},
        {"BIRD 1.6.5 ready.\nname     proto    table    state  since       info\n"
         "pb BGP t up 2019-02-15 Established\n",
         "bird", ERR_NOENT, "show protocols all"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        struct reader r;
        struct err e = {0};

        open_reader(&r);
        assert_int_equal(read_text(&r, slice_of(refusals[i].text), refusals[i].dialect, &e),
                         refusals[i].code);
        if (strstr(e.msg, refusals[i].reason) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", e.msg, refusals[i].reason);
        assert_int_equal(r.sink.n, 0);
        close_reader(&r);
    }
}

/* Text of no looking glass, and answers of other dialects, are nobody's. */
static void test_strangers(void **state)
{
    static const char *const strangers[] = {
        "traceroute to 192.0.2.1 (192.0.2.1), 30 hops max, 60 byte packets\n 1  * * *\n",
        "hostname r1\ninterface eth0\n ip address 192.0.2.1/24\n",
        "<html><body>Not found</body></html>",
        "// 188.93.0.0/21  via 193.242.111.54 on eth1 [pb 2016-10-09] * (100) [AS42227i]\n",
        "",
        "\n\n\n",
    };
    struct agent_file f = {.name = "r1", .path = "r1"};

    (void)state;
    for (size_t i = 0; i < sizeof(strangers) / sizeof(*strangers); i++) {
        f.text = slice_of(strangers[i]);
        assert_null(agent_dialect_guess(lg_dialects, &f));
    }
    f.text = (struct slice){"BIRD 2.0 ready.\n\0\xff", 18};
    assert_null(agent_dialect_guess(lg_dialects, &f));
}

static void test_networks(void **state)
{
    static const struct {
        const char *text, *want; /* "": none */
    } networks[] = {
        {"10.0.0.0", "10.0.0.0/8"},
        {"172.16.0.0", "172.16.0.0/16"},
        {"192.168.1.0", "192.168.1.0/24"},
        {"0.0.0.0", "0.0.0.0/0"},
        {"10.1.0.0", ""},
        {"224.0.0.5", "224.0.0.5/32"},
        {"10.1.0.0/16", "10.1.0.0/16"},
        {"2001:db8::", ""},
        {"2001:db8::/32", "2001:db8::/32"},
        {"Network", ""},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(networks) / sizeof(*networks); i++) {
        struct prefix p = {0};
        char text[PREFIX_TEXT] = "";

        if (lg_network(slice_of(networks[i].text), &p))
            prefix_format(&p, text);
        assert_string_equal(text, networks[i].want);
    }
}

static void test_words(void **state)
{
    struct slice rest;
    struct addr a;
    int64_t n = 0;

    (void)state;
    assert_true(lg_number(slice_of("100, x"), &n) && n == 100);
    assert_true(lg_number(slice_of("9007199254740992"), &n));
    assert_false(lg_number(slice_of("9007199254740993"), &n));
    assert_false(lg_number(slice_of("12a"), &n));
    assert_false(lg_number(slice_of("-"), &n));
    assert_true(lg_number_after(slice_of("MED 7, from"), "MED ", &n) && n == 7);
    assert_true(slice_eq(lg_first(slice_of("  Local, (x)")), "Local"));
    assert_true(slice_eq(lg_first(slice_of("2001:db8:: x")), "2001:db8::"));
    assert_true(slice_eq(lg_first(slice_of("192.0.2.1:")), "192.0.2.1"));
    assert_true(lg_addr(slice_of("192.0.2.1@3<"), &a) && a.family == 4);
    assert_true(lg_addr(slice_of("fe80::1%eth0 x"), &a) && a.family == 6);
    assert_false(lg_addr(slice_of("r1(192.0.2.1)"), &a));
    assert_true(lg_after(slice_of("a=b"), "=", &rest) && slice_eq(rest, "b"));
    assert_true(slice_eq(lg_strip(slice_of("\"x\""), "\""), "x"));
    assert_int_equal(lg_indent(slice_of(" \tx")), 8);
}

static void test_html(void **state)
{
    static const struct {
        const char *page, *want; /* NULL: no page */
    } pages[] = {
        {"<pre>a &lt;b&gt; &amp;&quot;&#39;&#x41;&nbsp;&unknown;</pre>",
         "a <b> &\"'A &unknown;\n"},
        {"<html>x\n<pre>1\n2</pre>\ny</html>", "\n1\n2\n\n"},
        {"<html><head>t</head>a<br>b<br>\nc<script>x<1</script></html>", "a\nb\nc"},
        {"<pre>State: <Active Int> <b>bold</b></pre>", "State: <Active Int> bold\n"},
        {"<html><!-- <pre>no</pre> --><pre>yes</pre>", "yes\n"},
        {"<pre>&#0;&#x110000;&#233;</pre>", "&#0;&#x110000;\xc3\xa9\n"},
        {"<pre>cut &gt", "cut &gt"},
        {"text <pre>x</pre>", NULL},
        {"<rpc-reply>x</rpc-reply>", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        struct buf out = {0};
        struct err e = {0};

        assert_int_equal(lg_html(slice_of(pages[i].page), &out, &e), pages[i].want != NULL);
        if (pages[i].want != NULL)
            assert_string_equal(buf_cstr(&out), pages[i].want);
        buf_free(&out);
    }
}

/* Byte order marks, line ends of two bytes and pagers' traces do not count. */
static void test_terminal(void **state)
{
    static const char text[] =
        "\xef\xbb\xbf"
        "BGP table version is 9, local router ID is 192.0.2.1\r\n"
        "Status codes: s suppressed, d damped, h history, * valid, > best, i - internal,\r\n"
        "\r\n"
        "     Network          Next Hop            Metric LocPrf Weight Path\r\n"
        " --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b"
        " *>  10.1.0.0/16      192.0.2.5                              0 64500 i\r\n";
    struct reader r;
    struct err e = {0};
    char *facts;

    (void)state;
    open_reader(&r);
    assert_int_equal(read_text(&r, slice_of(text), "ios", &e), 0);
    facts = rig_facts(&r.sink.v[0]);
    assert_string_equal(facts,
                        "node {\"node\":\"r1\",\"kind\":\"router\",\"platform\":\"ios\","
                        "\"router_id\":\"192.0.2.1\"}\n"
                        "route {\"node\":\"r1\",\"table\":\"\",\"layer\":\"bgp\",\"prefix\":"
                        "\"10.1.0.0/16\",\"protocol\":\"bgp\",\"next_hops\":[\"192.0.2.5\"],"
                        "\"best\":1,\"as_path\":[64500],\"bgp_origin\":\"IGP\",\"external\":1,"
                        "\"weight\":0}\n");
    free(facts);
    close_reader(&r);
}

/* More than a route or a table may have is refused, never cut. */
static void test_limits(void **state)
{
    struct buf text = {0};
    struct reader r;
    struct err e = {0};

    (void)state;
    buf_str(&text, "BIRD 2.0 ready.\n10.0.0.0/8 unicast [p 1] * (100)\n");
    for (int i = 0; i <= LG_MAX_NEXT_HOPS; i++)
        buf_printf(&text, "\tvia 192.0.2.%d on eth0\n", i % 250 + 1);
    open_reader(&r);
    assert_int_equal(read_text(&r, (struct slice){text.data, text.len}, "bird", &e), ERR_LIMIT);
    assert_non_null(strstr(e.msg, "more than 128 next hops"));
    close_reader(&r);
    buf_reset(&text);
    buf_str(&text, "BIRD 2.0 ready.\nTable ");
    for (int i = 0; i <= LG_MAX_NAME; i++)
        buf_char(&text, 'x');
    buf_str(&text, ":\n");
    open_reader(&r);
    assert_int_equal(read_text(&r, (struct slice){text.data, text.len}, "bird", &e), ERR_LIMIT);
    close_reader(&r);
    buf_reset(&text);
    buf_str(&text,
            "=====\nBGP IPv4 Routes\n=====\nNetwork        : 10.0.0.0/8\nAS-Path        :");
    for (int i = 0; i < 2000; i++)
        buf_str(&text, i % 10 == 9 ? " 64500\n                " : " 64500");
    open_reader(&r);
    assert_int_equal(read_text(&r, (struct slice){text.data, text.len}, "sros", &e), ERR_LIMIT);
    assert_non_null(strstr(e.msg, "an AS path of more than 4096 bytes"));
    close_reader(&r);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_strangers), cmocka_unit_test(test_networks),
        cmocka_unit_test(test_words),     cmocka_unit_test(test_html),
        cmocka_unit_test(test_limits),    cmocka_unit_test(test_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
