/* SPDX-License-Identifier: Apache-2.0 */
/* What FTS's links become by a plan: numbers by hand, and what is never touched. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "client/cli/fts_changes.h"
#include "client/private.h"
#include "unit/cmocka_all.h"

#define A    "\"source\":\"davs://a\",\"destination\":\"davs://b\""
#define OURS "{\"symbolicname\":\"rialto-x\"," A
#define SEED                                                                                   \
    "{\"symbolicname\":\"*\",\"source\":\"*\",\"destination\":\"*\",\"min_active\":2,"         \
    "\"max_active\":130,\"optimizer_mode\":2,\"no_delegation\":false}"
#define PLAN(n)                                                                                \
    "{\"as_of\":\"2026-01-01T00:00:00Z\",\"plan\":[{\"source_se\":\"davs://a\","               \
    "\"dest_se\":\"davs://b\",\"rate\":1,\"connections\":" n "}]}"
#define ACTIVE(n)                                                                              \
    "[{\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\",\"datetime\":"                      \
    "\"2026-01-01T00:00:00\",\"active\":" n ",\"ema\":1000}]"

static struct rialto_document *read_text(const char *text)
{
    struct rialto_document *d;
    struct rialto_error e;

    if (decode_json(text, strlen(text), &d, &e) != 0)
        fail_msg("%s: %s", text, e.message);
    return d;
}

/* Three documents, the changes they make, and an arena. */
struct world {
    struct rialto_document *plan, *links, *current;
    struct fts_given given;
    struct fts_changes changes;
    struct arena *arena;
};

static void make(struct world *w, const char *plan, const char *links, const char *current)
{
    *w = (struct world){.arena = arena_new(0)};
    w->links = read_text(links);
    w->given = (struct fts_given){
        .links = rialto_document_root(w->links), .prefix = FTS_PREFIX, .step = 0.25};
    assert_int_equal(fts_check_links(w->given.links, NULL), 0);
    if (plan) {
        w->plan = read_text(plan);
        w->given.plan = rialto_document_root(w->plan);
        assert_int_equal(fts_check_plan(w->given.plan, NULL), 0);
    }
    if (current) {
        w->current = read_text(current);
        w->given.current = rialto_document_root(w->current);
        assert_int_equal(fts_check_current(w->given.current, NULL), 0);
    }
    assert_true(fts_changes_make(&w->changes, &w->given, w->arena));
}

static void forget(struct world *w)
{
    fts_changes_free(&w->changes);
    rialto_document_free(&w->plan);
    rialto_document_free(&w->links);
    rialto_document_free(&w->current);
    arena_free(&w->arena);
}

