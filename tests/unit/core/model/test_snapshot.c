/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/board.h"

/* A small snapshot with one of everything; origins differ by what must not show. */
static struct snapshot *make(int64_t epoch)
{
    struct arena *a = arena_new(0);
    struct snapshot *s = ARENA_NEW(a, struct snapshot);
    struct origin *o = ARENA_NEW(a, struct origin);
    *o = (struct origin){.domain = "one",
                         .source = "lg",
                         .scope = "r1",
                         .epoch = epoch,
                         .observed_at = epoch * 10,
                         .collected_at = epoch * 11,
                         .stale = epoch & 1};
    s->arena = a;
    s->as_of = epoch * 100;
    s->domains = ARENA_ARRAY(a, s->n_domains = 1, struct domain);
    s->domains[0] = (struct domain){.name = "one", .has_facts = true};
    s->nodes = ARENA_ARRAY(a, s->n_nodes = 2, struct node);
    s->nodes[0] = (struct node){.name = "r1", .domain = &s->domains[0], .site = "here"};
    s->nodes[1] = (struct node){.name = "r2", .domain = &s->domains[0]};
    s->links = ARENA_ARRAY(a, s->n_links = 1, struct link);
    s->links[0] = (struct link){
        .name = "r1|r2",
        .id = "one:r1:e0,one:r2:e0",
        .delay = NAN,
        .end = {
            {.node = &s->nodes[0],
             .capacity = 10,
             .capacity_from = o,
             .metric4 = 1,
             .metric6 = FACT_NONE,
             .load = NAN},
            {.node = &s->nodes[1], .metric4 = FACT_NONE, .metric6 = FACT_NONE, .load = 2.5}}};
    s->pids = ARENA_ARRAY(a, s->n_pids = 2, struct pid);
    s->pids[0] = (struct pid){.name = "p1", .site = "here", .n_prefixes = 1};
    s->pids[0].prefixes = ARENA_NEW(a, struct prefix);
    assert_true(prefix_parse(slice_of("192.0.2.0/24"), s->pids[0].prefixes));
    s->pids[1] = (struct pid){.name = "p2"};
    s->metrics = ARENA_ARRAY(a, s->n_metrics = 1, struct cost_metric);
    s->metrics[0] = (struct cost_metric){.name = "hopcount", .integer = true};
    s->metrics[0].value = ARENA_ARRAY(a, 4, double);
    s->metrics[0].value[1] = NAN;
    s->metrics[0].value[2] = 3;
    s->metrics[0].cls = ARENA_ARRAY(a, 4, uint8_t);
    s->metrics[0].cls[2] = CLASS_DERIVED;
    s->properties = ARENA_ARRAY(a, s->n_properties = 1, struct snap_property);
    s->properties[0] = (struct snap_property){"pid:p1", "x", "1", o};
    s->policies = ARENA_ARRAY(a, s->n_policies = 1, struct fact_policy);
    fact_init(FACT_POLICY, &s->policies[0]);
    s->policies[0].what = "interior";
    s->link_groups = ARENA_ARRAY(a, s->n_link_groups = 1, struct fact_link_group);
    fact_init(FACT_LINK_GROUP, &s->link_groups[0]);
    s->link_groups[0].origin = o;
    s->link_groups[0].name = "g";
    s->grants = ARENA_ARRAY(a, s->n_grants = 1, struct fact_grant);
    fact_init(FACT_GRANT, &s->grants[0]);
    s->grants[0].origin = o;
    s->grants[0].entity = "group:g";
    s->grants[0].bits = 5;
    s->documents = ARENA_ARRAY(a, s->n_documents = 1, struct snap_document);
    s->documents[0] = (struct snap_document){"one", "m.json", "network-map", "{}\n", o};
    s->disagreements = ARENA_ARRAY(a, s->n_disagreements = 1, struct disagreement);
    s->disagreements[0] =
        (struct disagreement){"capacity", "link r1|r2", "1", "2", o, NULL, "1"};
    s->endpoints = ARENA_ARRAY(a, s->n_endpoints = 1, struct snap_endpoint);
    s->endpoints[0] = (struct snap_endpoint){.name = "se", .domain = "one"};
    s->sites = ARENA_ARRAY(a, s->n_sites = 1, struct snap_site);
    s->sites[0] =
        (struct snap_site){.name = "here", .domain = "one", .latitude = NAN, .longitude = 6.5};
    return s;
}

