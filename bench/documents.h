/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of a domain, "bench", that publishes ALTO documents. */
#ifndef RIALTO_BENCH_DOCUMENTS_H
#define RIALTO_BENCH_DOCUMENTS_H

#include "bench/bench.h"

struct published {
    const char *name, *kind; /* as facts name them: "m.json", "network-map" */
    const char *body;        /* copied */
};

struct snapshot *documents_snapshot(const struct published *v, size_t n);

#endif
