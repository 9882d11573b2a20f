/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast is the longest prefix of an address found? 250,000 IPv4 and 200,000 IPv6 prefixes of
 * a BGP-like mix, against the plainest thing that works: a binary trie, one bit a node. IPv4
 * also against DPDK's rte_lpm, which gives each 24 bits an entry of their own, where it was
 * there at build time.
 *
 *     rialto-bench-lookup [-n RUNS]
 *
 * Addresses lie evenly in prefixes taken at random: the worst that caches can meet.
 *
 * Goals: 12 times the trie's rate for IPv4 and 25 for IPv6; 0.45 of rte_lpm's; 5 MB and 10 MB;
 * IPv4 filled in 10 ms, and in 1/300 of what adding all to rte_lpm takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/bigmap.h"
#include "bench/dpdk.h"
#include "net/lpm.h"

#define QUERIES  1000000
#define MAX_RUNS 101
#define AT_ONCE  64 /* divides QUERIES */

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
    double of_trie, memory, build, of_dpdk; /* goals; 0: none */
    struct addr *queries;
    uint32_t *numbers; /* of queries, as DPDK takes them; NULL: not compared with it */
    struct trie trie;
    struct lpm *table;
    struct dpdk_table *dpdk;
};

/* Milliseconds of every run. */
struct times {
    double build[MAX_RUNS], one[MAX_RUNS], many[MAX_RUNS];
};

static void fill_trie(struct bench *b)
{
    b->trie = (struct trie){malloc(sizeof(struct bit)), 1, 1};
    if (!b->trie.v)
        exit(1);
    b->trie.v[0] = (struct bit){{0, 0}, LPM_NONE};
    for (size_t i = 0; i < b->n; i++)
        trie_set(&b->trie, &b->prefixes[i], (uint32_t)(i % BIGMAP_PIDS));
}

static void fill_ours(struct bench *b)
{
    b->table = lpm_new();
    if (!b->table || lpm_load(b->table, b->pids, BIGMAP_PIDS) < 0)
        exit(1);
}

static void fill_dpdk(struct bench *b)
{
    b->dpdk = dpdk_new(b->prefixes, b->n, BIGMAP_PIDS);
    if (!b->dpdk) {
        fprintf(stderr, "rialto-bench-lookup: rte_lpm does not take all prefixes\n");
        exit(1);
    }
}

static uint64_t find_trie(const struct bench *b)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < QUERIES; i++)
        sum += trie_find(&b->trie, &b->queries[i]);
    return sum;
}

static uint64_t find_ours(const struct bench *b)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < QUERIES; i++)
        sum += lpm_find(b->table, &b->queries[i], NULL);
    return sum;
}

static uint64_t find_ours_many(const struct bench *b)
{
    uint32_t out[AT_ONCE];
    uint64_t sum = 0;
    for (size_t i = 0; i < QUERIES; i += AT_ONCE) {
        lpm_find_many(b->table, &b->queries[i], sizeof(*b->queries), AT_ONCE, out);
        for (size_t k = 0; k < AT_ONCE; k++)
            sum += out[k];
    }
    return sum;
}

static uint64_t find_dpdk(const struct bench *b)
{
    return dpdk_sum(b->dpdk, b->numbers, QUERIES);
}

static uint64_t find_dpdk_many(const struct bench *b)
{
    return dpdk_sum_many(b->dpdk, b->numbers, QUERIES);
}

static double fill(struct bench *b, void (*how)(struct bench *))
{
    double start = bench_cpu_ms();
    how(b);
    return bench_cpu_ms() - start;
}

/* All ways find the same. Once before it counts, so that caches are as this way leaves them. */
static double find(const struct bench *b, uint64_t (*how)(const struct bench *), uint64_t *sum)
{
    uint64_t found = how(b);
    double start = bench_cpu_ms();
    found = how(b);
    double used = bench_cpu_ms() - start;
    if (*sum != 0 && found != *sum) {
        fprintf(stderr, "rialto-bench-lookup: two ways disagree\n");
        exit(1);
    }
    *sum = found;
    return used;
}