static void the_canonical_text(void **state)
{
    struct snapshot *s = make(4);
    struct buf b = {0};
    (void)state;
    snapshot_print(s, &b);
    assert_string_equal(
        buf_cstr(&b),
        "domain \"one\" agent as prefixes\n"
        "node \"one\" \"r1\" \"here\"\n"
        "node \"one\" \"r2\" -\n"
        "link \"one:r1:e0,one:r2:e0\" \"r1|r2\" intra claimed observed -"
        " end \"one\" \"r1\" - - - 10 \"one\" \"lg\" \"r1\" 1 - -"
        " end \"one\" \"r2\" - - - 0 - - - - - 2.5\n"
        "pid \"p1\" 192.0.2.0/24\n"
        "pid \"p2\"\n"
        "pid-of \"p1\" - \"here\"\n"
        "pid-of \"p2\" - -\n"
        "metric \"hopcount\" - - sum integer\n"
        "cost \"hopcount\" \"p1\" 0o -\n"
        "cost \"hopcount\" \"p2\" 3d 0o\n"
        "endpoint \"one\" \"se\" - - hosts addrs\n"
        "site \"one\" \"here\" - 6.5\n"
        "property \"pid:p1\" \"x\" \"1\" \"one\" \"lg\" \"r1\"\n"
        "policy {\"what\":\"interior\"} - - -\n"
        "link_group {\"name\":\"g\"} \"one\" \"lg\" \"r1\"\n"
        "grant {\"entity\":\"group:g\",\"bits\":5} \"one\" \"lg\" \"r1\"\n"
        "disagreement \"capacity\" \"link r1|r2\" \"1\" \"one\" \"lg\" \"r1\" \"2\" - - - "
        "\"1\"\n"
        "document \"one\" \"network-map\" \"m.json\" \"{}\\n\" \"one\" \"lg\" \"r1\"\n");
    buf_free(&b);
    snapshot_free(&s);
    assert_null(s);
}

static void tags_follow_content_alone(void **state)
{
    struct snapshot *s = make(4), *later = make(5);
    char map_tag[33];
    (void)state;
    assert_int_equal(snapshot_seal(s, NULL), 0);
    assert_int_equal(snapshot_seal(later, NULL), 0);
    assert_int_equal(strlen(s->tag), 32);
    assert_string_equal(s->tag, later->tag);
    assert_string_equal(s->map_tag, later->map_tag);
    assert_string_not_equal(s->tag, s->map_tag);
    later->metrics[0].value[2] = 4;
    assert_int_equal(snapshot_seal(later, NULL), 0);
    assert_string_not_equal(s->tag, later->tag);
    assert_string_equal(s->map_tag, later->map_tag);
    for (size_t i = 0; i < later->n_metrics; i++) /* made before, they are the same */
        assert_int_equal(snapshot_digest(later, &later->metrics[i]), 0);
    strcpy(map_tag, later->tag);
    assert_int_equal(snapshot_seal(later, NULL), 0);
    assert_string_equal(map_tag, later->tag);
    strcpy(map_tag, later->map_tag);
    later->pids[0].prefixes[0].len = 25;
    assert_int_equal(snapshot_seal(later, NULL), 0);
    assert_string_not_equal(map_tag, later->map_tag);
    snapshot_free(&s);
    snapshot_free(&later);
}

static void things_are_found_by_name(void **state)
{
    struct snapshot *s = make(1);
    (void)state;
    assert_int_equal(snapshot_metric(s, "hopcount"), 0);
    assert_int_equal(snapshot_metric(s, "hop"), -1);
    assert_int_equal(snapshot_pid(s, "p1"), 0);
    assert_int_equal(snapshot_pid(s, "p2"), 1);
    assert_int_equal(snapshot_pid(s, "p"), -1);
    assert_int_equal(snapshot_pid(s, "p3"), -1);
    s->n_pids = 0;
    assert_int_equal(snapshot_pid(s, "p1"), -1);
    snapshot_free(&s);
}

