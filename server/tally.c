/* SPDX-License-Identifier: Apache-2.0 */
#include "server/tally.h"

#include <stdatomic.h>
#include <stdlib.h>

/* As many as the window has steps, the one before it, and the one that is replaced next. */
#define SAMPLES (TALLY_WINDOW / TALLY_STEP + 2)

struct sample {
    int64_t at;
    struct tally_sums sums;
};

struct tally {
    atomic_uint references;
    _Atomic uint64_t succ, fail, messages;
    struct sample ring[SAMPLES];
    uint64_t n_samples; /* ever taken */
};

struct tally *tally_new(void)
{
    struct tally *t = calloc(1, sizeof(*t));
    if (t)
        atomic_init(&t->references, 1);
    return t;
}

struct tally *tally_hold(struct tally *t)
{
    atomic_fetch_add_explicit(&t->references, 1, memory_order_relaxed);
    return t;
}

void tally_release(struct tally **tp)
{
    struct tally *t = *tp;
    *tp = NULL;
    if (t && atomic_fetch_sub_explicit(&t->references, 1, memory_order_acq_rel) == 1)
        free(t);
}

void tally_request(struct tally *t, bool ok)
{
    atomic_fetch_add_explicit(ok ? &t->succ : &t->fail, 1, memory_order_relaxed);
}

void tally_message(struct tally *t)
{
    atomic_fetch_add_explicit(&t->messages, 1, memory_order_relaxed);
}

struct tally_sums tally_sums(const struct tally *t)
{
    return (struct tally_sums){.succ = atomic_load_explicit(&t->succ, memory_order_relaxed),
                               .fail = atomic_load_explicit(&t->fail, memory_order_relaxed),
                               .messages =
                                   atomic_load_explicit(&t->messages, memory_order_relaxed)};
}

void tally_sample(struct tally *t, int64_t mono)
{
    if (t->n_samples > 0 && mono - t->ring[(t->n_samples - 1) % SAMPLES].at < TALLY_STEP)
        return;
    t->ring[t->n_samples++ % SAMPLES] = (struct sample){mono, tally_sums(t)};
}

/* The newest sample that is as old as the window; nothing was counted before the first one. */
static struct tally_sums before_window(const struct tally *t, int64_t mono)
{
    uint64_t oldest = t->n_samples > SAMPLES ? t->n_samples - SAMPLES : 0;
    for (uint64_t i = t->n_samples; i > oldest; i--) {
        const struct sample *s = &t->ring[(i - 1) % SAMPLES];
        if (mono - s->at >= TALLY_WINDOW)
            return s->sums;
    }
    return (struct tally_sums){0};
}

struct tally_sums tally_last(const struct tally *t, int64_t mono)
{
    struct tally_sums now = tally_sums(t), then = before_window(t, mono);
    return (struct tally_sums){now.succ - then.succ, now.fail - then.fail,
                               now.messages - then.messages};
}
