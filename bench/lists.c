/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/spf.h"
#include "model/path.h"

#define NAME         20 /* bytes of ,"ane-LETTERS" */
#define OTHER_METRIC 50 /* of a link without one */

/* A pair's links, each twice its index, and one more where it is crossed from its end 0. */
struct list {
    uint32_t v[PATH_MAX_LINKS];
    size_t n;
};

struct lists {
    struct lists_ask ask;
    struct spf_graph graph; /* tag: link, and in which direction */
    int64_t *dist;
    const struct spf_edge **back; /* by router: the edge of the tree towards the source */
    struct list *all;
    char (*names)[NAME]; /* by direction of a link */
    struct buf out;
};

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    return p;
}

static uint32_t index_of(const struct lists *l, const struct node *n)
{
    return (uint32_t)(n - l->ask.snap->nodes);
}

/* Those of a router are the links by which packets come in. Metrics are the same both ways. */
static void make_graph(struct lists *l)
{
    const struct snapshot *s = l->ask.snap;
    struct spf_graph *g = &l->graph;
    g->n = (uint32_t)s->n_nodes;
    g->begin = must(calloc(s->n_nodes + 2, sizeof(*g->begin)));
    g->edges = must(calloc(2 * s->n_links, sizeof(*g->edges)));
    for (size_t i = 0; i < 2 * s->n_links; i++)
        g->begin[index_of(l, s->links[i / 2].end[i % 2].node) + 2]++;
    for (size_t i = 2; i <= s->n_nodes; i++)
        g->begin[i] += g->begin[i - 1];
    for (size_t i = 0; i < 2 * s->n_links; i++) {
        const struct link_end *in = &s->links[i / 2].end[i % 2],
                              *out = &s->links[i / 2].end[1 - i % 2];
        int64_t metric = out->metric4 > 0 ? out->metric4 : OTHER_METRIC;
        g->edges[g->begin[index_of(l, in->node) + 1]++] =
            (struct spf_edge){index_of(l, out->node), (uint32_t)metric, (uint32_t)i};
    }
}

struct lists *lists_new(const struct lists_ask *ask)
{
    struct lists *l = must(calloc(1, sizeof(*l)));
    const size_t links = 2 * ask->snap->n_links;
    l->ask = *ask;
    l->dist = must(calloc(ask->snap->n_nodes, sizeof(*l->dist)));
    l->back = must(calloc(ask->snap->n_nodes, sizeof(*l->back)));
    l->all = must(calloc(ask->n * ask->n, sizeof(*l->all)));
    l->names = must(calloc(links, sizeof(*l->names)));
    for (unsigned i = 0; i < links; i++) {
        char text[NAME + 1];
        snprintf(text, sizeof(text), ",\"ane-%013u\"", i);
        memcpy(l->names[i], text, NAME);
    }
    make_graph(l);
    return l;
}

void lists_free(struct lists **lp)
{
    struct lists *l = *lp;
    *lp = NULL;
    free(l->graph.begin);
    free(l->graph.edges);
    free(l->dist);
    free(l->back);
    free(l->all);
    free(l->names);
    buf_free(&l->out);
    free(l);
}

static void put_list(struct lists *l, const struct list *list)
{
    char *open = must(buf_room(&l->out, list->n * NAME + 2)), *p = open;
    for (size_t i = 0; i < list->n; i++, p += NAME)
        memcpy(p, l->names[list->v[i]], NAME);
    p += p == open;
    *open = '[';
    *p = ']';
    buf_end(&l->out, p + 1);
}

/* All of them; how many links there are. */
static size_t put_lists(struct lists *l)
{
    const size_t n = l->ask.n;
    char name[ADDR_TEXT];
    size_t links = 0;
    buf_reset(&l->out);
    for (size_t i = 0; i < n * n; i++) {
        if (i % n == 0) {
            buf_str(&l->out, i == 0 ? "{\"ipv4:" : "},\"ipv4:");
            buf_str(&l->out, addr_format(&l->ask.srcs[i / n], name));
        }
        buf_str(&l->out, i % n == 0 ? "\":{\"ipv4:" : ",\"ipv4:");
        buf_str(&l->out, addr_format(&l->ask.dsts[i % n], name));
        buf_str(&l->out, "\":");
        put_list(l, &l->all[i]);
        links += l->all[i].n;
    }
    buf_str(&l->out, "}}");
    return links;
}

static void give_up(void)
{
    fprintf(stderr, "bench: a pair has no path\n");
    exit(1);
}

size_t lists_kept(struct lists *l)
{
    const struct pathfinder *pf = l->ask.snap->paths;
    const size_t n = l->ask.n;
    struct path_end *ends = must(calloc(2 * n, sizeof(*ends)));
    for (size_t i = 0; i < 2 * n; i++)
        pf->end(pf, i < n ? &l->ask.srcs[i] : &l->ask.dsts[i - n], &ends[i]);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++) {
            struct list *list = &l->all[i * n + j];
            list->n = pf->trail(pf, &ends[i], &ends[n + j], list->v);
            if (list->n == PATH_UNTOLD)
                give_up();
        }
    }
    free(ends);
    return put_lists(l);
}

/* The edge by which the shortest path from the source comes into each router. */
static void grow_tree(struct lists *l, struct spf *spf, uint32_t source)
{
    const struct spf_graph *g = &l->graph;
    spf_run(spf, source, l->dist);
    for (uint32_t i = 0; i < g->n; i++) {
        l->back[i] = NULL;
        for (uint32_t k = g->begin[i]; k < g->begin[i + 1] && !l->back[i]; k++) {
            const struct spf_edge *e = &g->edges[k];
            if (l->dist[i] != SPF_UNREACHED && l->dist[e->to] + e->metric == l->dist[i])
                l->back[i] = e;
        }
    }
}

static void follow_tree(const struct lists *l, uint32_t source, uint32_t at, struct list *out)
{
    for (out->n = 0; at != source; at = l->back[at]->to) {
        if (!l->back[at] || out->n == PATH_MAX_LINKS)
            give_up();
        out->v[out->n++] = l->back[at]->tag;
    }
    for (size_t i = 0, k = out->n; i + 1 < k; i++) { /* from the source on */
        uint32_t link = out->v[i];
        out->v[i] = out->v[--k];
        out->v[k] = link;
    }
}

size_t lists_on_demand(struct lists *l)
{
    struct spf *spf;
    const size_t n = l->ask.n;
    if (spf_new(&spf, &l->graph))
        give_up();
    for (size_t i = 0; i < n; i++) {
        uint32_t source = index_of(l, l->ask.from[i]);
        grow_tree(l, spf, source);
        for (size_t j = 0; j < n; j++)
            follow_tree(l, source, index_of(l, l->ask.to[j]), &l->all[i * n + j]);
    }
    spf_free(&spf);
    return put_lists(l);
}

size_t lists_bytes(const struct lists *l)
{
    return l->out.len;
}
