/* SPDX-License-Identifier: Apache-2.0 */
/* PFNs, units, CRIC's sites, host names: what stands for itself. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/rucio/cache.h"
#include "server/rucio/names.h"
#include "server/rucio/pfn.h"
#include "server/rucio/settings.h"
#include "server/rucio/units.h"
#include "unit/cmocka_all.h"

static void hosts_of_pfns(void **state)
{
    static const struct {
        const char *pfn, *host; /* NULL: refused */
    } cases[] = {
        {"root://fax.mwt2.org:1094//pnfs/x", "fax.mwt2.org"},
        {"davs://User@Storage.example:443/x?y=root://no", "Storage.example"},
        {"root://proxy:1094//root://real.example:1094//dpm/x", "real.example"},
        {"root://a//root://b//roots://c:1//x", "c"},
        {"davs://proxy//root://real//x", "proxy"},
        {"https://[2001:db8::1]:8443/x", "2001:db8::1"},
        {"srm://srm.example:8446/srm/managerv2?SFN=/x", "srm.example"},
        {"gsiftp://192.0.2.1/x", "192.0.2.1"},
        {"s3://bucket_host", "bucket_host"},
        {"", NULL},
        {"/pnfs/x", NULL},
        {"file:///x", NULL},
        {"root://", NULL},
        {"root://host:port//x", NULL},
        {"root://host:99999//x", NULL},
        {"root://ho st//x", NULL},
        {"root://-x//x", NULL},
        {"root://a..b//x", NULL},
        {"https://[2001:db8::1/x", NULL},
        {"https://[192.0.2.1]/x", NULL},
        {"1root://host//x", NULL},
        {"root://p//root://", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct slice host;
        struct err e = {0};
        int rc = pfn_host(slice_of(cases[i].pfn), &host, &e);
        if ((rc == 0) != (cases[i].host != NULL))
            print_message("%s: %s\n", cases[i].pfn, e.msg);
        assert_int_equal(rc == 0, cases[i].host != NULL);
        assert_true(rc < 0 ? e.msg[0] : slice_eq(host, cases[i].host));
    }
}

static void endless_proxies_end(void **state)
{
    char pfn[512] = "root://h//";
    struct slice host;
    (void)state;
    for (int i = 0; i < 20; i++)
        strcat(pfn, "root://h//");
    assert_int_equal(pfn_host(slice_of(pfn), &host, NULL), ERR_LIMIT);
}

static void endpoints_of_cric(void **state)
{
    struct slice host;
    (void)state;
    assert_true(pfn_endpoint_host(slice_of("gate01.aglt2.org:9619"), &host));
    assert_true(slice_eq(host, "gate01.aglt2.org"));
    assert_true(pfn_endpoint_host(slice_of("http://ca-proxy-atlas.cern.ch:3128"), &host));
    assert_true(slice_eq(host, "ca-proxy-atlas.cern.ch"));
    assert_false(pfn_endpoint_host(slice_of("1.12.0"), &host)); /* a version */
    assert_false(pfn_endpoint_host(slice_of(""), &host));
}