/* One pair: what FTS has, what is planned, what comes of it. */
static const struct {
    const char *links, *current, *plan;
    enum fts_action action;
    double set; /* 0: none */
    const char *why;
} cases[] = {
    /* a first pin starts where FTS is: 20 may become 25 at most */
    {"[" SEED "]", ACTIVE("20"), PLAN("40"), FTS_PIN, 25, "step-limited"},
    {"[" SEED "]", ACTIVE("20"), PLAN("25"), FTS_PIN, 25, "as planned"},
    {"[" SEED "]", ACTIVE("20"), PLAN("3"), FTS_PIN, 15, "step-limited"},
    {"[" SEED "]", ACTIVE("0"), PLAN("40"), FTS_PIN, 40, "as planned"},
    {"[" SEED "]", ACTIVE("null"), PLAN("40"), FTS_PIN, 40, "as planned"},
    {"[" SEED "]", NULL, PLAN("40"), FTS_PIN, 40, "as planned"},
    /* a small number moves by 1 */
    {"[" OURS ",\"min_active\":2,\"max_active\":2}]", NULL, PLAN("9"), FTS_PIN, 3,
     "step-limited"},
    {"[" OURS ",\"min_active\":2,\"max_active\":2}]", NULL, PLAN("1"), FTS_PIN, 1,
     "as planned"},
    /* the pin counts, not what the optimizer says */
    {"[" OURS ",\"min_active\":8,\"max_active\":8}]", ACTIVE("100"), PLAN("20"), FTS_PIN, 10,
     "step-limited"},
    {"[" OURS ",\"min_active\":8,\"max_active\":8}]", ACTIVE("100"), PLAN("8"), FTS_KEEP, 8,
     "unchanged"},
    /* somebody has moved our range apart, or unset it */
    {"[" OURS ",\"min_active\":2,\"max_active\":8}]", NULL, PLAN("8"), FTS_PIN, 8,
     "as planned"},
    {"[" OURS ",\"min_active\":null,\"max_active\":null}]", ACTIVE("4"), PLAN("8"), FTS_PIN, 5,
     "step-limited"},
    /* 0 is no number of FTS's: it takes it for "not set" */
    {"[" SEED "]", NULL, PLAN("0"), FTS_PIN, 1, "at least 1"},
    {"[" OURS ",\"min_active\":1,\"max_active\":1}]", NULL, PLAN("0"), FTS_KEEP, 1,
     "at least 1"},
    /* not above what holds without a pin */
    {"[" SEED "]", ACTIVE("130"), PLAN("500"), FTS_PIN, 130, "limit of FTS"},
    {"[" SEED ",{\"symbolicname\":\"s\",\"source\":\"davs://a\",\"destination\":\"*\","
     "\"min_active\":2,\"max_active\":8}]",
     ACTIVE("8"), PLAN("40"), FTS_PIN, 8, "limit of FTS"},
    {"[{\"symbolicname\":\"s\",\"source\":\"*\",\"destination\":\"davs://b\",\"min_active\":0,"
     "\"max_active\":0}]",
     ACTIVE("8"), PLAN("9"), FTS_PIN, 9, "as planned"},
    /* not ours */
    {"[{\"symbolicname\":\"alto-a-b\"," A ",\"min_active\":5,\"max_active\":5}]", NULL,
     PLAN("9"), FTS_LEAVE, 0, "foreign"},
    {"[{\"symbolicname\":\"alto-a-b\",\"source\":\"davs://A\",\"destination\":\"DAVS://b\","
     "\"min_active\":5,\"max_active\":5}]",
     NULL, PLAN("9"), FTS_LEAVE, 0, "foreign"},
    {"[{\"symbolicname\":\"rialto-a/b\"," A ",\"min_active\":5,\"max_active\":5}]", NULL,
     PLAN("9"), FTS_LEAVE, 0, "foreign"},
    /* no number */
    {"[" SEED "]", NULL, PLAN("null"), FTS_LEAVE, 0, "unknown"},
    {"[" OURS ",\"min_active\":8,\"max_active\":8}]", NULL, PLAN("null"), FTS_RELEASE, 0,
     "unknown"},
    {"[" OURS ",\"min_active\":8,\"max_active\":8}]", NULL,
     "{\"as_of\":\"2026-01-01T00:00:00Z\",\"plan\":[]}", FTS_RELEASE, 0, "not in the plan"},
    {"[" OURS ",\"min_active\":8,\"max_active\":8}]", NULL, NULL, FTS_RELEASE, 0, "no plan"},
};

static void one_pair(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct world w;
        const struct fts_change *c;
        make(&w, cases[i].plan, cases[i].links, cases[i].current);
        assert_int_equal(w.changes.n, 1);
        c = &w.changes.v[0];
        if (c->action != cases[i].action || strcmp(c->why, cases[i].why) != 0 ||
            (isnan(c->set) ? 0 : c->set) != cases[i].set)
            fail_msg("case %zu: action %d, set %g, %s", i, c->action, c->set, c->why);
        assert_int_equal(w.changes.count[c->action], 1);
        forget(&w);
    }
}

static void queues_of_a_pair_are_added(void **state)
{
    struct world w;
    (void)state;

    make(&w,
         "{\"as_of\":\"2026-01-01T00:00:00Z\",\"plan\":["
         "{\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\",\"vo\":\"x\",\"rate\":1,"
         "\"connections\":3},"
         "{\"source_se\":\"davs://a\",\"dest_se\":\"davs://c\",\"rate\":1,\"connections\":7},"
         "{\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\",\"vo\":\"y\",\"rate\":1,"
         "\"connections\":4}]}",
         "[]", NULL);
    assert_int_equal(w.changes.n, 2);
    assert_true(w.changes.v[0].set == 7 && w.changes.v[1].set == 7);
    forget(&w);
}

