/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PIDs (RFC 7285 section 5.1).
 *
 *     DOMAIN:SITE     the prefixes an operator declares for a site
 *     DOMAIN:ROUTER   networks behind one router that no site claims: they behave alike
 *     DOMAIN          what else the domain registered
 *     default         everything else
 *
 * Names come from names that operators gave, never from order, so they stay across rebuilds.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/emit.h"
#include "base/hash.h"

struct entry {
    const char *pid, *domain, *site;
    struct prefix prefix;
    int rank; /* which rule; smaller wins */
};

struct entries {
    const struct world *w;
    VEC(struct entry);
};

/* One part of a name: dots, which PID names may not have, become '@'; anything else gives a
 * hash. */
static bool append_part(char *name, size_t room, const char *part)
{
    bool kept = true;
    size_t n = strlen(name);
    for (; *part && n + 1 < room; part++, n++) {
        bool plain = isalnum((unsigned char)*part) || *part == '-' || *part == '_';
        kept = kept && (plain || *part == '.');
        name[n] = plain ? *part : '@';
        name[n + 1] = 0;
    }
    return kept && !*part;
}

/* RFC 7285 section 10.1: letters, digits, '-', ':', '@', '_'; at most 64. Different parts give
 * different names. */
static const char *pid_name(const struct world *w, const char *domain, const char *part)
{
    char name[PID_NAME_MAX + 64] = "";
    bool kept = append_part(name, PID_NAME_MAX + 2, domain);
    if (part) {
        strcat(name, ":");
        kept = append_part(name, sizeof(name), part) && kept;
    }
    if (kept && strlen(name) <= PID_NAME_MAX && strcmp(name, "default"))
        return world_text(w, "%s", name);
    uint64_t h =
        hash_bytes(domain, strlen(domain), part ? hash_bytes(part, strlen(part), 1) : 0);
    name[PID_NAME_MAX - 17] = 0;
    return world_text(w, "%s:%016llx", name, (unsigned long long)h);
}

static int add(struct entries *es, const struct prefix *p, const char *domain, const char *part,
               int rank)
{
    struct entry *e = VEC_PUSH(es);
    if (!e)
        return ERR_NOMEM;
    *e = (struct entry){.pid = domain ? pid_name(es->w, domain, part) : "default",
                        .domain = domain,
                        .site = rank == 0 ? part : NULL,
                        .prefix = *p,
                        .rank = rank};
    return 0;
}

static bool covered(const struct entries *es, size_t n, const struct prefix *p)
{
    for (size_t i = 0; i < n; i++)
        if (prefix_covers(&es->v[i].prefix, p))
            return true;
    return false;
}

static int add_sites(const struct world *w, struct entries *es)
{
    for (size_t i = 0; i < w->snap->n_sites; i++) {
        const struct snap_site *s = &w->snap->sites[i];
        for (size_t k = 0; k < s->n_prefixes; k++)
            if (add(es, &s->prefixes[k], s->domain, s->name, 0))
                return ERR_NOMEM;
    }
    return 0;
}

static int add_networks(const struct world *w, struct entries *es)
{
    size_t sites = es->n;
    for (size_t i = 0; i < w->n_ports; i++) {
        const struct port *p = w->ports[i];
        const struct router *r = p->instance->router;
        for (size_t k = 0; k < p->n_addrs && !p->n_wires && !p->loopback; k++) {
            struct prefix net = prefix_of(&p->addrs[k].addr, p->addrs[k].len);
            if (addr_is_special(&net.addr) || addr_is_private(&net.addr) ||
                net.len == addr_bits(&net.addr) || registry_owner(w, &net.addr) != r->dom ||
                covered(es, sites, &net))
                continue;
            if (add(es, &net, r->dom->name, r->name, 1))
                return ERR_NOMEM;
        }
    }
    return 0;
}

static int add_domains(const struct world *w, struct entries *es)
{
    for (size_t i = 0; i < w->n_doms; i++)
        for (size_t k = 0; k < w->doms[i]->n_prefixes; k++)
            if (add(es, &w->doms[i]->prefixes[k], w->doms[i]->name, NULL, 2))
                return ERR_NOMEM;
    for (unsigned family = 4; family <= 6; family += 2) {
        struct prefix all = {.addr = {.family = (uint8_t)family}};
        if (add(es, &all, NULL, NULL, 3))
            return ERR_NOMEM;
    }
    return 0;
}

static int by_prefix(const void *va, const void *vb)
{
    const struct entry *a = va, *b = vb;
    int c = prefix_cmp(&a->prefix, &b->prefix);
    c = c ? c : a->rank - b->rank;
    return c ? c : strcmp(a->pid, b->pid);
}

static int by_pid(const void *va, const void *vb)
{
    const struct entry *a = va, *b = vb;
    int c = strcmp(a->pid, b->pid);
    return c ? c : prefix_cmp(&a->prefix, &b->prefix);
}

static void keep_first_claims(struct entries *es)
{
    size_t kept = 0;
    qsort(es->v, es->n, sizeof(*es->v), by_prefix);
    for (size_t i = 0; i < es->n; i++)
        if (!kept || !prefix_eq(&es->v[kept - 1].prefix, &es->v[i].prefix))
            es->v[kept++] = es->v[i];
    es->n = kept;
    qsort(es->v, es->n, sizeof(*es->v), by_pid);
}

/* No prefix is in two of them. */
static int index_pids(struct snapshot *s)
{
    struct lpm_run *runs = calloc(s->n_pids + 1, sizeof(*runs));
    int rc = ERR_NOMEM;
    s->pid_of = lpm_new();
    for (size_t i = 0; runs && i < s->n_pids; i++)
        runs[i] = (struct lpm_run){s->pids[i].prefixes, s->pids[i].n_prefixes};
    if (runs && s->pid_of)
        rc = lpm_load(s->pid_of, runs, s->n_pids);
    free(runs);
    return rc;
}

static int make_pids(struct world *w, const struct entries *es)
{
    struct snapshot *s = w->snap;
    s->pids = ARENA_ARRAY(w->arena, es->n + 1, struct pid);
    struct prefix *prefixes = ARENA_ARRAY(w->arena, es->n + 1, struct prefix);
    if (!s->pids || !prefixes)
        return ERR_NOMEM;
    for (size_t i = 0; i < es->n; i++) {
        const struct entry *e = &es->v[i];
        if (!s->n_pids || strcmp(s->pids[s->n_pids - 1].name, e->pid))
            s->pids[s->n_pids++] = (struct pid){
                .name = e->pid, .domain = e->domain, .site = e->site, .prefixes = &prefixes[i]};
        struct pid *p = &s->pids[s->n_pids - 1];
        prefixes[i] = e->prefix;
        p->n_prefixes++;
    }
    return index_pids(s);
}

int pids_build(struct world *w, struct err *e)
{
    struct entries es = {.w = w};
    int rc;
    if (!(rc = add_sites(w, &es)) && !(rc = add_networks(w, &es)) &&
        !(rc = add_domains(w, &es))) {
        keep_first_claims(&es);
        rc = make_pids(w, &es);
    }
    VEC_FREE(&es);
    return rc ? err_set(e, rc, "out of memory while making PIDs") : 0;
}
