/* SPDX-License-Identifier: Apache-2.0 */
/* Where hosts and the client are: configuration, facts and CRIC, then the DNS. */
#include "server/edition.h"
#include "server/rucio/names.h"
#include "server/rucio/sort.h"

static bool literal(const char *name, struct arena *a, const struct addr **addrs)
{
    struct addr addr;
    *addrs = NULL;
    if (!addr_parse(slice_of(name), &addr))
        return false;
    *addrs = arena_dup(a, &addr, sizeof(addr));
    return true;
}

/* By what is there already; false: the DNS is to be asked. */
static bool locate_known(const struct places *places, struct sort_host *h, struct arena *a)
{
    const struct place *place = places_host(places, h->key);
    if (place) {
        h->rse = place->rse;
        h->site = place->site;
        h->domain = place->domain;
        h->addrs = place->addrs;
        h->n_addrs = place->n;
        h->source = place->n > 0 ? place_source_name(place->source) : NULL;
        return place->n > 0;
    }
    if (!literal(h->key, a, &h->addrs))
        return false;
    h->n_addrs = h->addrs ? 1 : 0;
    h->source = place_source_name(PLACE_LITERAL);
    return true;
}

/* Those that nobody else knows, all at once. */
static int locate_by_dns(const struct request *q, const struct rucio_settings *r,
                         struct sort_query *s, struct err *e)
{
    struct name_query *v = ARENA_ARRAY(q->arena, s->hosts.n + 1, struct name_query);
    size_t n = 0, k = 0;
    if (!v)
        return err_set(e, ERR_NOMEM, "no memory for host names");
    for (size_t i = 0; i < s->hosts.n; i++) {
        if (!s->hosts.v[i].source)
            v[n++].host = s->hosts.v[i].key;
    }
    if (n > 0)
        names_find(q->names, v, n, (struct names_times){r->dns_wait, r->dns_keep}, q->arena);
    for (size_t i = 0; i < s->hosts.n; i++) {
        struct sort_host *h = &s->hosts.v[i];
        if (h->source)
            continue;
        h->addrs = v[k].addrs;
        h->n_addrs = v[k].n;
        h->pending = v[k].pending;
        h->source = v[k].n > 0 ? place_source_name(PLACE_DNS) : NULL;
        k++;
    }
    return 0;
}

/* --- the client */

/* Is any of the addresses on the map? What is only in 0.0.0.0/0 or ::/0 is not. */
static bool on_map(const struct view *v, const struct addr *addrs, size_t n)
{
    const struct snapshot *snap = edition_snapshot(v->edition);
    for (size_t i = 0; i < n; i++) {
        uint8_t len;
        if (lpm_find(snap->pid_of, &addrs[i], &len) != LPM_NONE && len > 0)
            return true;
    }
    return false;
}

/* Takes the addresses when they are on the map, or when there were none yet. */
static bool take(const struct view *v, struct sort_client *c, const char *by,
                 const struct addr *addrs, size_t n)
{
    bool found = on_map(v, addrs, n);
    if (n > 0 && (found || c->n_addrs == 0)) {
        c->by = by;
        c->addrs = addrs;
        c->n_addrs = n;
    }
    return found;
}

static bool client_by_name(const struct view *v, const struct request *q, struct sort_client *c)
{
    const struct rucio_settings *r = v->settings->rucio;
    char *key = c->fqdn ? rucio_host_key(slice_of(c->fqdn), q->arena) : NULL;
    struct sort_host h = {.key = key};
    if (!key)
        return false;
    if (!locate_known(edition_places(v->edition), &h, q->arena) && q->names && r->dns) {
        struct name_query name = {.host = key};
        names_find(q->names, &name, 1, (struct names_times){r->dns_wait, r->dns_keep},
                   q->arena);
        h.addrs = name.addrs;
        h.n_addrs = name.n;
        c->pending = name.pending;
    }
    return take(v, c, "fqdn", h.addrs, h.n_addrs);
}

/* An address behind NAT isn't on the map: then the name or the site says more. */
static int locate_client(const struct view *v, const struct request *q, struct sort_query *s,
                         struct sort_refusal *no)
{
    struct sort_client *c = &s->client;
    const struct place *site =
        c->site ? places_site(edition_places(v->edition), c->site) : NULL;
    if (!s->has_client)
        c->ip = q->client;
    if (addr_is_set(&c->ip) && take(v, c, "ip", &c->ip, 1))
        return 0;
    if (client_by_name(v, q, c))
        return 0;
    if (site && take(v, c, "site", site->addrs, site->n))
        return 0;
    if (c->n_addrs > 0)
        return 0;
    return sort_refuse(no, 404, "client", "nothing is known of the client%s%s%s%s",
                       c->fqdn ? ": host " : "", c->fqdn ? c->fqdn : "",
                       c->site ? ", site " : "", c->site ? c->site : "");
}

int sort_locate(const struct view *v, const struct request *q, struct sort_query *s,
                struct sort_refusal *no, struct err *e)
{
    const struct rucio_settings *r = v->settings->rucio;
    bool ask = false;
    for (size_t i = 0; i < s->hosts.n; i++)
        ask |= !locate_known(edition_places(v->edition), &s->hosts.v[i], q->arena);
    if (ask && q->names && r->dns) {
        int rc = locate_by_dns(q, r, s, e);
        if (rc < 0)
            return rc;
    }
    return locate_client(v, q, s, no);
}
