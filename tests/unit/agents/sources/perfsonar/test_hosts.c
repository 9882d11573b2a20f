/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that say which hosts there are, and what names mean. */
#include <stdlib.h>
#include <string.h>

#include "agents/sources/perfsonar/ps.h"
#include "unit/agents/sources/perfsonar/reading.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_perfsonar;

#define NODE(name) "node {'node':'" name "','kind':'host'}\n"

static void check(const char *dialect, const char *text, const char *want)
{
    reading_check(&agent_perfsonar, dialect, text, want);
}

static void test_psconfig(void **state)
{
    (void)state;
    check("psconfig",
          "{'archives':{'a':{'data':{'_headers':{'Authorization':'Basic "
          "c2VjcmV0'}}}},'addresses':{'a-lat':{'address':'lat.example','host':'a','labels':{'x'"
          ":{'address':'192.0.2.1'}}},'a-tp':{'address':'2001:db8::1','host':'a','remote-"
          "addresses':{'b':{'address':'tp.example','labels':{'y':{'address':'192.0.2.2'}}}}},'"
          "b':{'address':'b.example'},'c':{'address':'c.example','disabled':true}},'groups':{},"
          "'hosts':{'a':{},'d':{}},'includes':['http://x/']}",
          "endpoint "
          "{'name':'a','hosts':['lat.example','tp.example'],'addrs':['192.0.2.1','2001:db8::1',"
          "'192.0.2.2']}\n"
          "endpoint {'name':'d'}\n"
          "endpoint {'name':'b','hosts':['b.example']}\n" NODE("a") NODE("d")
              NODE("b") "ignored document: address 'c' is disabled\n"
                        "ignored document: 'includes' are not followed: name them as meshes of "
                        "their own\n");
    check("psconfig", "{'addresses':5,'groups':{}}",
          "refused: document: a mesh without 'addresses' and 'hosts'");
}

#define COMMON "'expires':'2018-01-01T00:00:00Z','state':'renewed'"

/* The interface stands before its host; another host's record is missing. */
static void test_sls(void **state)
{
    (void)state;
    check(
        "sls",
        "[{'type':['interface'],'uri':'lookup/interface/"
        "1','interface-name':['em2'],'interface-capacity':['1000000000'],'interface-mtu':['"
        "9000'],'interface-addresses':['2001:db8::1','192.0.2.1']," COMMON
        "},{'type':['person'],'uri':'p','person-emails':['a@b.example']," COMMON
        "},{'type':['host'],'uri':'lookup/host/"
        "1','host-name':['192.0.2.1','h.example'],'host-net-interfaces':['lookup/interface/"
        "1','lookup/"
        "gone'],'host-os-name':['CentOS'],'host-os-version':['6.8 "
        "'],'location-sitename':['Site "
        "A'],'location-latitude':['44.5'],'location-longitude':['-123'],'ttl':[]," COMMON
        "},{'type':['interface'],'uri':'lookup/interface/"
        "2','interface-addresses':['o.example','192.0.2.9']," COMMON
        "},{'type':['interface'],'uri':'lookup/interface/"
        "3','interface-addresses':['192.0.2.10']," COMMON
        "},{'type':['service'],'uri':'s'," COMMON
        "},{'type':['service'],'uri':'s','state':['expired']},{'uri':'x'}]",
        "site {'name':'Site A','latitude':44.5,'longitude':-123}\n"
        "endpoint {'name':'h.example','site':'Site "
        "A','hosts':['h.example'],'addrs':['192.0.2.1','2001:db8::1']}\n"
        "endpoint {'name':'o.example','hosts':['o.example'],'addrs':['192.0.2.9']}\n"
        "node {'node':'h.example','kind':'host','platform':'CentOS 6.8','site':'Site A'}\n"
        "interface {'node':'h.example','name':'em2','speed':1000000000,'mtu':9000}\n"
        "ignored document[7]: a record without type\n"
        "ignored document: 1 records that expired\n"
        "ignored document: 1 services: their hosts have records of their own\n"
        "ignored document: 1 persons\n"
        "ignored document: 1 interfaces without a name, of hosts whose records are not here\n");
    check("sls", "{'hosts':[{'locator':'http://x/','status':'alive'}]}",
          "refused: document: a lookup service: its records are a source of their own");
}

/* A value that is no array is one text, or none: what stands behind it is another member. */
static void test_single_texts(void **state)
{
    (void)state;
    check("sls",
          "[{'type':'host','uri':'u','state':'renewed','host-name':'192.0.2.1','location-"
          "sitename':"
          "'Site','host-net-interfaces':'i','client-uuid':'c'},"
          "{'type':'interface','uri':'i','state':'renewed','interface-addresses':"
          "'a.example','interface-name':'eth0'},{'type':'host','uri':'v','state':'renewed','"
          "host-name':'',"
          "'host-os-name':'CentOS'}]",
          "site {'name':'Site'}\n"
          "endpoint {'name':'192.0.2.1','site':'Site','hosts':['a.example'],'addrs':["
          "'192.0.2.1']}\n"
          "node {'node':'192.0.2.1','kind':'host','site':'Site'}\n"
          "interface {'node':'192.0.2.1','name':'eth0'}\n");
}

