/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program against canned replies: output byte for byte (tests/data/cli/golden), exit codes,
 * errors. With RIALTO_UPDATE_GOLDEN set the files are written instead; look at the difference
 * then.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "unit/client/fake_dns.h"
#include "unit/client/fake_server.h"
#include "unit/cmocka_all.h"

#define NOBODY "nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody-nobody-no-body"

struct output {
    int status;
    struct buf out, err;
};

static void output_free(struct output *o)
{
    buf_free(&o->out);
    buf_free(&o->err);
}

static void read_back(FILE *f, struct buf *b)
{
    char block[4096];
    size_t n;

    rewind(f);
    while ((n = fread(block, 1, sizeof(block), f)) > 0)
        buf_add(b, block, n);
    fclose(f);
}

/** Runs the program; words of `args` are separated by blanks, "\\_" is a blank within one. */
static struct output run(const char *server, const char *args, const char *input)
{
    char url[128], *words = strdup(args), *save = NULL;
    char *argv[64] = {(char *)(uintptr_t)PROGRAM};
    char *env[] = {url, (char *)(uintptr_t) "TERM=xterm", NULL};
    struct output o = {0};
    FILE *out = tmpfile(), *err = tmpfile(), *in = tmpfile();
    posix_spawn_file_actions_t files;
    size_t n = 1;
    pid_t pid;

    assert_true(words && out && err && in);
    fputs(input ? input : "", in);
    rewind(in);
    snprintf(url, sizeof(url), "RIALTO_SERVER=%s", server);
    for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        assert_true(n < 63);
        argv[n++] = w;
        for (char *p = w; (p = strstr(p, "\\_"));) {
            *p++ = ' ';
            memmove(p, p + 1, strlen(p));
        }
    }
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fileno(in), 0);
    posix_spawn_file_actions_adddup2(&files, fileno(out), 1);
    posix_spawn_file_actions_adddup2(&files, fileno(err), 2);
    assert_int_equal(posix_spawn(&pid, PROGRAM, &files, NULL, argv, env), 0);
    assert_int_equal(waitpid(pid, &o.status, 0), pid);
    assert_true(WIFEXITED(o.status));
    o.status = WEXITSTATUS(o.status);
    posix_spawn_file_actions_destroy(&files);
    read_back(out, &o.out);
    read_back(err, &o.err);
    fclose(in);
    free(words);
    return o;
}

static void update(const char *name, const struct buf *text)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof(path), "data/cli/golden/%s", name);
    f = fopen(path, "wb");
    assert_non_null(f);
    fwrite(buf_cstr(text), 1, text->len, f);
    fclose(f);
}

static void compare(const char *name, const struct buf *text)
{
    char path[256], *want;
    size_t n;

    if (getenv("RIALTO_UPDATE_GOLDEN")) {
        update(name, text);
        return;
    }
    snprintf(path, sizeof(path), "golden/%s", name);
    want = fake_file(path, &n);
    if (n != text->len || memcmp(want, buf_cstr(text), n) != 0)
        fail_msg("%s differs; got:\n%s", name, buf_cstr(text));
    free(want);
}

#define NOW "--now 2026-11-22T02:09:39Z "

