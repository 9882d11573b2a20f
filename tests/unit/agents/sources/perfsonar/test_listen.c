/* SPDX-License-Identifier: Apache-2.0 */
/* Results that are sent: over real connections on loopback, into a sink that may refuse. */
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/sources/perfsonar/source.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_perfsonar;

#define DAY INT64_C(86400000000)

struct scene {
    struct rig rig;
    char *folder;
    pthread_t thread;
    struct batch_sink sink; /* passes on, unless it is broken */
    atomic_bool broken;
    int rc;
};

static struct scene *scene; /* of the one test that runs */

static int brittle_commit(struct batch_sink *s, struct err *e)
{
    if (!atomic_load(&scene->broken))
        return scene->rig.sink.sink.commit(&scene->rig.sink.sink, e);
    scene->rig.sink.sink.abort(&scene->rig.sink.sink);
    (void)s;
    return err_set(e, ERR_IO, "/secret/place: disk full");
}

static int pass_begin(struct batch_sink *s, const struct batch_head *h, struct err *e)
{
    (void)s;
    return scene->rig.sink.sink.begin(&scene->rig.sink.sink, h, e);
}

static int pass_put(struct batch_sink *s, enum fact_kind k, const void *f, struct err *e)
{
    (void)s;
    return scene->rig.sink.sink.put(&scene->rig.sink.sink, k, f, e);
}

static void pass_ignore(struct batch_sink *s, const char *where, const char *reason)
{
    (void)s;
    scene->rig.sink.sink.ignore(&scene->rig.sink.sink, where, reason);
}

static void pass_abort(struct batch_sink *s)
{
    (void)s;
    scene->rig.sink.sink.abort(&scene->rig.sink.sink);
}

static int pass_failed(struct batch_sink *s, const struct origin *o, const struct err *why,
                       struct err *e)
{
    (void)s;
    return scene->rig.sink.sink.failed(&scene->rig.sink.sink, o, why, e);
}

static void *run(void *arg)
{
    struct scene *s = arg;
    struct err e = {0};

    s->rc = agent_ops_of(s->rig.agent)->serve(s->rig.agent, &s->sink, &e);
    return NULL;
}

static unsigned port_of(struct scene *s)
{
    const struct ps_source *src = agent_state(s->rig.agent);

    return atomic_load(&src->bound);
}

static void open_scene(struct scene *s, const char *more)
{
    char yaml[1000];
    struct err e = {0};

    *s = (struct scene){.folder = rig_folder(),
                        .sink = {.begin = pass_begin,
                                 .put = pass_put,
                                 .ignore = pass_ignore,
                                 .commit = brittle_commit,
                                 .abort = pass_abort,
                                 .failed = pass_failed}};
    scene = s;
    rig_write(s->folder, "token", "t0ken\n", DAY);
    snprintf(yaml, sizeof(yaml),
             "listen: {port: 0, token_file: %s/token, path: /in, body: 2k%s}\n", s->folder,
             more);
    if (rig_open(&s->rig, &agent_perfsonar, yaml, DAY, &e) < 0)
        fail_msg("%s", e.msg);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    while (port_of(s) == 0)
        sched_yield();
}

static void close_scene(struct scene *s)
{
    atomic_store(&s->rig.cancelled, true);
    pthread_join(s->thread, NULL);
    assert_int_equal(s->rc, 0);
    rig_close(&s->rig);
    rig_remove(s->folder);
}

/* One request; the status, and what was said. */
static int ask(struct scene *s, const char *head, const char *body, char out[4000])
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port_of(s))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char request[8000];
    size_t n = 0, line = strcspn(head, "\r");
    ssize_t got;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    snprintf(request, sizeof(request),
             "%.*s HTTP/1.1%s\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
             (int)line, head, head + line, strlen(body), body);
    assert_true(write(fd, request, strlen(request)) > 0);
    while (n < 3999 && (got = read(fd, out + n, 3999 - n)) > 0)
        n += (size_t)got;
    out[n] = '\0';
    close(fd);
    return n > 12 ? atoi(out + 9) : 0;
}

#define TOKEN "\r\nAuthorization: Bearer t0ken"
#define RESULT                                                                                 \
    "{\"id\":\"r\",\"test\":{\"type\":\"rtt\",\"spec\":{\"source\":\"192.0.2.1\",\"dest\":"    \
    "\"192.0.2.2\"}},\"run\":{\"start-time\":\"2027-01-15T07:30:00Z\",\"end-time\":"           \
    "\"2027-01-15T07:30:05Z\"},\"result\":{\"succeeded\":true,\"loss\":0.5}}"
