/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says which format of traces the rest is read as; 0xff: as guessed. */
#include <assert.h>
#include <stdint.h>

#include "agents/instance.h"
#include "agents/sources/trace/dialects.h"

extern const struct agent_ops agent_traceroute;

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

static void no_random(void *self, void *p, size_t n)
{
    (void)self;
    (void)p;
    (void)n;
}

static void check_hop(const struct hop *h)
{
    assert(h->ttl > 0 && h->ttl <= TRACE_MAX_HOPS && h->n <= TRACE_MAX_RESPONDERS);
    assert(h->probes == FACT_NONE || (h->probes >= 0 && h->probes <= 2 * TRACE_MAX_PROBES));
    assert(h->lost == FACT_NONE || h->lost >= 0);
    assert(h->lost == FACT_NONE || h->probes == FACT_NONE || h->lost <= h->probes);
    for (size_t i = 0; i < h->n; i++) {
        assert(isnan(h->v[i].rtt) || h->v[i].rtt >= 0);
        for (size_t k = 0; k < i; k++)
            assert(!addr_eq(&h->v[i].addr, &h->v[k].addr));
    }
}

static void check_path(const struct fact_observed_path *f)
{
    assert(f->hops.n > 0 && f->hops.n <= TRACE_MAX_HOPS && f->tool != NULL);
    for (size_t i = 0; i < f->hops.n; i++) {
        assert(i == 0 || f->hops.v[i].ttl == f->hops.v[i - 1].ttl + 1);
        check_hop(&f->hops.v[i]);
    }
}

static const struct agent_dialect *choose(uint8_t which, const struct agent_file *f)
{
    size_t n = 0;

    while (trace_dialects[n] != NULL)
        n++;
    if (which == 0xff)
        return agent_dialect_guess(trace_dialects, f);
    return trace_dialects[which % n] != &trace_dialect_warts ? trace_dialects[which % n]
                                                             : NULL; /* another program */
}

static void read(struct agent *a, struct agent_file *f, struct arena *arena)
{
    struct memory_sink sink;
    struct err e = {0};

    memory_sink_init(&sink, arena);
    if (f->dialect->read(a, f, &sink.sink, &e) == 0) {
        assert(sink.n == 1 && FACTS_N(&sink.v[0].facts, OBSERVED_PATH) > 0);
        for (size_t i = 0; i < FACTS_N(&sink.v[0].facts, OBSERVED_PATH); i++)
            check_path(&FACTS(&sink.v[0].facts, observed_path, OBSERVED_PATH)[i]);
    } else {
        assert(e.code < 0 && e.msg[0] != '\0' && sink.n == 0);
    }
    memory_sink_free(&sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct clock clock = {no_time, no_time, no_random, NULL};
    struct agent_setup setup = {.ops = &agent_traceroute,
                                .domain = "d",
                                .name = "s",
                                .expires = FACT_NONE,
                                .clock = &clock,
                                .unopened = true};
    struct agent_file f = {.name = "x", .path = "x", .observed = FACT_NONE};
    struct arena *arena = arena_new(1 << 26);
    struct agent *a = NULL;

    if (size == 0 || arena == NULL || agent_new(&a, &setup, NULL) != 0)
        goto out;
    f.text = (struct slice){(const char *)data + 1, size - 1};
    f.dialect = choose(data[0], &f);
    if (f.dialect != NULL && f.dialect != &trace_dialect_warts)
        read(a, &f, arena);
out:
    agent_free(&a);
    arena_free(&arena);
    return 0;
}