static const struct {
    const char *golden, *args;
    int status;
} goldens[] = {
    {"help.txt", "help", 0},
    {"help-path.txt", "help path", 0},
    {"help-vector.txt", "vector --help", 0},
    {"zone.txt", "zone --uri https://alto.example.net/directory 198.51.96.0/23", 0},
    /* nobody listens there */
    {"discover-none.json", "--json discover 198.51.100.3 --nameserver 127.0.0.1:1", 1},
    {"version.txt", "--version", 0},
    {"version.json", "--json version", 0},
    {"path.txt", "path eos-one TWO_DISK", 0},
    {"path.json", "--json path ONE_EOS disk-two", 0},
    {"path-explain.txt", NOW "path --explain 192.0.2.130 alias.two.invalid", 0},
    {"path-lost.txt", "path 192.0.2.130 203.0.113.99", 0},
    {"path-lost-explain.txt", "path --explain 192.0.2.130 203.0.113.99", 0},
    {"path-unknown.txt", "path 203.0.113.5 203.0.113.99", 1},
    {"path-unknown.json", "path 203.0.113.5 203.0.113.99 --json", 1},
    {"rank.txt", "rank --client TWO-SITE ONE_EOS 203.0.113.5 tape-two", 0},
    {"rank.json", "rank --client=198.51.100.7 ONE_EOS 203.0.113.5 tape-two --json", 0},
    {"rank-none.json", "rank --client 198.51.100.7 203.0.113.5 --json", 1},
    {"costs.txt", "costs", 0},
    {"costs.json", "costs --json --metric num-routing", 0},
    {"costs-one.txt", "costs one two", 0},
    {"costs-one.json", "--json costs one two", 0},
    {"costs-none.txt", "costs two none", 1},
    {"costs-none.json", "--json costs two none", 1},
    {"map.txt", "map", 0},
    {"map.json", "map --json", 0},
    {"map-address.txt", "map 192.0.2.200", 0},
    {"map-address.json", "map tape-two --json", 0},
    {"map-none.txt", "map 203.0.113.1", 1},
    {"map-none.json", "map 203.0.113.1 --json", 1},
    {"props.txt", "props 192.0.2.130 test-map.pid:one", 0},
    {"props.json", "props 192.0.2.130 --property asn --json", 0},
    {"domains.txt", "domains", 0},
    {"domains.json", "domains --json", 0},
    {"sources.txt", NOW "sources", 0},
    {"sources.json", "sources --json", 0},
    {"sources-stale.txt", NOW "sources --stale", 0},
    {"sources-stale.json", "sources --stale --json", 0},
    {"disagreements.txt", NOW "disagreements", 0},
    {"disagreements.json", "disagreements --json", 0},
    {"links.txt", "links", 0},
    {"links.json", "links --json", 0},
    {"endpoints.txt", "endpoints", 0},
    {"endpoints.json", "endpoints --json", 0},
    {"vector.txt", "vector ONE_EOS 192.0.2.131 -- TWO-SITE --property priv:link", 0},
    {"vector.json", "vector 192.0.2.130 -- 198.51.100.7 --json", 0},
    {"fts-grants.txt", "fts grants", 0},
    {"fts-grants.json", "--json fts grants", 0},
    {"status.txt", NOW "status", 0},
    {"status.json", "status --json", 0},
    {"error-missing.json", "--json path 192.0.2.130 198.51.100.7 --table a&b\\_c", 1},
    {"error-name.json", "--json path " NOBODY " 198.51.100.7", 1},
};

static void output_is_as_agreed(void **state)
{
    for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
        struct output o = run(fake_url(*state), goldens[i].args, NULL);
        if (o.status != goldens[i].status)
            fail_msg("rialto %s: exit %d: %s", goldens[i].args, o.status, buf_cstr(&o.err));
        assert_null(strchr(buf_cstr(&o.out), '\033')); /* neither colour nor a server's own */
        assert_null(strstr(buf_cstr(&o.out), "\xc2\x9b"));
        assert_null(strchr(buf_cstr(&o.err), '\033'));
        compare(goldens[i].golden, &o.out);
        output_free(&o);
    }
}