#define FACT                                                                                   \
    "measurement {\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.2\",\"metric\":"          \
    "\"lossrate\",\"statistic\":\"mean\",\"value\":50,\"start\":\"2027-01-15T07:30:00Z\","     \
    "\"end\":\"2027-01-15T07:30:05Z\"}\n"

/* POST and PUT, plain and as an archiver's own input; each is a batch when it is said. */
static void test_good(void **state)
{
    struct scene s;
    char said[4000];
    const struct memory_batch *b;

    (void)state;
    open_scene(&s, "");
    assert_int_equal(s.rig.sink.n, 1); /* the scope is well */
    assert_int_equal(ask(&s, "POST /in" TOKEN, RESULT, said), 200);
    assert_non_null(strstr(said, "{\"facts\":1}"));
    assert_int_equal(s.rig.sink.n, 2);
    rig_expect(&s.rig, "pushed", FACT);
    b = rig_scope(&s.rig, "pushed");
    assert_int_equal(b->head.mode, BATCH_APPEND);
    assert_true(b->head.origin.expires - b->head.origin.observed_at == DAY);
    assert_true(b->head.origin.observed_at < s.rig.now);
    assert_int_equal(
        ask(&s, "PUT /in" TOKEN, "{\"data\":{},\"attempts\":1,\"result\":" RESULT "}", said),
        200);
    rig_expect(&s.rig, "pushed", FACT);
    assert_int_equal(s.rig.sink.n, 3);
    close_scene(&s);
}

/* Whole, but of no use: acknowledged, for it would not get better. */
static void test_useless(void **state)
{
    static const char *const bodies[][2] = {
        {"{\"state\":\"failed\",\"result\":null}", "has no result"},
        {"{\"test\":{\"type\":\"dns\"},\"result\":{\"succeeded\":true}}", "nothing to say"},
        {"{\"test\":{\"type\":\"rtt\",\"spec\":{\"source\":\"a\",\"dest\":\"b\"}},\"result\":{"
         "\"loss\":0}}",
         "no address is known"},
        {"{\"test\":{\"type\":\"rtt\",\"spec\":{\"source\":\"192.0.2.1\",\"dest\":\"192.0.2."
         "2\"}},"
         "\"run\":{\"start-time\":\"2020-01-01T00:00:00Z\",\"duration\":\"PT1S\"},\"result\":{"
         "\"loss\":0}}",
         "older than they are believed"},
    };
    struct scene s;
    char said[4000];

    (void)state;
    open_scene(&s, "");
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        assert_int_equal(ask(&s, "POST /in" TOKEN, bodies[i][0], said), 200);
        assert_non_null(strstr(said, bodies[i][1]));
    }
    assert_int_equal(s.rig.sink.n, 1);
    close_scene(&s);
}

/* Names may only be unknown until the servers of hosts have been asked: try again. */
static void test_early(void **state)
{
    static const char unknown[] =
        "{\"test\":{\"type\":\"rtt\",\"spec\":{\"source\":\"a\",\"dest\":\"b\"}},\"result\":{"
        "\"loss\":0}}";
    struct scene s;
    char said[4000];

    (void)state;
    open_scene(&s, "}\nservers: [{name: m, dialect: psconfig, url: \"http://127.0.0.1:1/\"}]\n"
                   "limits: {timeout: 1s");
    assert_int_equal(ask(&s, "POST /in" TOKEN, unknown, said), 503);
    assert_non_null(strstr(said, "Retry-After"));
    assert_int_equal(ask(&s, "POST /in" TOKEN, RESULT, said), 200);
    atomic_store(&((struct ps_source *)agent_state(s.rig.agent))->collected, true);
    assert_int_equal(ask(&s, "POST /in" TOKEN, unknown, said), 200);
    assert_non_null(strstr(said, "no address is known"));
    close_scene(&s);
}

static void test_refused(void **state)
{
    static const struct {
        const char *head, *body;
        int status;
    } cases[] = {
        {"POST /in", RESULT, 401},
        {"POST /in\r\nAuthorization: Bearer t0kem", RESULT, 401},
        {"POST /in\r\nAuthorization: Bearer t0ken ", RESULT, 200}, /* blanks end headers */
        {"POST /in\r\nAuthorization: Bearer ", RESULT, 401},
        {"POST /in\r\nAuthorization: Bearer t0kent0ken", RESULT, 401},
        {"POST /in\r\nAuthorization: Basic t0ken", RESULT, 401},
        {"POST /" TOKEN, RESULT, 404},
        {"GET /in" TOKEN, "", 405},
        {"DELETE /in" TOKEN, "", 405},
        {"POST /in" TOKEN, "{\"result\":", 400},
        {"POST /in" TOKEN, "", 400},
        {"POST /in" TOKEN, "[1]", 400},
        {"POST /in" TOKEN, "{\"a\":1}", 400},
    };
    struct scene s;
    char said[4000];

    (void)state;
    open_scene(&s, "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int status = ask(&s, cases[i].head, cases[i].body, said);

        if (status != cases[i].status)
            fail_msg("%s: %d\n%s", cases[i].head, status, said);
        assert_null(strstr(said, "t0ken"));
    }
    close_scene(&s);
}