static int destroyed;

static void count_destroyed(struct snapshot *s)
{
    (void)s;
    destroyed++;
}

static struct snapshot *counted(void)
{
    struct snapshot *s = make(1);
    s->pid_of = lpm_new();
    s->destroy = count_destroyed;
    return s;
}

static void the_last_reader_frees(void **state)
{
    struct board *b = board_new();
    (void)state;
    destroyed = 0;
    assert_null(board_acquire(b));
    board_release(b, NULL);
    board_publish(b, counted());
    const struct snapshot *first = board_acquire(b), *again = board_acquire(b);
    assert_ptr_equal(first, again);
    board_publish(b, counted());
    const struct snapshot *second = board_acquire(b);
    assert_ptr_not_equal(first, second);
    board_publish(b, counted());
    board_release(b, first);
    assert_int_equal(destroyed, 0);
    assert_string_equal(again->pids[0].name, "p1"); /* still there */
    board_release(b, second);
    assert_int_equal(destroyed, 1);
    board_release(b, again);
    assert_int_equal(destroyed, 2);
    board_publish(b, counted()); /* nobody reads the third */
    assert_int_equal(destroyed, 3);
    assert_int_equal(board_generation(b), 4);
    board_free(&b);
    assert_null(b);
    assert_int_equal(destroyed, 4);
    board_free(&b);
}

/* The lowest address of an endpoint, whatever comes first; else the first host. */
static void stand_ins_are_chosen(void **state)
{
    static const struct {
        const char *prefixes[2], *addrs[2], *v4, *v6; /* NULL: none */
    } cases[] = {
        {{"192.0.2.0/24"}, {"192.0.2.9", "192.0.2.7"}, "192.0.2.7", NULL},
        {{"192.0.2.0/24", "2001:db8::/32"}, {"192.0.2.7"}, "192.0.2.7", "2001:db8::1"},
        {{"192.0.2.0/24", "192.0.1.0/24"}, {"198.51.100.1"}, "192.0.2.1", NULL},
        {{"192.0.2.4/31"}, {NULL}, "192.0.2.5", NULL},
        {{"192.0.2.4/32"}, {NULL}, "192.0.2.4", NULL},
        {{"0.0.0.0/0", "::/0"}, {NULL}, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct prefix prefixes[2];
        struct addr addrs[2], expected;
        struct pid pid = {.name = "p", .prefixes = prefixes};
        struct snap_endpoint endpoint = {.name = "se", .addrs = addrs};
        struct snapshot s = {.pids = &pid,
                             .n_pids = 1,
                             .pid_of = lpm_new(),
                             .endpoints = &endpoint,
                             .n_endpoints = 1};
        for (size_t k = 0; k < 2 && cases[i].prefixes[k]; k++) {
            assert_true(prefix_parse(slice_of(cases[i].prefixes[k]), &prefixes[k]));
            lpm_set(s.pid_of, &prefixes[k], 0);
            pid.n_prefixes++;
        }
        for (size_t k = 0; k < 2 && cases[i].addrs[k]; k++)
            assert_true(addr_parse(slice_of(cases[i].addrs[k]), &addrs[endpoint.n_addrs++]));
        snapshot_choose_stand_ins(&s);
        for (int f = 0; f < 2; f++) {
            const char *text = f ? cases[i].v6 : cases[i].v4;
            expected = (struct addr){0};
            assert_true(!text || addr_parse(slice_of(text), &expected));
            assert_true(addr_eq(&pid.stand_in[f], &expected));
        }
        lpm_free(&s.pid_of);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_canonical_text),       cmocka_unit_test(tags_follow_content_alone),
        cmocka_unit_test(things_are_found_by_name), cmocka_unit_test(the_last_reader_frees),
        cmocka_unit_test(stand_ins_are_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