static void failures_are_told(void **state)
{
    static const struct {
        const char *args;
        int status;
        const char *says;
    } cases[] = {
        {"", 2, "a command is needed"},
        {"paht 1 2", 2, "do you mean path?"},
        {"sourcse", 2, "do you mean sources?"},
        {"dis", 2, "do you mean disagreements?"},
        {"xyzzy", 2, "unknown command xyzzy"},
        {"help paths", 2, "do you mean path?"},
        {"fts pairs", 2, "fts pairs: "},
        {"fts grants get", 2, "fts grants get: put is expected"},
        {"fts grants put one", 2, "DOMAIN and FILE are needed"},
        {"fts grants --dry-run", 2, "--dry-run is for put"},
        {"fts grants put one /nonexistent/file", 2, "No such file"},
        {"path 192.0.2.1", 2, "SRC and DST are needed"},
        {"path 192.0.2.1 192.0.2.2 192.0.2.3", 2, "unexpected argument 192.0.2.3"},
        {"path --tabel x 192.0.2.1 192.0.2.2", 2, "unknown option --tabel"},
        {"path -x", 2, "unknown option -x"},
        {"path 192.0.2.1 192.0.2.2 --table", 2, "--table needs a value: TABLE"},
        {"path 192.0.2.1 192.0.2.2 --explain=yes", 2, "--explain takes no value"},
        {"path --batch - 192.0.2.1", 2, "--batch"},
        {"path --batch /nonexistent/file", 2, "No such file"},
        {"rank 192.0.2.1", 2, "--client is needed"},
        {"rank --client 192.0.2.1", 2, "too few arguments"},
        {"costs one", 2, "both PIDs or none"},
        {"costs --metric jitter", 1, "for metric jitter"},
        {"vector 192.0.2.1 192.0.2.2 192.0.2.3", 2, "then --"},
        {"vector -- 192.0.2.3", 2, "then --"},
        {"--timeout 0 status", 2, "1 to 86400"},
        {"--now yesterday status", 2, "expected a time"},
        {"--server ftp://x status", 2, "expected http"},
        {"completion fish", 2, "no completion for fish"},
        {"path 192.0.2.130 2001:db8:1::1", 1, "no address family in common"},
        {"path " NOBODY " 192.0.2.1", 1, "neither an address nor a name"},
        {"path 192.0.2.1 192.0.2.2", 1, "HTTP 404"},
        {"path 192.0.2.130 198.51.100.7 --table a&b\\_c", 1,
         "no such table: ?]0;x? (not-found, field table)"},
        {"props mars:olympus", 1, "no properties of entities like mars:olympus"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct output o = run(fake_url(*state), cases[i].args, NULL);
        if (o.status != cases[i].status || !strstr(buf_cstr(&o.err), cases[i].says))
            fail_msg("rialto %s: exit %d: %s", cases[i].args, o.status, buf_cstr(&o.err));
        output_free(&o);
    }
}

/* A server of a wider network is no reason to be silent of a narrower name that failed. */
static void discovery_tells_of_failed_names(void **state)
{
    static const char *const told =
        "rialto: 3.100.51.198.IN-ADDR.ARPA.: no answer from the "
        "name server; it may name a nearer server: try again later\n";

    (void)state;
    for (int fails = 0; fails < 2; fails++) {
        struct fake_dns dns;
        struct output o;
        char args[128];

        fake_dns_start(&dns, fails ? "3" : NULL);
        snprintf(args, sizeof(args), "discover 198.51.100.3 --nameserver 127.0.0.1:%u",
                 dns.port);
        o = run("http://127.0.0.1:1", args, NULL);
        fake_dns_stop(&dns);
        assert_int_equal(o.status, 0);
        assert_non_null(strstr(buf_cstr(&o.out), "https://alto.example.net/directory"));
        assert_string_equal(buf_cstr(&o.err), fails ? told : "");
        output_free(&o);
    }
}

static void servers_fail_in_many_ways(void **state)
{
    static const struct fake_route routes[] = {
        {.method = "GET",
         .path = "/api/v1/status",
         .status = 403,
         .type = "application/json",
         .file = "error-denied.json"},
        {.method = "GET",
         .path = "/api/v1/domains",
         .type = "application/json",
         .text = "\x1f\x8b garbage"},
        {.method = "GET", .path = "/api/v1/links", .type = "text/html", .text = "<p>hello</p>"},
        {.method = "GET",
         .path = "/api/v1/sources",
         .type = "application/json",
         .mode = FAKE_SILENT},
        {.method = "GET",
         .path = "/directory",
         .type = "application/alto-directory+json",
         .file = "directory.json"},
        {.method = "POST",
         .path = "/vector/endpoints",
         .type = "multipart/related; boundary=here",
         .file = "vector-cut.multipart"},
        {0},
    };
    static const struct {
        const char *args;
        int status;
        const char *says;
    } cases[] = {
        {"status", 1, "the grant operator-api is needed"},
        {"domains", 2, "not JSON"},
        {"links", 2, "text/html"},
        {"sources", 2, "rialto: "},
        {"vector 192.0.2.1 -- 192.0.2.2", 2, "cut off"},
        {"--server http://127.0.0.1:1 status", 2, "127.0.0.1"},
    };

    fake_routes(*state, routes);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct output o = run(fake_url(*state), cases[i].args, NULL);
        if (o.status != cases[i].status || !strstr(buf_cstr(&o.err), cases[i].says))
            fail_msg("rialto %s: exit %d: %s", cases[i].args, o.status, buf_cstr(&o.err));
        assert_int_equal(o.out.len, 0);
        output_free(&o);
    }
}

