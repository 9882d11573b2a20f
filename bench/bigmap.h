/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up network of the size that Flow Director reports: 1,700 PIDs, 250,000 prefixes of a
 * BGP-like mix of lengths, 1.3 million costs (765 of the PIDs are destinations).
 */
#ifndef RIALTO_BENCH_BIGMAP_H
#define RIALTO_BENCH_BIGMAP_H

#include "base/str.h"
#include "model/snapshot.h"
#include "wire/encode.h"

#define BIGMAP_PIDS     1700
#define BIGMAP_DSTS     765
#define BIGMAP_PREFIXES 250000

struct bigmap {
    struct arena *arena;
    struct pid *pids; /* sorted by name */
    const char **names;
    struct prefix *prefixes;                     /* all of them, sorted, unequal */
    uint32_t *owner;                             /* PID of each */
    double *value, *changed;                     /* costs; 30 % of the second are others */
    uint32_t *thousandths, *changed_thousandths; /* the same, as documents are kept */
};

/** Numbers that look random, the same each time. */
uint64_t bigmap_random(uint64_t *state);

/** Unequal prefixes of a family, sorted. */
struct prefix *bigmap_prefixes(struct arena *a, size_t n, uint8_t family);

/** Exits with a message when there is no memory. */
struct bigmap bigmap_new(void);
void bigmap_free(struct bigmap *m);

/** The costs as the encoder takes them: the two above in thousandths, others as numbers. */
struct wire_costs bigmap_costs(const struct bigmap *m, const double *value);

/** Appends the documents as an ALTO server publishes them. */
void bigmap_put_map(const struct bigmap *m, struct buf *b);
void bigmap_put_costs(const struct bigmap *m, const double *value, struct buf *b);

#endif