static void measure_run(struct bench *b, size_t r, struct times *ours, struct times *trie,
                        struct times *dpdk)
{
    uint64_t sum = 0;
    trie->build[r] = fill(b, fill_trie);
    ours->build[r] = fill(b, fill_ours);
    ours->one[r] = find(b, find_ours, &sum);
    trie->one[r] = find(b, find_trie, &sum);
    ours->many[r] = find(b, find_ours_many, &sum);
    free(b->trie.v);
    if (b->numbers) {
        dpdk->build[r] = fill(b, fill_dpdk);
        dpdk->one[r] = find(b, find_dpdk, &sum);
        dpdk->many[r] = find(b, find_dpdk_many, &sum);
        dpdk_free(&b->dpdk);
    }
    if (r + 1 < b->runs)
        lpm_free(&b->table);
}

/* "lpm4-250k: WHAT", until the next. */
static const char *named(const struct bench *b, const char *what)
{
    static char name[80];
    snprintf(name, sizeof(name), "%s: %s", b->name, what);
    return name;
}

static void measure(struct bench *b)
{
    static struct times ours, trie, dpdk;
    for (size_t r = 0; r < b->runs; r++)
        measure_run(b, r, &ours, &trie, &dpdk);
    double one = bench_median(ours.one, b->runs), many = bench_median(ours.many, b->runs),
           build = bench_median(ours.build, b->runs);
    bench_ratio(named(b, "rate / binary trie"), bench_median(trie.one, b->runs), one,
                b->of_trie);
    bench_tell(named(b, "filled and sealed (CPU)"), build, b->build);
    bench_within(named(b, "memory"), "MB", (double)lpm_memory(b->table) / 1e6, b->memory, "");
    if (b->numbers) {
        bench_ratio(named(b, "rate / rte_lpm"), bench_median(dpdk.one, b->runs), one,
                    b->of_dpdk);
        bench_ratio(named(b, "rate / rte_lpm, 64 at once"), bench_median(dpdk.many, b->runs),
                    many, b->of_dpdk);
        bench_ratio(named(b, "filled / rte_lpm adds"), bench_median(dpdk.build, b->runs), build,
                    300);
    }
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

static void run(struct bench *b, uint8_t family)
{
    struct arena *a = arena_new(0);
    uint64_t state = 3;
    b->queries = a ? ARENA_ARRAY(a, QUERIES, struct addr) : NULL;
    if (!b->queries)
        exit(1);
    b->prefixes = bigmap_prefixes(a, b->n, family);
    deal(b, a);
    for (size_t i = 0; i < QUERIES; i++)
        b->queries[i] = address_in(&b->prefixes[bigmap_random(&state) % b->n], &state);
    if (b->of_dpdk > 0 && dpdk_is_there()) {
        if (!(b->numbers = ARENA_ARRAY(a, QUERIES, uint32_t)))
            exit(1);
        dpdk_addresses(b->queries, QUERIES, b->numbers);
    }
    measure(b);
    arena_free(&a);
}

int main(int argc, char **argv)
{
    static struct bench four = {.name = "lpm4-250k",
                                .n = 250000,
                                .of_trie = 12,
                                .memory = 5,
                                .build = 10,
                                .of_dpdk = 0.45},
                        six = {.name = "lpm6-200k", .n = 200000, .of_trie = 25, .memory = 10};
    size_t runs = 5;
    for (int c; (c = getopt(argc, argv, "n:")) != -1;) {
        runs = c == 'n' ? strtoul(optarg, NULL, 10) : 0;
        if (runs == 0 || runs > MAX_RUNS) {
            fprintf(stderr, "usage: rialto-bench-lookup [-n RUNS]\n");
            return 2;
        }
    }
    four.runs = six.runs = runs;
    run(&four, 4);
    run(&six, 6);
    return 0;
}
