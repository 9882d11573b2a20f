/* SPDX-License-Identifier: Apache-2.0 */
/* Which host is best for a client: the question that ALTO was made for (RFC 7285 section 1). */
#include <stdlib.h>
#include <string.h>

#include "client/private.h"

struct rialto_ranking {
    struct arena *arena;
    struct rialto_ranked *hosts;
    size_t n;
    const char *metric;
};

/** A query on its way: everybody's addresses. */
struct rank_work {
    struct rialto_ranking *ranking;
    const struct rialto_rank_query *query;
    struct rialto_addresses *client;
    struct rialto_addresses **hosts; /* NULL: the host is unknown */
    struct rialto_costs *costs;
};

void rialto_ranking_free(struct rialto_ranking **k)
{
    if (!*k)
        return;
    arena_free(&(*k)->arena);
    free(*k);
    *k = NULL;
}

const char *rialto_ranking_metric(const struct rialto_ranking *k)
{
    return k->metric;
}

size_t rialto_ranking_count(const struct rialto_ranking *k)
{
    return k->n;
}

const struct rialto_ranked *rialto_ranking_at(const struct rialto_ranking *k, size_t i)
{
    return i < k->n ? &k->hosts[i] : NULL;
}

/** Metrics of throughput (RFC 9439 section 4), with or without a statistic behind ":". */
static bool more_is_better(const char *metric)
{
    static const char *const names[] = {"tput", "bw-residual", "bw-available", "bw-maxres"};
    size_t n = strcspn(metric, ":");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == n && strncmp(metric, names[i], n) == 0)
            return true;
    return false;
}

static int resolve_all(struct rialto *r, struct rank_work *w, struct rialto_error *e)
{
    struct rialto_error why;
    int rc = rialto_resolve(r, w->query->client, &w->client, e);

    w->hosts = ARENA_ARRAY(w->ranking->arena, w->query->n_hosts, struct rialto_addresses *);
    if (rc == 0 && !w->hosts)
        return error_nomem(e);
    for (size_t i = 0; rc == 0 && i < w->query->n_hosts; i++) {
        rc = rialto_resolve(r, w->query->hosts[i], &w->hosts[i], &why);
        if (rc == RIALTO_E_NOT_FOUND) /* it is ranked last, without address */
            rc = 0;
        else if (rc != 0 && e)
            *e = why;
    }
    return rc;
}

/** Asks for the costs of all addresses at once. No host with an address: nothing to ask. */
static int ask(struct rialto *r, struct rank_work *w, struct rialto_error *e)
{
    struct rialto_flows flows = {0};
    size_t n_hosts = 0, n_clients = rialto_addresses_count(w->client);
    const char **hosts, **clients;

    for (size_t i = 0; i < w->query->n_hosts; i++)
        n_hosts += w->hosts[i] ? rialto_addresses_count(w->hosts[i]) : 0;
    if (n_hosts == 0)
        return 0;
    hosts = ARENA_ARRAY(w->ranking->arena, n_hosts, const char *);
    clients = ARENA_ARRAY(w->ranking->arena, n_clients, const char *);
    if (!hosts || !clients)
        return error_nomem(e);
    n_hosts = 0;
    for (size_t i = 0; i < w->query->n_hosts; i++)
        for (size_t j = 0; w->hosts[i] && j < rialto_addresses_count(w->hosts[i]); j++)
            hosts[n_hosts++] = rialto_addresses_at(w->hosts[i], j);
    for (size_t i = 0; i < n_clients; i++)
        clients[i] = rialto_addresses_at(w->client, i);
    flows = w->query->upload ? (struct rialto_flows){clients, n_clients, hosts, n_hosts}
                             : (struct rialto_flows){hosts, n_hosts, clients, n_clients};
    return rialto_endpoint_costs(r, w->query->metric, &flows, &w->costs, e);
}