static size_t lines(const struct buf *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

static void batches_reuse_one_connection(void **state)
{
    size_t before = fake_connections(*state);
    struct buf input = {0};
    struct output o;

    for (int i = 0; i < 500; i++)
        buf_str(&input, "192.0.2.130\t198.51.100.7\n");
    o = run(fake_url(*state), "path --batch -", buf_cstr(&input));
    assert_int_equal(o.status, 0);
    assert_int_equal(lines(&o.out), 500);
    assert_int_equal(fake_connections(*state), before + 1);
    output_free(&o);
    buf_free(&input);
}

static void batches_go_on_after_a_bad_line(void **state)
{
    static const char paths[] =
        "# comment\n\n192.0.2.130 disk-two\nonly-one\n" NOBODY " 192.0.2.1\n"
        "203.0.113.5 203.0.113.99\n192.0.2.130 198.51.100.7";
    static const char vectors[] =
        "192.0.2.130 198.51.100.7\n192.0.2.130 192.0.2.131 -- 198.51.100.7\n-- x\n";
    struct output o = run(fake_url(*state), "path --batch -", paths);

    assert_int_equal(o.status, 1);
    compare("path-batch.jsonl", &o.out);
    output_free(&o);
    o = run(fake_url(*state), "vector --batch -", vectors);
    assert_int_equal(o.status, 1);
    compare("vector-batch.jsonl", &o.out);
    output_free(&o);
}

static void batches_stop_without_server(void **state)
{
    struct output o =
        run("http://127.0.0.1:1", "path --batch -", "192.0.2.1 192.0.2.2\n1.1.1.1 2.2.2.2\n");

    (void)state;
    assert_int_equal(o.status, 2);
    assert_int_equal(lines(&o.out), 1);
    assert_non_null(strstr(buf_cstr(&o.err), "line 1: "));
    output_free(&o);
}

/* Which version is replaced is asked for first; where there is none that is said. */
static void grants_are_handed_in(void **state)
{
    static const char document[] = "{\"grants\":[]}";
    struct output o = run(fake_url(*state), "fts grants put one/two -", document);

    assert_int_equal(o.status, 0);
    assert_string_equal(buf_cstr(&o.out), "one/two: version 8 is in force\n");
    assert_non_null(strstr(fake_last_head(*state), "If-Match: \"7\""));
    assert_string_equal(fake_last_body(*state), document);
    output_free(&o);
    o = run(fake_url(*state), "--json fts grants put one/two -", document);
    compare("fts-grants-put.json", &o.out);
    output_free(&o);
    o = run(fake_url(*state), "fts grants put new - --dry-run", document);
    assert_string_equal(buf_cstr(&o.out), "new: the document is good; nothing was changed\n");
    assert_non_null(strstr(fake_last_head(*state), "If-None-Match: *"));
    output_free(&o);
    o = run(fake_url(*state), "fts grants put new -", document);
    assert_int_equal(o.status, 1);
    assert_non_null(strstr(buf_cstr(&o.err), "grants[1]: twice"));
    output_free(&o);
    o = run(fake_url(*state), "fts grants put new -", "");
    assert_int_equal(o.status, 2);
    output_free(&o);
}

/** The script that is shipped is the one the table makes. */
static void completion_is_current(void **state)
{
    struct output o = run(fake_url(*state), "completion bash", NULL);
    char *shipped;
    size_t n;

    assert_int_equal(o.status, 0);
    shipped = fake_file("../../../deploy/completion/rialto.bash", &n);
    assert_string_equal(buf_cstr(&o.out), shipped);
    free(shipped);
    output_free(&o);
}

static int start(void **state)
{
    *state = fake_start(fake_good);
    return 0;
}

static int stop(void **state)
{
    fake_stop(*state);
    return 0;
}

static int good(void **state)
{
    fake_routes(*state, fake_good);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(output_is_as_agreed, good),
        cmocka_unit_test_setup(failures_are_told, good),
        cmocka_unit_test(discovery_tells_of_failed_names),
        cmocka_unit_test_setup(servers_fail_in_many_ways, good),
        cmocka_unit_test_setup(batches_reuse_one_connection, good),
        cmocka_unit_test_setup(batches_go_on_after_a_bad_line, good),
        cmocka_unit_test_setup(batches_stop_without_server, good),
        cmocka_unit_test_setup(grants_are_handed_in, good),
        cmocka_unit_test_setup(completion_is_current, good),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