static void units_fit_or_are_refused(void **state)
{
    static const struct {
        double number;
        const char *from, *to;
        double result; /* NAN: refused */
    } cases[] = {
        {20, "ms", "us", 20000}, {1, "s", "ms", 1000},       {10, "Gbps", "B/s", 1.25e9},
        {10, "G", "bps", 1e10},  {3, "", "ms", 3},           {2, "hops", "hops", 2},
        {1, "kB/s", "kbps", 8},  {1, "ms", "bps", NAN},      {1, "ms", "", NAN},
        {1, "parsec", "s", NAN}, {4, "apples", "apples", 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        double out;
        struct err e = {0};
        int rc = units_convert(cases[i].number, cases[i].from, cases[i].to, &out, &e);
        assert_int_equal(rc, isnan(cases[i].result) ? ERR_PARSE : 0);
        if (rc == 0)
            assert_true(fabs(out - cases[i].result) < 1e-6 * out);
    }
    assert_string_equal(units_of_cost("delay-ow:mean"), "us");
    assert_string_equal(units_of_cost("routingcost"), "");
}

static void sites_of_cric(void **state)
{
    static const char text[] =
        "{\"A\":{\"name\":\"A\",\"netroutes\":{\"r1\":{\"asn\":1,\"networks\":{\"ipv4\":["
        "\"10.1.0.0/16\"],\"ipv6\":[\"2001:db8:1::/48\"]}},\"r2\":{\"networks\":{\"ipv4\":["
        "\" "
        "10.2.0.1/16\"]}}},\"services\":[{\"endpoint\":\"CE.example:1\"},{\"endpoint\":null},"
        "{\"endpoint\":\"1.2\"},{\"x\":[{}]}]},\"B\":{\"services\":null}}";
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"[]", "1:2: "},
        {"{\"A\":{\"netroutes\":{\"r\":{\"networks\":{\"ipv4\":[\"x\"]}}}}}",
         "'x' is not a prefix"},
        {"{\"A\":{\"netroutes\":{\"r\":{\"networks\":{\"ipv4\":[", "1:"},
        {"{} {}", "1:"},
    };
    struct arena *a = arena_new(0);
    struct rucio_settings s = {0};
    struct err e = {0};
    char prefix[PREFIX_TEXT];
    (void)state;
    assert_int_equal(rucio_cric_parse(slice_of(text), &s, a, &e), 0);
    assert_int_equal(s.n_cric, 2);
    assert_int_equal(s.cric[0].n_networks, 3);
    assert_string_equal(prefix_format(&s.cric[0].networks[2], prefix), "10.2.0.0/16");
    assert_int_equal(s.cric[0].n_hosts, 1);
    assert_string_equal(s.cric[0].hosts[0], "ce.example");
    assert_int_equal(s.cric[1].n_networks + s.cric[1].n_hosts, 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_true(rucio_cric_parse(slice_of(wrong[i].text), &s, a, &e) < 0);
        assert_non_null(strstr(e.msg, wrong[i].message));
    }
    arena_free(&a);
}

/* A copy of the real list, where it is there. */
static void the_published_list_of_cric(void **state)
{
    const char *shared = getenv("RIALTO_SHARED");
    struct arena *a = arena_new(0);
    struct rucio_settings s = {0};
    struct err e = {0};
    size_t with = 0;
    (void)state;
    if (!shared || !*shared) {
        arena_free(&a);
        print_message("SKIPPED: RIALTO_SHARED is not set\n");
        skip();
    }
    char *path = arena_printf(
        a, "%s/samples/rucio-fts/lhcone/cric.rcsite.2022-openalto-MIT.json", shared);
    assert_int_equal(rucio_cric_load(path, &s, a, &e), 0);
    assert_int_equal(s.n_cric, 370);
    for (size_t i = 0; i < s.n_cric; i++)
        with += s.cric[i].n_networks > 0;
    assert_true(with > 100 && with <= 130); /* sites with netroutes, some of them empty */
    arena_free(&a);
}

/* --- the DNS: two hosts are known, one only after it was let go */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static unsigned lookups;
static bool outage;

static int fake_lookup(const char *host, struct addr *out, size_t room)
{
    __atomic_add_fetch(&lookups, 1, __ATOMIC_SEQ_CST);
    if (strcmp(host, "slow") == 0) {
        pthread_mutex_lock(&gate);
        pthread_mutex_unlock(&gate);
    }
    if (__atomic_load_n(&outage, __ATOMIC_SEQ_CST))
        return -1;
    if (strcmp(host, "none") == 0 || room == 0)
        return 0;
    addr_parse(slice_of("192.0.2.1"), out);
    return 1;
}

static int64_t moment;

static int64_t told_time(void *self)
{
    return __atomic_load_n((const int64_t *)self, __ATOMIC_SEQ_CST);
}

static void names_are_kept_and_slow_ones_come_later(void **state)
{
    const struct clock clock = {told_time, told_time, NULL, &moment};
    struct names *n = names_new(&clock, fake_lookup);
    struct arena *a = arena_new(0);
    const struct names_times patient = {10000000, 300000000}, hasty = {0, 300000000};
    struct name_query q[] = {{.host = "fast"}, {.host = "none"}};
    struct name_query slow = {.host = "slow"};
    (void)state;
    names_find(n, q, 2, patient, a);
    assert_true(q[0].n == 1 && !q[0].pending);
    assert_true(q[1].n == 0 && !q[1].pending);
    pthread_mutex_lock(&gate);
    names_find(n, &slow, 1, hasty, a);
    assert_true(slow.n == 0 && slow.pending);
    names_find(n, q, 2, patient, a); /* others don't wait for it */
    assert_int_equal(q[0].n, 1);
    pthread_mutex_unlock(&gate);
    names_find(n, &slow, 1, patient, a);
    assert_true(slow.n == 1 && !slow.pending);
    assert_int_equal(__atomic_load_n(&lookups, __ATOMIC_SEQ_CST), 3);
    /* What has no address is asked for again soon, meanwhile what was known stands. */
    __atomic_store_n(&moment, 61000000, __ATOMIC_SEQ_CST);
    names_find(n, q, 2, patient, a);
    __atomic_store_n(&moment, 301000000, __ATOMIC_SEQ_CST);
    names_find(n, q, 1, hasty, a);
    assert_int_equal(q[0].n, 1);
    __atomic_store_n(&moment, 421000000,
                     __ATOMIC_SEQ_CST); /* that there was no address is no answer any more */
    pthread_mutex_lock(&gate);
    names_find(n, &slow, 1, hasty, a); /* whoever looks up is busy */
    names_find(n, q + 1, 1, hasty, a);
    assert_true(q[1].n == 0 && q[1].pending);
    pthread_mutex_unlock(&gate);
    names_free(&n);
    assert_null(n);
    arena_free(&a);
}

