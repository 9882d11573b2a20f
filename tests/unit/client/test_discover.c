/* SPDX-License-Identifier: Apache-2.0 */
/* Discovery by RFC 7286 and RFC 8686: names, records, order, failures, and a real question. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/discovery.h"
#include "unit/client/fake_dns.h"
#include "unit/cmocka_all.h"

/* ---- a zone in memory */

struct entry {
    const char *owner;
    struct naptr record;
    bool temporary; /* no record: the server fails for this name */
};

struct zone {
    const struct entry *v;
    size_t n;
    char asked[16][DISCOVERY_NAME];
    size_t n_asked;
};

static void look(void *payload, const char *name, struct naptr_answer *a)
{
    struct zone *z = payload;

    assert_true(z->n_asked < 16);
    snprintf(z->asked[z->n_asked++], DISCOVERY_NAME, "%s", name);
    for (size_t i = 0; i < z->n; i++) {
        if (strcasecmp(z->v[i].owner, name) != 0)
            continue;
        a->temporary |= z->v[i].temporary;
        if (!z->v[i].temporary)
            a->records[a->n++] = z->v[i].record;
    }
}

static struct rialto_discovery *find(const char *what, struct zone *z)
{
    struct rialto_discovery_options o;
    struct rialto_discovery *d;
    struct rialto_error e = {0};

    rialto_discovery_defaults(&o);
    o.domain = "local.example";
    if (discovery_run(what, &o, &(struct naptr_source){look, z}, &d, &e) != 0)
        fail_msg("%s: %s", what, e.message);
    return d;
}

#define U(ord, pref, text)                                                                     \
    {                                                                                          \
        .order = (ord), .preference = (pref), .flags = "u", .service = "ALTO:https",           \
        .regexp = text                                                                         \
    }

static void the_best_server_comes_first(void **state)
{
    static const struct entry entries[] = {
        {"example.net.", U(20, 1, "!.*!https://third.example/!"), false},
        {"example.net.", U(10, 20, "!.*!https://second.example/!"), false},
        {"example.net.", U(10, 10, "!.*!https://first.example/ird!"), false},
    };
    struct zone z = {entries, 3, {{0}}, 0};
    struct rialto_discovery *d = find("example.net", &z);

    (void)state;
    assert_int_equal(rialto_discovery_count(d), 3);
    assert_string_equal(rialto_discovery_at(d, 0)->uri, "https://first.example/ird");
    assert_int_equal(rialto_discovery_at(d, 0)->preference, 10);
    assert_string_equal(rialto_discovery_at(d, 2)->uri, "https://third.example/");
    assert_null(rialto_discovery_at(d, 3));
    assert_string_equal(z.asked[0], "example.net.");
    rialto_discovery_free(&d);
    rialto_discovery_free(&d);
}

/* RFC 7286 section 3.2, RFC 4848 sections 2.2 and 4.5. */
static void only_records_of_the_service_count(void **state)
{
    static const struct {
        const char *flags, *service, *regexp, *uri;
    } cases[] = {
        {"u", "ALTO:https", "!.*!https://a.example/!", "https://a.example/"},
        {"U", "alto:HTTPS", "!.*!https://a.example/!", "https://a.example/"},
        {"s", "ALTO:https", "!.*!https://a.example/!", NULL},
        {"", "ALTO:https", "!.*!https://a.example/!", NULL},
        {"u", "ALTO:http", "!.*!https://a.example/!", NULL},
        {"u", "SIP+D2U", "!.*!https://a.example/!", NULL},
        {"u", "ALTO:https", "!.*!http://a.example/!", NULL},
        {"u", "ALTO:https", "!^(.*)$!https://a.example/\\1!", NULL},
        {"u", "ALTO:https", "!.*!https://a.example/!i", NULL},
        {"u", "ALTO:https", "!.*!https://a.example/ b!", NULL},
        {"u", "ALTO:https", "!.*!!", NULL},
        {"u", "ALTO:https", "", NULL},
        {"u", "ALTO:https", "!.*!https://a!b!", NULL},
    };
    char uri[DISCOVERY_URI];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct naptr r = {.order = 1};

        strcpy(r.flags, cases[i].flags);
        strcpy(r.service, cases[i].service);
        strcpy(r.regexp, cases[i].regexp);
        if (naptr_uri(&r, "ALTO:https", uri) != (cases[i].uri != NULL))
            fail_msg("case %zu: %s", i, cases[i].regexp);
        if (cases[i].uri)
            assert_string_equal(uri, cases[i].uri);
    }
}

