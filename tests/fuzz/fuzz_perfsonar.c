/* SPDX-License-Identifier: Apache-2.0 */
/* perfSONAR's dialects and CRIC's: the first byte chooses one, or the guess; the rest is the
 * file. */
#include <assert.h>
#include <stdint.h>

#include "agents/instance.h"

extern const struct agent_ops agent_perfsonar, agent_cric;

static const struct agent_dialect *choose(uint8_t c, const struct agent_ops **ops,
                                          const struct agent_file *f)
{
    size_t n = 0;

    *ops = c % 8 == 0 ? &agent_cric : &agent_perfsonar;
    if (c % 8 <= 1)
        return agent_dialect_guess((*ops)->dialects, f);
    while ((*ops)->dialects[n] != NULL)
        n++;
    return (*ops)->dialects[(c % 8 - 2) % n];
}

/* Values are never negative, and TTLs are in order. */
static void check(const struct memory_batch *b)
{
    const struct fact_measurement *m = FACTS(&b->facts, measurement, MEASUREMENT);
    const struct fact_observed_path *p = FACTS(&b->facts, observed_path, OBSERVED_PATH);

    for (size_t i = 0; i < FACTS_N(&b->facts, MEASUREMENT); i++)
        assert(m[i].value >= 0 && m[i].metric != NULL);
    for (size_t i = 0; i < FACTS_N(&b->facts, OBSERVED_PATH); i++) {
        assert(p[i].hops.n > 0);
        for (size_t k = 0; k < p[i].hops.n; k++) {
            assert(p[i].hops.v[k].lost <= p[i].hops.v[k].probes);
            assert(k == 0 || p[i].hops.v[k].ttl > p[i].hops.v[k - 1].ttl);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct agent_setup setup = {.domain = "d",
                                .name = "s",
                                .expires = FACT_NONE,
                                .clock = clock_system(),
                                .unopened = true};
    struct agent_file f = {.name = "f", .path = "f", .observed = FACT_NONE};
    struct arena *arena = arena_new(1 << 28);
    struct memory_sink sink;
    struct agent *a;
    struct err e = {0};

    if (size == 0 || arena == NULL)
        goto out;
    f.text = (struct slice){(const char *)data + 1, size - 1};
    f.dialect = choose(data[0], &setup.ops, &f);
    if (f.dialect == NULL || agent_new(&a, &setup, &e) != 0)
        goto out;
    memory_sink_init(&sink, arena);
    if (f.dialect->read(a, &f, &sink.sink, &e) == 0)
        check(&sink.v[0]);
    else
        assert(e.code < 0 && e.msg[0] != '\0' && sink.n == 0);
    memory_sink_free(&sink);
    agent_free(&a);
out:
    arena_free(&arena);
    return 0;
}
