/* SPDX-License-Identifier: Apache-2.0 */
/* Traces: what answered at each TTL, of all paths and probes of a run. */
#include "agents/sources/perfsonar/ps.h"

#include <string.h>

/* pScheduler's names of ICMP errors as traceroute's notes. */
static const struct {
    const char *name, *note;
} errors[] = {
    {"net-unreachable", "!N"},
    {"host-unreachable", "!H"},
    {"protocol-unreachable", "!P"},
    {"fragmentation-needed-and-df-flag-set", "!F"},
    {"source-route-failed", "!S"},
    {"destination-network-unknown", "!U"},
    {"destination-host-unknown", "!W"},
    {"source-host-isolated", "!I"},
    {"destination-network-administratively-prohibited", "!A"},
    {"destination-host-administratively-prohibited", "!Z"},
    {"network-unreachable-for-type-of-service", "!Q"},
    {"icmp-host-unreachable-for-type-of-service", "!T"},
    {"communication-administratively-prohibited", "!X"},
    {"host-precedence-violation", "!V"},
    {"precedence-cutoff-in-effect", "!C"},
};

static const char *note_of(const char *error)
{
    for (size_t i = 0; error != NULL && i < sizeof(errors) / sizeof(*errors); i++) {
        if (strcmp(error, errors[i].name) == 0)
            return errors[i].note;
    }
    /* port-unreachable is how a destination answers */
    return NULL;
}

/* The responder of that address at this TTL, perhaps a new one. */
static int find_responder(struct ps *ps, struct ps_hops *h, const struct ps_probe *p,
                          struct responder **out, struct err *e)
{
    struct hop *hop = &h->hop[p->ttl];

    for (size_t i = 0; i < hop->n; i++) {
        *out = &hop->v[i];
        if (addr_eq(&hop->v[i].addr, &p->addr))
            return 0;
    }
    if (hop->n >= PS_MAX_RESPONDERS)
        return err_set(e, ERR_LIMIT, "%s: more than %d responders at TTL %d", ps->where,
                       PS_MAX_RESPONDERS, (int)p->ttl);
    if (hop->n == h->cap[p->ttl]) {
        size_t cap = hop->n > 0 ? hop->n * 4 : 1;
        struct responder *v = ARENA_ARRAY(ps->arena, cap, struct responder);

        if (v == NULL)
            return err_set(e, ERR_NOMEM, "no memory for a trace");
        if (hop->n > 0)
            memcpy(v, hop->v, hop->n * sizeof(*v));
        hop->v = v;
        h->cap[p->ttl] = cap;
    }
    *out = &hop->v[hop->n++];
    **out = (struct responder){.addr = p->addr, .rtt = NAN, .asn = FACT_NONE};
    return 0;
}

int ps_probe(struct ps *ps, struct ps_hops *h, const struct ps_probe *p, struct err *e)
{
    struct hop *hop = &h->hop[p->ttl];
    struct responder *r = NULL;
    int rc;

    hop->ttl = p->ttl;
    hop->probes++;
    if (!addr_is_set(&p->addr)) {
        hop->lost++;
        return 0;
    }
    rc = find_responder(ps, h, p, &r, e);
    if (rc < 0)
        return rc;
    if (isnan(r->rtt) || p->rtt < r->rtt)
        r->rtt = p->rtt;
    if (p->asn != FACT_NONE)
        r->asn = p->asn;
    if (p->note != NULL && r->note == NULL)
        r->note = p->note;
    return 0;
}

static bool answered(const struct ps_hops *h, const struct addr *a)
{
    for (size_t t = 0; t <= PS_MAX_TTL; t++) {
        for (size_t i = 0; i < h->hop[t].n; i++) {
            if (addr_eq(&h->hop[t].v[i].addr, a))
                return true;
        }
    }
    return false;
}

int ps_path(struct ps *ps, const struct ps_run *run, struct ps_hops *h, struct err *e)
{
    struct fact_observed_path f;
    struct hops hops = {.v = ARENA_ARRAY(ps->arena, PS_MAX_TTL + 1, struct hop)};

    if (hops.v == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a trace");
    for (size_t t = 0; t <= PS_MAX_TTL; t++) {
        if (h->hop[t].probes > 0)
            hops.v[hops.n++] = h->hop[t];
    }
    if (hops.n == 0) {
        ps_skip(ps, "the trace has no hops");
        return 0;
    }
    fact_init(FACT_OBSERVED_PATH, &f);
    f.source = run->source.addr;
    f.destination = run->destination.addr;
    f.observed = run->start;
    f.tool = run->tool;
    f.hops = hops;
    if (addr_is_set(&f.destination))
        f.reached = answered(h, &f.destination);
    return ps_put_result(ps, run, FACT_OBSERVED_PATH, &f, e);
}

/* A responder, or {}: nobody answered. */
static int read_hop(struct ps *ps, struct ps_hops *h, const struct jnode *n, int64_t ttl,
                    struct err *e)
{
    struct ps_probe p = {.ttl = ttl, .rtt = NAN, .asn = FACT_NONE};
    const struct jnode *ip = jnode_get(n, "ip"), *rtt = jnode_get(n, "rtt");
    double us;

    if (ip != NULL && !jnode_is(ip, JREAD_NULL) && !ps_address(jnode_slice(ip), &p.addr))
        ps_wrong(ps, "the hop at TTL %d has an address that is none", (int)ttl);
    if (ps_duration(jnode_slice(rtt), &us) && us >= 0)
        p.rtt = us / 1000;
    else if (jnode_slice(rtt).n > 0)
        ps_wrong(ps, "the hop at TTL %d has a time that is no duration", (int)ttl);
    if (!jnode_count(jnode_path(n, "as/number"), UINT32_MAX, &p.asn))
        p.asn = FACT_NONE;
    p.note = note_of(jnode_str(jnode_get(n, "error")));
    return ps_probe(ps, h, &p, e);
}

/* A path begins with what answered the first TTL that was asked for. */
static int read_path(struct ps *ps, const struct ps_run *run, struct ps_hops *h,
                     const struct jnode *path, struct err *e)
{
    int64_t ttl = run->first_ttl > 0 ? run->first_ttl - 1 : 0;
    int rc = 0;

    for (const struct jnode *n = jnode_first(path); n != NULL && rc == 0; n = n->next) {
        if (++ttl > PS_MAX_TTL)
            return err_set(e, ERR_LIMIT, "%s: a path of more than %d hops", ps->where,
                           PS_MAX_TTL);
        rc = read_hop(ps, h, n, ttl, e);
    }
    return rc;
}

int ps_paths(struct ps *ps, const struct ps_run *run, const struct jnode *paths, struct err *e)
{
    struct ps_hops *h = ARENA_NEW(ps->arena, struct ps_hops);
    int rc = 0;

    if (h == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a trace");
    if (!jnode_is(paths, JREAD_ARRAY)) {
        ps_wrong(ps, "the trace has no list of paths");
        return 0;
    }
    if (paths->n > PS_MAX_PATHS)
        return err_set(e, ERR_LIMIT, "%s: more than %d paths", ps->where, PS_MAX_PATHS);
    for (const struct jnode *p = paths->first; p != NULL && rc == 0; p = p->next)
        rc = read_path(ps, run, h, p, e);
    return rc == 0 ? ps_path(ps, run, h, e) : rc;
}