/* Names are readable, differ by pair, and fit where FTS keeps them. */
static void names(void **state)
{
    static const char host[] = "0123456789012345678901234567890123456789.example.org";
    char plan[512];
    struct world w;
    (void)state;

    make(&w, PLAN("3"), "[]", NULL);
    assert_string_equal(w.changes.v[0].name, "rialto-a-to-b-94849f05e88e1315");
    forget(&w);
    snprintf(plan, sizeof(plan),
             "{\"as_of\":\"2026-01-01T00:00:00Z\",\"plan\":["
             "{\"source_se\":\"davs://%s\",\"dest_se\":\"davs://[2001:db8::1]\",\"rate\":1,"
             "\"connections\":3},{\"source_se\":\"root://%s\",\"dest_se\":"
             "\"davs://[2001:db8::1]\",\"rate\":1,\"connections\":3}]}",
             host, host);
    make(&w, plan, "[]", NULL);
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(w.changes.v[i].name, "rialto-01234567890123456789", 27);
        assert_non_null(strstr(w.changes.v[i].name, "-to--2001-db8--1--"));
        assert_true(strlen(w.changes.v[i].name) < FTS_NAME);
    }
    assert_string_not_equal(w.changes.v[0].name, w.changes.v[1].name);
    forget(&w);
}

static void a_name_that_is_taken_moves_no_link(void **state)
{
    struct world w;
    (void)state;

    make(&w, PLAN("3"),
         "[{\"symbolicname\":\"RIALTO-a-to-b-94849f05e88e1315\",\"source\":\"davs://c\","
         "\"destination\":\"davs://d\",\"min_active\":1,\"max_active\":1}]",
         NULL);
    assert_int_equal(w.changes.n, 1);
    assert_string_equal(w.changes.v[0].why, "its name is taken");
    forget(&w);
}

/* As PostgreSQL may have it: ours makes way. */
static void a_pair_of_two_rows_is_somebody_elses(void **state)
{
    static const char ours[] = OURS ",\"min_active\":8,\"max_active\":8}";
    static const char other[] =
        "{\"symbolicname\":\"alto\",\"source\":\"davs://A\",\"destination\":"
        "\"davs://b\",\"min_active\":5,\"max_active\":5}";
    char links[512];
    (void)state;

    for (int first = 0; first < 2; first++) {
        struct world w;
        snprintf(links, sizeof(links), "[%s,%s]", first ? ours : other, first ? other : ours);
        make(&w, PLAN("9"), links, NULL);
        assert_int_equal(w.changes.n, 2);
        assert_int_equal(w.changes.v[0].action, FTS_LEAVE);
        assert_int_equal(w.changes.v[1].action, FTS_RELEASE);
        assert_string_equal(w.changes.v[1].name, "rialto-x");
        forget(&w);
    }
}

static void bodies(void **state)
{
    struct world w;
    struct buf b = {0};
    (void)state;

    make(&w, PLAN("3"), "[" SEED "]", NULL);
    fts_pin_body(&b, &w.changes.v[0]);
    assert_string_equal(buf_cstr(&b), "{\"symbolicname\":\"rialto-a-to-b-94849f05e88e1315\"," A
                                      ",\"min_active\":3,\"max_active\":3,\"optimizer_mode\":2,"
                                      "\"no_delegation\":false}");
    buf_reset(&b);
    fts_row_body(&b, rialto_at(w.given.links, 0));
    assert_string_equal(buf_cstr(&b), SEED);
    forget(&w);
    buf_reset(&b);
    make(&w, PLAN("9"), "[" OURS ",\"min_active\":8,\"max_active\":8,\"nostreams\":null}]",
         NULL);
    fts_pin_body(&b, &w.changes.v[0]);
    assert_string_equal(buf_cstr(&b), "{\"symbolicname\":\"rialto-x\"," A
                                      ",\"min_active\":9,\"max_active\":9}");
    buf_reset(&b);
    fts_row_body(&b, w.changes.v[0].row);
    assert_null(strstr(buf_cstr(&b), "nostreams")); /* FTS takes no null */
    forget(&w);
    buf_free(&b);
}