/* RFC 8686 section 3.5: a failing name does not end the search, and is told. */
static void failures_are_passed_over_and_told(void **state)
{
    static const struct entry entries[] = {
        {"3.100.51.198.IN-ADDR.ARPA.", {0}, true},
        {"51.198.IN-ADDR.ARPA.", U(1, 1, "!.*!https://a.example/!"), false},
        {"198.IN-ADDR.ARPA.", U(1, 1, "!.*!https://far.example/!"), false},
    };
    struct zone z = {entries, 3, {{0}}, 0};
    struct rialto_discovery *d = find("198.51.100.3", &z);

    (void)state;
    assert_int_equal(rialto_discovery_asked_count(d), 3);
    assert_true(rialto_discovery_asked_at(d, 0)->temporary);
    assert_false(rialto_discovery_asked_at(d, 1)->temporary);
    assert_int_equal(rialto_discovery_asked_at(d, 2)->records, 1);
    assert_int_equal(rialto_discovery_count(d), 1);
    rialto_discovery_free(&d);
}

/* RFC 8686 section 5.1.3; RFC 7286 where nothing is given. */
static void private_addresses_are_local(void **state)
{
    static const char *const local[] = {"10.1.2.3", "192.168.0.0/16", "fd00::1", NULL};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct zone z = {NULL, 0, {{0}}, 0};
        struct rialto_discovery *d = find(local[i], &z);

        assert_int_equal(z.n_asked, 1);
        assert_string_equal(z.asked[0], "local.example.");
        rialto_discovery_free(&d);
    }
}

static void refusals(void **state)
{
    static const char *const wrong[] = {"",     ".",     "a..b",        "a b", "198.0.0.0/7",
                                        "::/0", "-\xff", "300.1.2.3/8", NULL};
    struct rialto_discovery_options o;
    struct rialto_discovery *d;
    struct rialto_error e;
    struct zone z = {NULL, 0, {{0}}, 0};

    (void)state;
    rialto_discovery_defaults(&o);
    for (size_t i = 0; wrong[i]; i++)
        if (discovery_run(wrong[i], &o, &(struct naptr_source){look, &z}, &d, &e) !=
                RIALTO_E_ARGUMENT ||
            d)
            fail_msg("accepted: %s", wrong[i]);
    assert_int_equal(z.n_asked, 0);
    assert_int_equal(discovery_run(NULL, &o, &(struct naptr_source){look, &z}, &d, &e),
                     RIALTO_E_NOT_FOUND);
    o.nameserver = "no address";
    assert_int_equal(rialto_discover("example.net", &o, &d, &e), RIALTO_E_ARGUMENT);
}

/* ---- publishing */

struct list {
    char first[DISCOVERY_NAME], last[DISCOVERY_NAME];
    size_t n;
};

static int collect(void *payload, const char *name)
{
    struct list *l = payload;

    snprintf(l->n++ == 0 ? l->first : l->last, DISCOVERY_NAME, "%s", name);
    return 0;
}