static void test_metadata(void **state)
{
    (void)state;
    check("esmond",
          "[{'metadata-key':'k','source':'192.0.2.1','input-source':'a.example','destination':'"
          "2001:db8::2','input-destination':'b.example','time-duration':'20','time-duration':'"
          "14400','event-types':[]},{'metadata-key':'l','source':'2001:db8::1','input-source':'"
          "A.example','destination':'192.0.2.3','input-destination':'192.0.2.3'}]",
          "endpoint {'name':'a.example','hosts':['a.example'],'addrs':['192.0.2.1']}\n"
          "endpoint {'name':'b.example','hosts':['b.example'],'addrs':['2001:db8::2']}\n"
          "endpoint {'name':'A.example','hosts':['A.example'],'addrs':['2001:db8::1']}\n"
          "endpoint {'name':'192.0.2.3','addrs':['192.0.2.3']}\n");
    check("esmond", "{'event-types':[]}", "refused: document: metadata that names no hosts");
    check("esmond", "[{'pk':1,'model':'api.psmetadata','fields':{'metadata_key':'k'}}]",
          "refused: document[0]: a fixture of a database, not what esmond answers");
}

static void add(struct ps_hosts *h, const char *name, const char *addr)
{
    struct addr a;

    assert_true(addr_parse(slice_of(addr), &a));
    assert_int_equal(ps_hosts_add(h, slice_of(name), &a), 0);
}

static const char *find(struct ps_hosts *h, const char *name, int family)
{
    static char text[ADDR_TEXT];
    struct addr a;

    return ps_hosts_find(h, slice_of(name), family, &a) ? addr_format(&a, text) : "none";
}

/* A name means an address only where there is no choice. */
static void test_names(void **state)
{
    struct ps_hosts *h = ps_hosts_new();

    (void)state;
    add(h, "A.example.", "192.0.2.1");
    add(h, "a.example", "192.0.2.1");
    assert_string_equal(find(h, "a.EXAMPLE", 0), "192.0.2.1");
    assert_string_equal(find(h, "https://a.example:443/x", 4), "192.0.2.1");
    assert_string_equal(find(h, "a.example", 6), "none");
    add(h, "a.example", "2001:db8::1");
    assert_string_equal(find(h, "a.example", 0), "none");
    assert_string_equal(find(h, "a.example", 6), "2001:db8::1");
    add(h, "a.example", "192.0.2.2");
    assert_string_equal(find(h, "a.example", 4), "none");
    assert_string_equal(find(h, "b.example", 0), "none");
    assert_string_equal(find(NULL, "a.example", 0), "none");
    ps_hosts_free(&h);
    assert_null(h);
}

static void replace(struct ps_hosts *h, const char *scope, const char *name, const char *addr)
{
    struct addr a;
    struct ps_named v = {name, &a, 1, false};

    assert_true(addr_parse(slice_of(addr), &a));
    assert_int_equal(ps_hosts_replace(h, scope, &v, 1), 0);
    assert_false(v.dropped);
}

/* What a document no longer says is not known any more; what others say is. */
static void test_renumbering(void **state)
{
    struct ps_hosts *h = ps_hosts_new();

    (void)state;
    replace(h, "one", "a.example", "192.0.2.1");
    replace(h, "two", "A.example", "192.0.2.1");
    assert_string_equal(find(h, "a.example", 4), "192.0.2.1");
    replace(h, "one", "a.example", "192.0.2.2");
    assert_string_equal(find(h, "a.example", 4), "none");
    replace(h, "two", "b.example", "192.0.2.3");
    assert_string_equal(find(h, "a.example", 4), "192.0.2.2");
    add(h, "a.example", "192.0.2.9");
    assert_string_equal(find(h, "a.example", 4), "none");
    assert_int_equal(ps_hosts_replace(h, "one", NULL, 0), 0);
    assert_string_equal(find(h, "a.example", 4), "192.0.2.9");
    ps_hosts_free(&h);
}

static void test_many_addresses(void **state)
{
    struct ps_hosts *h = ps_hosts_new();
    struct addr a[PS_MAX_ADDRS + 1];
    struct ps_named v = {"a.example", a, PS_MAX_ADDRS, false};

    (void)state;
    for (int i = 0; i <= PS_MAX_ADDRS; i++) {
        a[i] = (struct addr){.family = 4, .b = {192, 0, 2, (uint8_t)i}};
        assert_int_equal(ps_hosts_add(h, slice_of("b.example"), &a[i]),
                         i < PS_MAX_ADDRS ? 0 : ERR_LIMIT);
    }
    assert_int_equal(ps_hosts_replace(h, "one", &v, 1), 0);
    assert_false(v.dropped);
    v.n_addrs++;
    assert_int_equal(ps_hosts_replace(h, "one", &v, 1), 0);
    assert_true(v.dropped);
    ps_hosts_free(&h);
}

/* What looks like nothing of perfSONAR's, or like much. */
static void test_strangers(void **state)
{
    static const char *const texts[] = {
        "",
        "traceroute to x",
        "[]",
        "{}",
        "[1,2]",
        "{'routes':{}}",
        "{'hosts':5}",
        "{'type':'x'}",
        "[[[[",
        "{'summary':1}",
        "{'$schema':'x','properties':{'addresses':{}}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        reading_check(&agent_perfsonar, "none", texts[i], "refused: looks like nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_psconfig),       cmocka_unit_test(test_sls),
        cmocka_unit_test(test_single_texts),   cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_names),          cmocka_unit_test(test_renumbering),
        cmocka_unit_test(test_many_addresses), cmocka_unit_test(test_strangers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