static void questions(void **state)
{
    static const char current[] =
        "[{\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\",\"datetime\":"
        "\"2026-01-01T00:10:00\",\"active\":20,\"ema\":1000},"
        "{\"source_se\":\"davs://a\",\"dest_se\":\"davs://old\",\"datetime\":"
        "\"2025-12-31T23:59:59\",\"active\":20,\"ema\":1000},"
        "{\"source_se\":\"davs://a\",\"dest_se\":\"davs://a\",\"datetime\":"
        "\"2026-01-01T00:10:00\",\"active\":20,\"ema\":1000},"
        "{\"source_se\":\"nonsense\",\"dest_se\":\"davs://a\",\"datetime\":"
        "\"2026-01-01T00:10:00\",\"active\":20,\"ema\":1000},"
        "{\"source_se\":\"davs://c\",\"dest_se\":\"davs://b\",\"datetime\":\"yesterday\","
        "\"active\":20,\"ema\":1000},"
        "{\"source_se\":\"davs://c\",\"dest_se\":\"davs://b\",\"datetime\":"
        "\"2026-01-01T00:00:00\",\"active\":0,\"ema\":null}]";
    struct world w;
    struct buf b = {0};
    int64_t midnight;
    (void)state;

    assert_true(str_time(slice_of("2026-01-01T00:00:00Z"), &midnight));
    make(&w, NULL, "[" SEED "]", current);
    assert_int_equal(fts_question(&b, &w.given, midnight, w.arena), 2);
    assert_string_equal(buf_cstr(&b),
                        "{\"pairs\":[{\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\","
                        "\"active\":20,\"throughput\":8000,\"max_active\":130},"
                        "{\"source_se\":\"davs://c\",\"dest_se\":\"davs://b\","
                        "\"max_active\":130}]}");
    buf_free(&b);
    forget(&w);
}

/* Replies that are not what FTS or Rialto sends. */
static void garbage(void **state)
{
    static const struct {
        int (*check)(const struct rialto_value *root, struct rialto_error *e);
        const char *text, *says;
    } replies[] = {
        {fts_check_links, "{}", "links: the reply has no list"},
        {fts_check_links, "[1]", "links: row 1 is no object"},
        {fts_check_links, "[{}]", "row 1: \"symbolicname\""},
        {fts_check_links, "[" SEED ",{\"symbolicname\":\"\"," A "}]",
         "row 2: \"symbolicname\""},
        {fts_check_links, "[" OURS "}]", "row 1: \"min_active\" is missing or wrong"},
        {fts_check_links, "[" OURS ",\"min_active\":1.5,\"max_active\":2}]", "\"min_active\""},
        {fts_check_links, "[" OURS ",\"min_active\":1,\"max_active\":\"2\"}]",
         "\"max_active\""},
        {fts_check_links, "[" OURS ",\"min_active\":1,\"max_active\":2e6}]", "\"max_active\""},
        {fts_check_current, "null", "optimizer: the reply has no list"},
        {fts_check_current, ACTIVE("\"many\""), "\"active\""},
        {fts_check_plan, "[]", "\"as_of\""},
        {fts_check_plan, "{\"as_of\":\"today\",\"plan\":[]}", "\"as_of\""},
        {fts_check_plan, "{\"as_of\":\"2026-01-01T00:00:00Z\"}", "plan: the reply has no list"},
        {fts_check_plan, PLAN("-1"), "negative connections"},
        {fts_check_plan, PLAN("0.5"), "\"connections\""},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
        struct rialto_document *d = read_text(replies[i].text);
        struct rialto_error e = {0};
        assert_int_equal(replies[i].check(rialto_document_root(d), &e), RIALTO_E_REPLY);
        if (!strstr(e.message, replies[i].says))
            fail_msg("%s: %s", replies[i].text, e.message);
        rialto_document_free(&d);
    }
}

/* As many rows, and as long a name, as are taken; and one more. */
static void limits(void **state)
{
    struct rialto_error e = {0};
    struct buf b = {0};
    char name[257];
    (void)state;

    for (size_t rows = 100000; rows <= 100001; rows++) {
        struct rialto_document *d;
        buf_reset(&b);
        buf_str(&b, "[" SEED);
        for (size_t i = 1; i < rows; i++)
            buf_str(&b, "," SEED);
        buf_char(&b, ']');
        d = read_text(buf_cstr(&b));
        assert_int_equal(fts_check_links(rialto_document_root(d), &e),
                         rows == 100000 ? 0 : RIALTO_E_LIMIT);
        rialto_document_free(&d);
    }
    for (size_t n = 255; n <= 256; n++) {
        struct rialto_document *d;
        memset(name, 'x', n);
        name[n] = 0;
        buf_reset(&b);
        buf_printf(&b, "[{\"symbolicname\":\"%s\"," A ",\"min_active\":1,\"max_active\":1}]",
                   name);
        d = read_text(buf_cstr(&b));
        assert_int_equal(fts_check_links(rialto_document_root(d), &e),
                         n == 255 ? 0 : RIALTO_E_REPLY);
        rialto_document_free(&d);
    }
    buf_free(&b);
}