static bool is_better(const struct rialto_ranked *a, const struct rialto_ranked *b, bool more)
{
    if (a->known != b->known)
        return a->known;
    return a->known && (more ? a->cost > b->cost : a->cost < b->cost);
}

/** The best pair of addresses of one host. */
static int choose(struct rank_work *w, struct rialto_ranked *out, size_t i)
{
    struct arena *a = w->ranking->arena;
    bool more = more_is_better(w->ranking->metric);

    for (size_t h = 0; w->hosts[i] && h < rialto_addresses_count(w->hosts[i]); h++) {
        for (size_t c = 0; c < rialto_addresses_count(w->client); c++) {
            struct arena_mark mark = arena_mark(a);
            struct rialto_ranked one = *out;
            char *host = endpoint_typed(a, rialto_addresses_at(w->hosts[i], h));
            char *client = endpoint_typed(a, rialto_addresses_at(w->client, c));
            if (!host || !client)
                return RIALTO_E_NOMEM;
            one.known = w->query->upload ? rialto_costs_get(w->costs, client, host, &one.cost)
                                         : rialto_costs_get(w->costs, host, client, &one.cost);
            if (is_better(&one, out, more)) {
                one.address = host + 5; /* behind "ipv4:" */
                one.client = client + 5;
                *out = one;
            } else {
                arena_rewind(a, mark);
            }
        }
    }
    return 0;
}

/** Insertion sort: stable, so that equals keep the order in which they were asked. */
static void sort(struct rialto_ranking *k)
{
    bool more = more_is_better(k->metric);

    for (size_t i = 1; i < k->n; i++) {
        struct rialto_ranked one = k->hosts[i];
        size_t j = i;
        for (; j > 0 && is_better(&one, &k->hosts[j - 1], more); j--)
            k->hosts[j] = k->hosts[j - 1];
        k->hosts[j] = one;
    }
}

static int fill(struct rank_work *w)
{
    struct rialto_ranking *k = w->ranking;
    const char *metric = w->query->metric ? w->query->metric : "routingcost";
    int rc = 0;

    k->metric = arena_strdup(k->arena, w->costs ? rialto_costs_metric(w->costs) : metric);
    k->hosts = ARENA_ARRAY(k->arena, w->query->n_hosts, struct rialto_ranked);
    if (!k->metric || !k->hosts)
        return RIALTO_E_NOMEM;
    k->n = w->query->n_hosts;
    for (size_t i = 0; rc == 0 && i < k->n; i++) {
        k->hosts[i].host = arena_strdup(k->arena, w->query->hosts[i]);
        if (!k->hosts[i].host)
            return RIALTO_E_NOMEM;
        if (w->costs)
            rc = choose(w, &k->hosts[i], i);
    }
    if (rc == 0)
        sort(k);
    return rc;
}

int rialto_rank(struct rialto *r, const struct rialto_rank_query *q,
                struct rialto_ranking **out, struct rialto_error *e)
{
    struct rank_work w = {.query = q, .ranking = calloc(1, sizeof(*w.ranking))};
    int rc = 0;

    *out = NULL;
    if (q->n_hosts == 0 || !q->client)
        rc = error_set(e, RIALTO_E_ARGUMENT, "a client and a host are needed");
    if (rc == 0 && (!w.ranking || !(w.ranking->arena = arena_new(0))))
        rc = error_nomem(e);
    if (rc == 0)
        rc = resolve_all(r, &w, e);
    if (rc == 0)
        rc = ask(r, &w, e);
    if (rc == 0 && fill(&w) != 0)
        rc = error_nomem(e);
    for (size_t i = 0; w.hosts && i < q->n_hosts; i++)
        rialto_addresses_free(&w.hosts[i]);
    rialto_addresses_free(&w.client);
    rialto_costs_free(&w.costs);
    if (rc != 0)
        rialto_ranking_free(&w.ranking);
    *out = w.ranking;
    return rc;
}
