/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast is the longest prefix of an address found? 250,000 IPv4 and 200,000 IPv6 prefixes of
 * a BGP-like mix, against the plainest thing that works: a binary trie, one bit a node.
 *
 *     rialto-bench-lookup [-n RUNS]
 *
 * Addresses lie evenly in prefixes taken at random: the worst that caches can meet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/bigmap.h"
#include "net/lpm.h"

#define QUERIES  1000000
#define MAX_RUNS 101

/* --- the anchor --- */

struct bit {
    uint32_t child[2], value;
};

struct trie {
    struct bit *v;
    size_t n, cap;
};

static unsigned bit_of(const struct addr *a, unsigned i)
{
    return a->b[i / 8] >> (7 - i % 8) & 1;
}

static void trie_set(struct trie *t, const struct prefix *p, uint32_t value)
{
    uint32_t at = 0;
    for (unsigned i = 0; i < p->len; i++) {
        unsigned b = bit_of(&p->addr, i);
        if (t->n == t->cap && !(t->v = realloc(t->v, (t->cap *= 2) * sizeof(*t->v))))
            exit(1);
        if (!t->v[at].child[b]) {
            t->v[at].child[b] = (uint32_t)t->n;
            t->v[t->n++] = (struct bit){{0, 0}, LPM_NONE};
        }
        at = t->v[at].child[b];
    }
    t->v[at].value = value;
}

static uint32_t trie_find(const struct trie *t, const struct addr *a)
{
    uint32_t at = 0, best = t->v[0].value;
    for (unsigned i = 0; i < addr_bits(a); i++) {
        at = t->v[at].child[bit_of(a, i)];
        if (!at)
            break;
        if (t->v[at].value != LPM_NONE)
            best = t->v[at].value;
    }
    return best;
}

/* --- measuring --- */

static struct addr address_in(const struct prefix *p, uint64_t *state)
{
    struct addr a = p->addr;
    for (unsigned i = p->len; i < addr_bits(&a); i++) {
        if (bigmap_random(state) & 1)
            a.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    return a;
}

struct bench {
    const char *name;
    struct prefix *prefixes; /* prefix i is of PID i % BIGMAP_PIDS */
    struct lpm_run pids[BIGMAP_PIDS];
    size_t n, runs;
    struct addr *queries;
    struct trie trie;
    struct lpm *table;
};

static void fill(struct bench *b, double *trie_ms, double *ours_ms)
{
    double start = bench_cpu_ms();
    b->trie = (struct trie){malloc(sizeof(struct bit)), 1, 1};
    b->table = lpm_new();
    if (!b->trie.v || !b->table)
        exit(1);
    b->trie.v[0] = (struct bit){{0, 0}, LPM_NONE};
    for (size_t i = 0; i < b->n; i++)
        trie_set(&b->trie, &b->prefixes[i], (uint32_t)(i % BIGMAP_PIDS));
    *trie_ms = bench_cpu_ms() - start;
    start = bench_cpu_ms();
    if (lpm_load(b->table, b->pids, BIGMAP_PIDS) < 0)
        exit(1);
    *ours_ms = bench_cpu_ms() - start;
}

static void measure(struct bench *b, double goal)
{
    double build[MAX_RUNS], trie_build[MAX_RUNS], ours[MAX_RUNS], theirs[MAX_RUNS];
    char what[80];
    for (size_t r = 0; r < b->runs; r++) {
        uint64_t sum = 0;
        fill(b, &trie_build[r], &build[r]);
        double start = bench_cpu_ms();
        for (size_t i = 0; i < QUERIES; i++)
            sum += lpm_find(b->table, &b->queries[i], NULL);
        ours[r] = bench_cpu_ms() - start;
        start = bench_cpu_ms();
        for (size_t i = 0; i < QUERIES; i++)
            sum -= trie_find(&b->trie, &b->queries[i]);
        theirs[r] = bench_cpu_ms() - start;
        if (sum != 0) {
            fprintf(stderr, "rialto-bench-lookup: the two disagree\n");
            exit(1);
        }
        free(b->trie.v);
        if (r + 1 < b->runs)
            lpm_free(&b->table);
    }
    snprintf(what, sizeof(what), "%s: binary trie / ours, 1,000,000 lookups", b->name);
    bench_ratio(what, bench_median(theirs, b->runs), bench_median(ours, b->runs), goal);
    snprintf(what, sizeof(what), "%s: filled and sealed (CPU)", b->name);
    bench_tell(what, bench_median(build, b->runs), 0);
    printf("%s: %.1f MB\n", b->name, (double)lpm_memory(b->table) / 1e6);
    lpm_free(&b->table);
}

static void deal(struct bench *b, struct arena *a)
{
    struct prefix *to = ARENA_ARRAY(a, b->n, struct prefix);
    if (!to)
        exit(1);
    for (size_t pid = 0; pid < BIGMAP_PIDS; pid++) {
        b->pids[pid].v = to;
        for (size_t i = pid; i < b->n; i += BIGMAP_PIDS)
            *to++ = b->prefixes[i];
        b->pids[pid].n = (size_t)(to - b->pids[pid].v);
    }
}

static void run(const char *name, uint8_t family, size_t n, size_t runs, double goal)
{
    struct arena *a = arena_new(0);
    uint64_t state = 3;
    struct bench b = {.name = name, .n = n, .runs = runs};
    b.queries = a ? ARENA_ARRAY(a, QUERIES, struct addr) : NULL;
    if (!b.queries)
        exit(1);
    b.prefixes = bigmap_prefixes(a, n, family);
    deal(&b, a);
    for (size_t i = 0; i < QUERIES; i++)
        b.queries[i] = address_in(&b.prefixes[bigmap_random(&state) % n], &state);
    measure(&b, goal);
    arena_free(&a);
}

int main(int argc, char **argv)
{
    size_t runs = 5;
    for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
        runs = c == 'n' ? strtoul(optarg, NULL, 10) : 0;
        if (runs == 0 || runs > MAX_RUNS) {
            fprintf(stderr, "usage: rialto-bench-lookup [-n RUNS]\n");
            return 2;
        }
    }
    run("lpm4-250k", 4, 250000, runs, 12);
    run("lpm6-200k", 6, 200000, runs, 25);
    return 0;
}