static void names_to_publish(void **state)
{
    static const struct {
        const char *prefix;
        size_t n;
        const char *first, *last;
    } cases[] = {
        {"198.51.100.0/24", 1, "100.51.198.IN-ADDR.ARPA.", ""},
        {"198.51.96.0/20", 16, "96.51.198.IN-ADDR.ARPA.", "111.51.198.IN-ADDR.ARPA."},
        {"198.51.100.64/27", 32, "64.100.51.198.IN-ADDR.ARPA.", "95.100.51.198.IN-ADDR.ARPA."},
        {"198.51.100.3", 1, "3.100.51.198.IN-ADDR.ARPA.", ""},
        {"10.254.0.0/15", 2, "254.10.IN-ADDR.ARPA.", "255.10.IN-ADDR.ARPA."},
        {"2001:db8::/47", 2, "0.0.0.0.8.B.D.0.1.0.0.2.IP6.ARPA.",
         "1.0.0.0.8.B.D.0.1.0.0.2.IP6.ARPA."},
        {"2001:db8:0:ff00::/57", 128, "0.0.F.F.0.0.0.0.8.B.D.0.1.0.0.2.IP6.ARPA.",
         "F.7.F.F.0.0.0.0.8.B.D.0.1.0.0.2.IP6.ARPA."},
    };
    struct rialto_error e;
    struct list l;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        l = (struct list){.n = 0};
        assert_int_equal(rialto_discovery_names(cases[i].prefix, collect, &l, &e), 0);
        assert_int_equal(l.n, cases[i].n);
        assert_string_equal(l.first, cases[i].first);
        assert_string_equal(l.last, cases[i].last);
    }
    assert_int_equal(rialto_discovery_names("2001:db8::/96", collect, &l, &e), RIALTO_E_LIMIT);
    assert_int_equal(rialto_discovery_names("0.0.0.0/0", collect, &l, &e), RIALTO_E_ARGUMENT);
    assert_int_equal(rialto_discovery_names("x y", collect, &l, &e), RIALTO_E_ARGUMENT);
    assert_int_equal(rialto_discovery_names("", collect, &l, &e), RIALTO_E_ARGUMENT);
    l = (struct list){.n = 0};
    assert_int_equal(rialto_discovery_names("example.net", collect, &l, &e), 0);
    assert_string_equal(l.first, "example.net.");
}

/* Whatever is published for a prefix is found for every address in it. */
static void what_is_published_is_found(void **state)
{
    static const char *const prefixes[] = {"198.51.96.0/20", "198.51.100.64/27", "192.0.0.0/9"};
    static const char *const within[] = {"198.51.111.255", "198.51.100.95", "192.127.255.1"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct list l = {.n = 0};
        struct rialto_error e;

        assert_int_equal(rialto_discovery_names(prefixes[i], collect, &l, &e), 0);
        struct entry entry = {l.last, U(1, 1, "!.*!https://a.example/!"), false};
        struct zone z = {&entry, 1, {{0}}, 0};
        struct rialto_discovery *d = find(within[i], &z);
        assert_int_equal(rialto_discovery_count(d), 1);
        rialto_discovery_free(&d);
    }
}

/* ---- published cases */

static void load_zone(const json_t *zone, struct entry *out, size_t *n)
{
    size_t i;
    json_t *v;

    *n = 0;
    json_array_foreach(zone, i, v)
    {
        struct entry *e = &out[(*n)++];

        assert_true(*n <= 8);
        memset(e, 0, sizeof(*e));
        e->owner = json_string_value(json_object_get(v, "owner"));
        e->record.order = (uint16_t)json_integer_value(json_object_get(v, "order"));
        e->record.preference = (uint16_t)json_integer_value(json_object_get(v, "preference"));
        strcpy(e->record.flags, json_string_value(json_object_get(v, "flags")));
        strcpy(e->record.service, json_string_value(json_object_get(v, "service")));
        strcpy(e->record.regexp, json_string_value(json_object_get(v, "regexp")));
    }
}

static void check_names(const json_t *want, const struct zone *z)
{
    size_t i;
    json_t *v;

    assert_int_equal(z->n_asked, json_array_size(want));
    json_array_foreach(want, i, v) assert_string_equal(z->asked[i], json_string_value(v));
}