/* Until when an answer stands, and what an outage of the DNS leaves of it. */
static void old_names_stand_for_a_while(void **state)
{
    static const struct {
        int64_t at; /* seconds; the answer is kept for 300 */
        bool outage, wait, known;
    } steps[] = {
        {1000, true, true, false},  /* never known: not known to have no address */
        {1002, false, true, false}, /* and not asked for again at once */
        {1011, false, true, true},  {1310, true, true, true},
        {1610, true, false, true},  {1612, true, true, false}, /* too old */
        {1600, true, true, true}, /* but not forgotten by having failed */
        {1630, false, true, true},
    };
    const struct clock clock = {told_time, told_time, NULL, &moment};
    struct names *n = names_new(&clock, fake_lookup);
    struct arena *a = arena_new(0);
    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        struct name_query q = {.host = "fast"};
        __atomic_store_n(&moment, steps[i].at * 1000000, __ATOMIC_SEQ_CST);
        __atomic_store_n(&outage, steps[i].outage, __ATOMIC_SEQ_CST);
        names_find(n, &q, 1, (struct names_times){steps[i].wait ? 10000000 : 0, 300000000}, a);
        if (q.pending == steps[i].known || q.n != steps[i].known)
            fail_msg("step %zu: %zu addresses, pending %d", i, q.n, q.pending);
    }
    names_free(&n);
    arena_free(&a);
}

/* The i-th pair of addresses; what is kept of it. */
static bool kept(struct path_cache *c, uint32_t i, double *value)
{
    struct addr src = {.family = 4,
                       .b = {10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
    struct addr dst = {.family = 4, .b = {192, 0, 2, 1}};
    struct metric_value v = {.value = *value};
    struct path_cache_key key = {&src, &dst, NULL, 1};
    if (!isnan(*value))
        path_cache_put(c, &key, &v);
    bool there = path_cache_get(c, &key, &v);
    *value = v.value;
    return there;
}

/* However many pairs come, the younger ones are kept, and of all no more than the limit. */
static void young_costs_are_kept(void **state)
{
    enum { STEP = CACHE_MAX_PAIRS / 4, LAST = 2 * CACHE_MAX_PAIRS };
    struct path_cache *c;
    struct err e = {0};
    size_t n = 0;
    (void)state;
    assert_int_equal(path_cache_new(&c, 2, &e), 0);
    for (uint32_t i = 0; i < LAST; i++) {
        double value = i;
        assert_true(kept(c, i, &value));
        for (uint32_t k = i + 1 - STEP; (i + 1) % STEP == 0 && k <= i; k++) {
            double found = NAN;
            if (!kept(c, k, &found) || found != k)
                fail_msg("%u of %u is not kept", k, i);
        }
    }
    for (uint32_t i = 0; i < LAST; i++) {
        double found = NAN;
        n += kept(c, i, &found);
    }
    assert_in_range(n, CACHE_MAX_PAIRS / 2, CACHE_MAX_PAIRS);
    path_cache_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_of_pfns),
        cmocka_unit_test(endless_proxies_end),
        cmocka_unit_test(endpoints_of_cric),
        cmocka_unit_test(units_fit_or_are_refused),
        cmocka_unit_test(sites_of_cric),
        cmocka_unit_test(the_published_list_of_cric),
        cmocka_unit_test(names_are_kept_and_slow_ones_come_later),
        cmocka_unit_test(old_names_stand_for_a_while),
        cmocka_unit_test(young_costs_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
