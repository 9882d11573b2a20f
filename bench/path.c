/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long does a path-vector request take, one source to five destinations?
 *
 *     rialto-bench-path [-n RUNS] STORE...
 *
 * Sources and destinations are the storage endpoints of the snapshot, each the source once per
 * run. Measured are finding the five paths alone, and the whole answer of the endpoint cost
 * service with path vector (RFC 9275), without HTTP around it; the two alternate. Goal: 1 ms of
 * CPU per request.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/served.h"

#define N_DSTS   5
#define GOAL_MS  1
#define RESOURCE "/pathvector/endpointcost"

struct query {
    struct addr src, dst[N_DSTS];
    struct buf body;
};

struct queries {
    VEC(struct query);
};

struct addr_list {
    VEC(struct addr);
};

/* ---- what to ask */

static struct queries queries_of(const struct snapshot *s, uint8_t family)
{
    struct queries qs = {0};
    struct addr_list all = {0};
    for (size_t i = 0; i < s->n_endpoints; i++)
        for (size_t k = 0; k < s->endpoints[i].n_addrs; k++) {
            struct addr *a = s->endpoints[i].addrs[k].family == family ? VEC_PUSH(&all) : NULL;
            if (a)
                *a = s->endpoints[i].addrs[k];
        }
    for (size_t i = 0; all.n > N_DSTS && i < all.n; i++) {
        struct query *q = VEC_PUSH(&qs);
        if (!q)
            break;
        q->src = all.v[i];
        for (size_t k = 0; k < N_DSTS; k++)
            q->dst[k] = all.v[(i + 1 + k) % all.n];
        q->body = (struct buf){0};
        served_put_vector_question(&q->body, &q->src, 1, q->dst, N_DSTS);
    }
    VEC_FREE(&all);
    return qs;
}

/* ---- asking */

static double find_paths(const struct served *b, const struct query *q)
{
    struct arena *a = arena_new(REQUEST_MEMORY);
    double start = bench_cpu_ms();
    for (int i = 0; i < N_DSTS; i++) {
        struct path *p;
        struct err e;
        if (b->snap->paths->find(b->snap->paths,
                                 &(struct path_question){q->src, q->dst[i], NULL}, a, &p, &e)) {
            fprintf(stderr, "find: %s\n", e.msg);
            exit(1);
        }
    }
    double used = bench_cpu_ms() - start;
    arena_free(&a);
    return used;
}

/* How many of the pairs asked for are known to arrive: the figures mean little without. */
static void tell_reached(const struct served *b, const struct queries *qs, uint8_t family)
{
    struct arena *a = arena_new(0);
    size_t reached = 0;
    for (size_t i = 0; i < qs->n; i++)
        for (int k = 0; k < N_DSTS; k++) {
            struct path *p;
            struct err e;
            if (!b->snap->paths->find(
                    b->snap->paths,
                    &(struct path_question){qs->v[i].src, qs->v[i].dst[k], NULL}, a, &p, &e))
                reached += p->reached;
        }
    printf("IPv%u: %zu of %zu pairs asked for arrive\n", family, reached, qs->n * N_DSTS);
    arena_free(&a);
}

static void measure(const struct served *b, uint8_t family, size_t runs)
{
    struct queries qs = queries_of(b->snap, family);
    double *found = calloc(runs * qs.n + 1, sizeof(double));
    double *answered = calloc(runs * qs.n + 1, sizeof(double));
    char what[80];
    size_t n = 0;
    for (size_t i = 0; found && answered && i < runs; i++)
        for (size_t k = 0; k < qs.n; k++, n++) {
            found[n] = find_paths(b, &qs.v[k]);
            answered[n] = served_ask(
                b, &(struct served_question){RESOURCE, buf_cstr(&qs.v[k].body), qs.v[k].src},
                NULL);
        }
    if (n) {
        tell_reached(b, &qs, family);
        snprintf(what, sizeof(what), "IPv%u: find 1 x %d paths (CPU)", family, N_DSTS);
        bench_tell(what, bench_median(found, n), 0);
        snprintf(what, sizeof(what), "IPv%u: answer 1 x %d path vectors (CPU)", family, N_DSTS);
        bench_tell(what, bench_median(answered, n), GOAL_MS);
    } else {
        printf("IPv%u: fewer than %d endpoints with addresses, nothing to ask\n", family,
               N_DSTS + 1);
    }
    free(found);
    free(answered);
    for (size_t i = 0; i < qs.n; i++)
        buf_free(&qs.v[i].body);
    VEC_FREE(&qs);
}

int main(int argc, char **argv)
{
    struct served b;
    size_t runs = 101;
    for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
        runs = c == 'n' ? strtoul(optarg, NULL, 10) : 0;
        if (!runs || runs > 100000)
            return 2;
    }
    if (optind == argc) {
        fprintf(stderr, "usage: rialto-bench-path [-n RUNS] STORE...\n");
        return 2;
    }
    struct intakes in = bench_load(argv + optind, (size_t)(argc - optind));
    served_start(&b, bench_build(&in, NULL));
    measure(&b, 4, runs);
    measure(&b, 6, runs);
    served_stop(&b);
    return 0;
}