static void test_large(void **state)
{
    struct scene s;
    char said[4000], body[3000];

    (void)state;
    open_scene(&s, "");
    memset(body, ' ', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    assert_int_equal(ask(&s, "POST /in" TOKEN, body, said), 413);
    close_scene(&s);
}

/* Not acknowledged before it is kept; nothing is told of the inside. */
static void test_broken_store(void **state)
{
    struct scene s;
    char said[4000];

    (void)state;
    open_scene(&s, "");
    atomic_store(&s.broken, true);
    assert_int_equal(ask(&s, "POST /in" TOKEN, RESULT, said), 503);
    assert_non_null(strstr(said, "Retry-After"));
    assert_null(strstr(said, "secret"));
    assert_int_equal(s.rig.sink.n, 1);
    atomic_store(&s.broken, false);
    assert_int_equal(ask(&s, "POST /in" TOKEN, RESULT, said), 200);
    assert_int_equal(s.rig.sink.n, 2);
    close_scene(&s);
}

static void test_clients(void **state)
{
    struct scene s;
    char said[4000];

    (void)state;
    open_scene(&s, ", clients: [192.0.2.0/24]");
    assert_int_equal(ask(&s, "POST /in" TOKEN, RESULT, said), 403);
    close_scene(&s);
    open_scene(&s, ", clients: [192.0.2.0/24, 127.0.0.0/8]");
    assert_int_equal(ask(&s, "POST /in" TOKEN, RESULT, said), 200);
    close_scene(&s);
}

#define N_THREADS 4
#define N_EACH    25

static void *send_many(void *arg)
{
    char said[4000];

    for (int i = 0; i < N_EACH; i++)
        if (ask(arg, "POST /in" TOKEN, RESULT, said) != 200)
            return arg;
    return NULL;
}

/* Several archivers at the same time: one batch each. */
static void test_many(void **state)
{
    struct scene s;
    pthread_t threads[N_THREADS];

    (void)state;
    open_scene(&s, "");
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, &s), 0);
    for (int i = 0; i < N_THREADS; i++) {
        void *wrong;

        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    assert_int_equal(s.rig.sink.n, 1 + N_THREADS * N_EACH);
    close_scene(&s);
}

/* What can't be listened on fails the scope, and may be tried again. */
static void test_no_port(void **state)
{
    struct scene s, t;
    char yaml[1000];
    struct err e = {0};

    (void)state;
    open_scene(&s, "");
    snprintf(yaml, sizeof(yaml), "listen: {port: %u, token_file: %s/token}\n", port_of(&s),
             s.folder);
    t = (struct scene){.rc = 0};
    assert_int_equal(rig_open(&t.rig, &agent_perfsonar, yaml, DAY, &e), 0);
    assert_int_equal(agent_perfsonar.serve(t.rig.agent, &t.rig.sink.sink, &e), 0);
    assert_int_equal(rig_scope(&t.rig, "pushed")->failed, 1);
    rig_close(&t.rig);
    snprintf(yaml, sizeof(yaml), "listen: {port: 0, token_file: %s/none}\n", s.folder);
    assert_int_equal(rig_open(&t.rig, &agent_perfsonar, yaml, DAY, &e), 0);
    assert_int_equal(agent_perfsonar.serve(t.rig.agent, &t.rig.sink.sink, &e), 0);
    assert_non_null(strstr(rig_scope(&t.rig, "pushed")->why.msg, "No such file"));
    rig_close(&t.rig);
    close_scene(&s);
    /* a source that does not listen is never asked again */
    assert_int_equal(rig_open(&t.rig, &agent_perfsonar, "path: x\n", DAY, &e), 0);
    assert_int_equal(agent_perfsonar.serve(t.rig.agent, &t.rig.sink.sink, &e), 1);
    rig_close(&t.rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),    cmocka_unit_test(test_useless),
        cmocka_unit_test(test_early),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_large),   cmocka_unit_test(test_broken_store),
        cmocka_unit_test(test_clients), cmocka_unit_test(test_many),
        cmocka_unit_test(test_no_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