static void check_uris(const json_t *want, const struct rialto_discovery *d)
{
    size_t i;
    json_t *v;

    assert_int_equal(rialto_discovery_count(d), json_array_size(want));
    json_array_foreach(want, i, v)
    {
        const struct rialto_found *f = rialto_discovery_at(d, i);
        assert_string_equal(f->uri, json_string_value(json_object_get(v, "uri")));
        assert_int_equal(f->order, json_integer_value(json_object_get(v, "order")));
        assert_int_equal(f->preference, json_integer_value(json_object_get(v, "preference")));
    }
}

static void check_case(const json_t *v)
{
    const json_t *input = json_object_get(v, "input"), *expect = json_object_get(v, "expect");
    const char *what = json_string_value(json_object_get(input, "X"));
    const char *refused = json_string_value(json_object_get(expect, "error"));
    struct rialto_discovery_options o;
    struct rialto_discovery *d;
    struct rialto_error e = {0};
    struct entry entries[8];
    struct zone z = {entries, 0, {{0}}, 0};
    int rc;

    print_message("%s\n", json_string_value(json_object_get(v, "title")));
    load_zone(json_object_get(v, "zone"), entries, &z.n);
    rialto_discovery_defaults(&o);
    o.service = json_string_value(json_object_get(input, "SP"));
    if (!what)
        what = json_string_value(json_object_get(input, "domain"));
    rc = discovery_run(what, &o, &(struct naptr_source){look, &z}, &d, &e);
    assert_int_equal(rc, refused ? RIALTO_E_ARGUMENT : 0);
    if (refused) {
        assert_non_null(strstr(e.message, refused));
        assert_int_equal(z.n_asked, 0);
        return;
    }
    if (json_object_get(expect, "lookups"))
        check_names(json_object_get(expect, "lookups"), &z);
    if (json_object_get(expect, "queries"))
        check_names(json_object_get(expect, "queries"), &z);
    if (json_object_get(expect, "uris"))
        check_uris(json_object_get(expect, "uris"), d);
    rialto_discovery_free(&d);
}

static void published_cases(void **state)
{
    const char *shared = getenv("RIALTO_SHARED");
    char path[600];
    json_t *all, *v;
    size_t i;

    (void)state;
    if (!shared) {
        print_message("RIALTO_SHARED is not set: published cases are not tried\n");
        skip();
    }
    snprintf(path, sizeof(path), "%s/spec/vectors/vectors-discovery.json", shared);
    all = json_load_file(path, 0, NULL);
    assert_true(json_array_size(all) > 0);
    json_array_foreach(all, i, v) check_case(v);
    json_decref(all);
}

/* ---- a name server */

static void a_name_server_is_asked(void **state)
{
    struct fake_dns s;
    struct rialto_discovery_options o;
    struct rialto_discovery *d;
    struct rialto_error e = {0};
    char where[64];

    (void)state;
    fake_dns_start(&s, NULL);
    rialto_discovery_defaults(&o);
    snprintf(where, sizeof(where), "127.0.0.1:%u", s.port);
    o.nameserver = where;
    assert_int_equal(rialto_discover("198.51.100.3", &o, &d, &e), 0);
    fake_dns_stop(&s);
    assert_int_equal(rialto_discovery_count(d), 1);
    assert_string_equal(rialto_discovery_at(d, 0)->uri, "https://alto.example.net/directory");
    assert_int_equal(rialto_discovery_at(d, 0)->order, 100);
    assert_string_equal(rialto_discovery_asked_at(d, 0)->name, "3.100.51.198.IN-ADDR.ARPA.");
    rialto_discovery_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_server_comes_first),
        cmocka_unit_test(only_records_of_the_service_count),
        cmocka_unit_test(failures_are_passed_over_and_told),
        cmocka_unit_test(private_addresses_are_local),
        cmocka_unit_test(refusals),
        cmocka_unit_test(names_to_publish),
        cmocka_unit_test(what_is_published_is_found),
        cmocka_unit_test(published_cases),
        cmocka_unit_test(a_name_server_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
