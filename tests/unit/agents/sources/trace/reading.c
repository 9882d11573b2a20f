/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/agents/sources/trace/reading.h"

#include <stdlib.h>
#include <string.h>

#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_traceroute;

static void say_addr(const struct addr *a, struct buf *out)
{
    char text[ADDR_TEXT];

    buf_str(out, addr_is_set(a) ? addr_format(a, text) : "-");
}

static void say_count(int64_t n, struct buf *out)
{
    if (n == FACT_NONE)
        buf_char(out, '-');
    else
        buf_printf(out, "%lld", (long long)n);
}

static void say_hop(const struct hop *h, struct buf *out)
{
    buf_printf(out, "%lld ", (long long)h->ttl);
    say_count(h->probes, out);
    buf_char(out, '/');
    say_count(h->lost, out);
    for (size_t i = 0; i < h->n; i++) {
        const struct responder *r = &h->v[i];

        buf_str(out, i > 0 ? ", " : " ");
        say_addr(&r->addr, out);
        if (!isnan(r->rtt)) {
            buf_char(out, ' ');
            buf_json_real(out, r->rtt);
        }
        if (r->asn != FACT_NONE)
            buf_printf(out, " AS%lld", (long long)r->asn);
        if (r->label != NULL)
            buf_printf(out, " {%s}", r->label);
        if (r->note != NULL)
            buf_printf(out, " %s", r->note);
    }
    buf_char(out, '\n');
}

static void say_path(const struct fact_observed_path *f, struct buf *out)
{
    char time[32];

    say_addr(&f->source, out);
    buf_str(out, " > ");
    say_addr(&f->destination, out);
    if (f->observed != FACT_NONE)
        buf_printf(out, " at %s", str_time_format(f->observed, time));
    if (f->table != NULL)
        buf_printf(out, " in %s", f->table);
    buf_str(out, f->reached == 1 ? " reached\n" : f->reached == 0 ? " no\n" : " cut\n");
    for (size_t i = 0; i < f->hops.n; i++)
        say_hop(&f->hops.v[i], out);
}

static void say_batch(const struct memory_batch *b, struct buf *out)
{
    for (size_t i = 0; i < FACTS_N(&b->facts, OBSERVED_PATH); i++)
        say_path(&FACTS(&b->facts, observed_path, OBSERVED_PATH)[i], out);
    for (size_t i = 0; i < b->n_ignored; i++)
        buf_printf(out, "ignored %s: %s\n", b->ignored[i].where, b->ignored[i].reason);
}

char *trace_reading(const char *dialect, const char *text, size_t n)
{
    struct agent_file f = {.name = "x", .path = "x", .text = {text, n}, .observed = FACT_NONE};
    struct buf out = {0};
    struct rig r;
    struct err e = {0};
    int rc = 0;

    assert_int_equal(rig_open(&r, &agent_traceroute, "path: x\n", FACT_NONE, &e), 0);
    f.dialect = dialect != NULL ? agent_dialect_find(trace_dialects, dialect)
                                : agent_dialect_guess(trace_dialects, &f);
    if (f.dialect == NULL)
        buf_str(&out, "no dialect\n");
    else
        rc = f.dialect->read(r.agent, &f, &r.sink.sink, &e);
    assert_int_equal(rc, e.code);
    if (rc < 0)
        buf_printf(&out, "%s\n", e.msg);
    assert_true(rc == 0 || r.sink.n == 0);
    if (r.sink.n > 0)
        say_batch(&r.sink.v[0], &out);
    rig_close(&r);
    return buf_take(&out, &(size_t){0});
}

void trace_expect(const char *dialect, const char *text, const char *want)
{
    char *got = trace_reading(dialect, text, strlen(text));

    if (strcmp(got, want) != 0)
        print_error("--- got\n%s--- want\n%s", got, want);
    assert_string_equal(got, want);
    free(got);
}

void trace_expect_robust(const char *dialect, const char *text)
{
    static const char others[] = {'\0', ' ', '*', '9', '"', '\n', '(', '\x80'};
    size_t n = strlen(text);
    char *copy;

    for (size_t i = 0; i <= n; i++) {
        copy = malloc(i + 1); /* of the exact size, so that reading beyond it is seen */
        memcpy(copy, text, i);
        free(trace_reading(dialect, copy, i));
        free(copy);
    }
    copy = strdup(text);
    for (size_t i = 0; i < n; i++) {
        copy[i] = others[i % sizeof(others)];
        free(trace_reading(dialect, copy, n));
        copy[i] = text[i];
    }
    free(copy);
}
