/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast are path vectors in a network of 900 routers and 3,000 links in 30 domains?
 *
 *     rialto-bench-vectors [-n RUNS]       the answers without HTTP, on made-up facts
 *     rialto-bench-vectors -w FOLDER       writes stores and questions, for bench/overhttp.py
 *
 * Goals: 4 ms for 100 sources by 100 destinations; of that, following paths and writing them
 * takes at most half of what it takes with a tree of shortest paths made for each source. 1 by
 * 5 is asked over HTTP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/backbone.h"
#include "bench/lists.h"
#include "bench/served.h"

#define RESOURCE  "/pathvector/endpointcost"
#define MAX_RUNS  1000
#define QUESTIONS 200 /* different ones, 1 by 5 */
#define STRIDE    37  /* between routers asked for, so that they are all over the network */
#define MANY      100

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void pick(struct addr *out, size_t n, unsigned from)
{
    for (size_t i = 0; i < n; i++)
        out[i] = backbone_host(&backbone_large, from + (unsigned)i * STRIDE);
}

static void put_small(struct buf *out, unsigned i)
{
    struct addr src, dsts[5];
    pick(&src, 1, i * 17);
    pick(dsts, 5, i * 17 + 19);
    served_put_vector_question(out, &src, 1, dsts, 5);
}

static void put_large(struct buf *out)
{
    struct addr srcs[MANY], dsts[MANY];
    pick(srcs, MANY, 0);
    pick(dsts, MANY, 11);
    served_put_vector_question(out, srcs, MANY, dsts, MANY);
}

/* The questions as a script of wrk: each in its turn. */
static void write_script(const char *folder)
{
    char path[1000];
    snprintf(path, sizeof(path), "%s/pv-1x5.lua", folder);
    FILE *f = fopen(path, "we");
    if (!f)
        die(path);
    fputs("local bodies, i = {}, 0\nlocal path = \"" RESOURCE "\"\n", f);
    for (unsigned i = 0; i < QUESTIONS; i++) {
        struct buf body = {0};
        put_small(&body, i);
        fprintf(f, "bodies[%u] = [[%s]]\n", i + 1, buf_cstr(&body));
        buf_free(&body);
    }
    fprintf(f,
            "local headers = {[\"Content-Type\"] = "
            "\"application/alto-endpointcostparams+json\"}\n"
            "local made = {}\n"
            "function init()\n"
            "  for k, body in ipairs(bodies) do\n"
            "    made[k] = wrk.format(\"POST\", path, headers, body)\n"
            "  end\n"
            "end\n"
            "function request()\n  i = i %% %d + 1\n  return made[i]\nend\n",
            QUESTIONS);
    if (fclose(f) != 0)
        die(path);
}

static void write_all(const char *folder)
{
    backbone_store(&backbone_large, folder);
    write_script(folder);
}

static void tell_paths(const struct served *b)
{
    struct arena *a = arena_new(0);
    size_t reached = 0, legs = 0, hops = 0, n = 0;
    struct addr v[2];
    for (unsigned i = 0; i < QUESTIONS; i++, n++) {
        struct path *p;
        struct err e;
        pick(&v[0], 1, i * 17);
        pick(&v[1], 1, i * 17 + 19);
        if (b->snap->paths->find(b->snap->paths, &(struct path_question){v[0], v[1], NULL}, a,
                                 &p, &e))
            die("find");
        reached += p->reached;
        legs += p->n_legs;
        for (size_t k = 0; k < p->n_legs; k++)
            hops += p->legs[k].n_hops;
    }
    printf("%zu of %zu pairs arrive, %.1f legs, %.1f routers a leg\n", reached, n,
           (double)legs / (double)n, (double)hops / (double)legs);
    arena_free(&a);
}