#define LOOK(time, rate, active, queue)                                                        \
    "{\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\",\"datetime\":\"2026-01-01T" time     \
    "\",\"throughput\":" rate ",\"actual_active\":" active ",\"queue_size\":" queue "}"

static const struct {
    const char *rows;
    double is[3]; /* throughput, active, queued; -1: not known */
    const char *pair;
} looks[] = {
    {"[]", {-1, -1, -1}, ""},
    {"[" LOOK("00:00:59", "9", "9", "9") "]", {-1, -1, -1}, ""}, /* too old */
    {"[" LOOK("00:01:00", "1e9", "4", "0") "]",
     {1e9, 4, 0},
     ",\"active\":4,\"queued\":0,\"throughput\":8000000000"},
    /* the newest counts, wherever it stands */
    {"[" LOOK("00:01:00", "9", "9", "9") "," LOOK("00:02:00", "5", "2",
                                                  "1") "," LOOK("00:01:59", "9", "9", "9") "]",
     {5, 2, 1},
     ",\"active\":2,\"queued\":1,\"throughput\":40"},
    {"[" LOOK("00:01:00", "null", "null", "7") "]", {-1, -1, 7}, ",\"queued\":7"},
    {"[" LOOK("00:01:00", "1e18", "0", "1000000") "]",
     {1e18, 0, 1e6},
     ",\"active\":0,\"queued\":100000,\"throughput\":1e+18"},
};

static void ask_as_seen(struct fts_seen *s, const char *pair)
{
    struct world w;
    struct buf b = {0};
    char expected[256];

    make(&w, NULL, "[" SEED "]", ACTIVE("20"));
    s->source = "davs://A"; /* FTS has no regard to case */
    s->dest = "davs://b";
    w.given.seen = s;
    w.given.n_seen = 1;
    assert_int_equal(fts_question(&b, &w.given, 0, w.arena), 1);
    snprintf(expected, sizeof(expected),
             "{\"pairs\":[{\"source_se\":\"davs://a\",\"dest_se\":\"davs://b\"%s,"
             "\"max_active\":130}]}",
             pair);
    assert_string_equal(buf_cstr(&b), expected);
    buf_free(&b);
    forget(&w);
}

static void what_fts_saw(void **state)
{
    const int64_t since = INT64_C(1767225660000000); /* 00:01:00 */
    (void)state;

    for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
        struct rialto_document *rows = read_text(looks[i].rows);
        struct arena *a = arena_new(0);
        assert_int_equal(fts_check_evolution(rialto_document_root(rows), NULL), 0);
        struct fts_seen s = fts_seen_of(rialto_document_root(rows), since, a);
        const double got[] = {s.throughput, s.active, s.queued};
        for (size_t k = 0; k < 3; k++)
            assert_true(looks[i].is[k] < 0 ? isnan(got[k]) : got[k] == looks[i].is[k]);
        ask_as_seen(&s, looks[i].pair);
        arena_free(&a);
        rialto_document_free(&rows);
    }
}

/* A storage too long for FTS's column is not cut off there, but left alone. */
static void long_storages(void **state)
{
    char plan[512], host[160];
    (void)state;

    for (size_t n = 150; n <= 151; n++) {
        struct world w;
        memset(host, 'h', n - 7);
        host[n - 7] = 0;
        snprintf(plan, sizeof(plan),
                 "{\"as_of\":\"2026-01-01T00:00:00Z\",\"plan\":[{\"source_se\":\"davs://%s\","
                 "\"dest_se\":\"davs://b\",\"rate\":1,\"connections\":3}]}",
                 host);
        make(&w, plan, "[]", NULL);
        assert_int_equal(w.changes.v[0].action, n == 150 ? FTS_PIN : FTS_LEAVE);
        forget(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pair),
        cmocka_unit_test(queues_of_a_pair_are_added),
        cmocka_unit_test(names),
        cmocka_unit_test(a_name_that_is_taken_moves_no_link),
        cmocka_unit_test(a_pair_of_two_rows_is_somebody_elses),
        cmocka_unit_test(bodies),
        cmocka_unit_test(questions),
        cmocka_unit_test(garbage),
        cmocka_unit_test(limits),
        cmocka_unit_test(what_fts_saw),
        cmocka_unit_test(long_storages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