static void measure(const struct served *b, size_t runs)
{
    static double small[MAX_RUNS * 10], large[MAX_RUNS];
    struct buf q = {0};
    size_t n = 0, bytes = 0;
    for (size_t i = 0; i < runs; i++) {
        for (unsigned k = 0; k < 10; k++, n++) {
            buf_reset(&q);
            put_small(&q, (unsigned)n % QUESTIONS);
            small[n] = served_ask(
                b, &(struct served_question){RESOURCE, buf_cstr(&q), {.family = 4}}, NULL);
        }
        buf_reset(&q);
        put_large(&q);
        large[i] = served_ask(
            b, &(struct served_question){RESOURCE, buf_cstr(&q), {.family = 4}}, &bytes);
    }
    printf("pv-100x100: a reply of %zu bytes\n", bytes);
    bench_tell("pv-1x5: answer without HTTP (CPU)", bench_median(small, n), 0);
    bench_tell("pv-100x100: answer without HTTP (CPU)", bench_median(large, runs), 4);
    buf_free(&q);
}

static const struct node *router_of(const struct served *b, unsigned i)
{
    const unsigned of = backbone_large.routers;
    char domain[16], name[16];
    snprintf(domain, sizeof(domain), "d%02u", i / of % backbone_large.domains);
    snprintf(name, sizeof(name), "r%u", i % of);
    for (size_t k = 0; k < b->snap->n_nodes; k++) {
        const struct node *n = &b->snap->nodes[k];
        if (n->domain && strcmp(n->domain->name, domain) == 0 && strcmp(n->name, name) == 0)
            return n;
    }
    die(name);
    return NULL;
}

/* Paths and their JSON alone, by what is kept and by trees. */
static void compare_lists(const struct served *b, size_t runs)
{
    static double kept[MAX_RUNS], on_demand[MAX_RUNS];
    struct addr srcs[MANY], dsts[MANY];
    const struct node *from[MANY], *to[MANY];
    size_t links[2] = {0}, bytes[2] = {0};
    pick(srcs, MANY, 0);
    pick(dsts, MANY, 11);
    for (unsigned i = 0; i < MANY; i++) {
        from[i] = router_of(b, i * STRIDE);
        to[i] = router_of(b, 11 + i * STRIDE);
    }
    struct lists *l = lists_new(&(struct lists_ask){b->snap, srcs, dsts, from, to, MANY});
    for (size_t i = 0; i < runs; i++) {
        double start = bench_cpu_ms();
        links[0] = lists_kept(l);
        kept[i] = bench_cpu_ms() - start;
        bytes[0] = lists_bytes(l);
        start = bench_cpu_ms();
        links[1] = lists_on_demand(l);
        on_demand[i] = bench_cpu_ms() - start;
        bytes[1] = lists_bytes(l);
    }
    printf("pv-100x100: %zu links and %zu bytes of what is kept, %zu and %zu of trees\n",
           links[0], bytes[0], links[1], bytes[1]);
    bench_most("pv-100x100: paths and JSON / trees on demand", bench_median(kept, runs),
               bench_median(on_demand, runs), 0.5);
    lists_free(&l);
}

int main(int argc, char **argv)
{
    size_t runs = 21;
    const char *folder = NULL;
    for (int c; (c = getopt(argc, argv, "n:w:")) != -1;) {
        if (c == 'w')
            folder = optarg;
        else if (c == 'n')
            runs = strtoul(optarg, NULL, 10);
        if (c == '?' || runs == 0 || runs > MAX_RUNS) {
            fprintf(stderr, "usage: rialto-bench-vectors [-n RUNS] | -w FOLDER\n");
            return 2;
        }
    }
    if (folder) {
        write_all(folder);
        return 0;
    }
    struct served b;
    server_keep_memory(); /* as rialtod does */
    struct intakes in = backbone_make(&backbone_large);
    double start = bench_cpu_ms();
    struct snapshot *snap = bench_build(&in, NULL);
    bench_tell("snapshot of 900 routers, 3,000 links (CPU)", bench_cpu_ms() - start, 0);
    served_start(&b, snap);
    tell_paths(&b);
    measure(&b, runs);
    compare_lists(&b, runs);
    served_stop(&b);
    return 0;
}
