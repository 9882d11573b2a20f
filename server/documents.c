/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each network map that a domain publishes becomes an atlas below /domain/DOMAIN/NAME, with the
 * cost maps of the same domain that depend on this very version of it.
 */
#include "server/documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "server/offer.h"
#include "wire/document.h"

#define MAX_ATLAS_ID 40 /* leaves room for the rest of a resource id */

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for documents");
}

static void complain(const struct snap_document *d, const struct err *why)
{
    log_warn("documents", "%s/%s is not served: %s", d->domain, d->name, why->msg);
}

/* Which prefix is in two PIDs: the first to be met. */
static int tell_double(const struct wire_map_document *map, struct err *e)
{
    struct lpm *table = lpm_new();
    int rc = table ? 0 : nomem(e);
    for (size_t i = 0; rc == 0 && i < map->n_pids; i++) {
        for (size_t k = 0; rc == 0 && k < map->pids[i].n_prefixes; k++) {
            const struct prefix *p = &map->pids[i].prefixes[k];
            char text[PREFIX_TEXT];
            uint32_t other = lpm_exact(table, p);
            if (other != LPM_NONE)
                rc = err_set(e, ERR_CONFLICT, "%s is in %s and in %s", prefix_format(p, text),
                             map->pids[other].name, map->pids[i].name);
            else if (lpm_set(table, p, (uint32_t)i) < 0)
                rc = nomem(e);
        }
    }
    lpm_free(&table);
    return rc;
}

/* RFC 7285 section 11.2.2: the same prefix in two PIDs makes a map unusable. */
static int index_prefixes(const struct wire_map_document *map, struct lpm *table, struct err *e)
{
    struct lpm_run *runs = calloc(map->n_pids + 1, sizeof(*runs));
    int rc = runs ? 0 : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < map->n_pids; i++)
        runs[i] = (struct lpm_run){map->pids[i].prefixes, map->pids[i].n_prefixes};
    if (rc == 0)
        rc = lpm_load(table, runs, map->n_pids);
    free(runs);
    return rc == ERR_CONFLICT ? tell_double(map, e) : rc < 0 ? nomem(e) : 0;
}

static int name_atlas(const struct snap_document *d, const struct wire_map_document *map,
                      struct atlas *out, struct arena *a, struct err *e)
{
    const char *domain = atlas_slug(d->domain, a), *name = atlas_slug(map->id, a);
    if (!domain || !name)
        return nomem(e);
    char *id = arena_printf(a, "%s:%s", domain, name);
    if (id && strlen(id) > MAX_ATLAS_ID)
        id[MAX_ATLAS_ID] = 0;
    out->id = id;
    out->path = arena_printf(a, "/domain/%s/%s", domain, name);
    out->map_id = id ? arena_printf(a, "%s-networkmap", id) : NULL;
    return out->path && out->map_id ? 0 : nomem(e);
}

static int add_metric(const struct wire_cost_document *costs, struct atlas *out,
                      struct arena *a, struct err *e)
{
    struct atlas_metric *m = &out->metrics[out->n_metrics];
    for (size_t i = 0; i < out->n_metrics; i++) {
        if (strcmp(out->metrics[i].name, costs->metric) == 0)
            return err_set(e, ERR_CONFLICT, "there is a cost map of metric %s already",
                           costs->metric);
    }
    *m = (struct atlas_metric){.name = costs->metric,
                               .mode = costs->mode,
                               .value = costs->value,
                               .thousandths = costs->thousandths};
    m->more_is_better = offer_more_is_better(costs->metric);
    int rc = atlas_name_metric(m, a, e);
    if (rc == 0 && strcmp(costs->mode, "ordinal") == 0) { /* ranks have no unit to rank again */
        m->numerical_name = NULL;
        m->more_is_better = false;
    } else if (rc == 0 && strcmp(costs->mode, "numerical") != 0) {
        return err_set(e, ERR_SCHEMA, "cost mode %s is not known", costs->mode);
    }
    if (rc == 0)
        out->n_metrics++;
    return rc;
}

static int read_costs(const struct snapshot *s, const struct snap_document *map_document,
                      const struct wire_map_document *map, struct atlas *out, struct arena *a)
{
    struct err why = {0};
    out->metrics = ARENA_ARRAY(a, s->n_documents + 1, struct atlas_metric);
    if (!out->metrics)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct snap_document *d = &s->documents[i];
        struct wire_cost_document costs;
        if (strcmp(d->kind, "cost-map") != 0 || strcmp(d->domain, map_document->domain) != 0)
            continue;
        int rc = wire_read_cost_map(slice_of(d->body), map, a, &costs, &why);
        if (rc == 0)
            rc = add_metric(&costs, out, a, &why);
        if (rc == 0)
            out->metrics[out->n_metrics - 1].from = d;
        if (rc == ERR_NOMEM)
            return rc;
        if (rc < 0 && rc != ERR_CONFLICT) /* of another map: that one's turn will come */
            complain(d, &why);
    }
    return 0;
}

/* RFC 7285 section 6.3: the tag follows from the content, whatever the document calls it. */
static const char *tag_of(const struct wire_map_document *map, struct arena *a)
{
    struct hash *h = hash_new();
    char *tag = arena_alloc(a, 33);
    char text[PREFIX_TEXT];
    for (size_t i = 0; h && i < map->n_pids; i++) {
        hash_add(h, map->pids[i].name, strlen(map->pids[i].name) + 1);
        for (size_t k = 0; k < map->pids[i].n_prefixes; k++) {
            prefix_format(&map->pids[i].prefixes[k], text);
            hash_add(h, text, strlen(text) + 1);
        }
        hash_add(h, "\n", 1);
    }
    if (h && tag)
        hash_hex(h, tag);
    tag = h ? tag : NULL;
    hash_free(&h);
    return tag;
}

static int read_atlas(const struct snapshot *s, const struct snap_document *d,
                      struct atlas *out, struct arena *a, struct err *e)
{
    struct wire_map_document map;
    int rc = wire_read_network_map(slice_of(d->body), a, &map, e);
    *out = (struct atlas){0};
    if (rc == 0)
        rc = name_atlas(d, &map, out, a, e);
    if (rc < 0)
        return rc;
    const char **names = ARENA_ARRAY(a, map.n_pids + 1, const char *);
    out->owned = lpm_new();
    if (!names || !out->owned)
        return nomem(e);
    for (size_t i = 0; i < map.n_pids; i++)
        names[i] = map.pids[i].name;
    out->tag = tag_of(&map, a);
    out->cost_tag = s->tag;
    out->given_id = map.id;
    out->given_tag = map.tag;
    out->pids = map.pids;
    out->n_pids = map.n_pids;
    out->names = names;
    out->pid_of = out->owned;
    out->from = d;
    if (!out->tag)
        return nomem(e);
    rc = index_prefixes(&map, out->owned, e);
    if (rc == 0 && read_costs(s, d, &map, out, a) < 0)
        rc = nomem(e);
    return rc;
}

int documents_read(const struct snapshot *s, struct atlas *out, size_t *n, struct arena *a,
                   struct err *e)
{
    size_t count = 0;
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct snap_document *d = &s->documents[i];
        struct err why = {0};
        if (strcmp(d->kind, "network-map") != 0)
            continue;
        int rc = read_atlas(s, d, &out[count], a, &why);
        if (rc == 0) {
            count++;
            continue;
        }
        lpm_free(&out[count].owned);
        if (rc == ERR_NOMEM)
            return err_set(e, rc, "%s", why.msg);
        complain(d, &why);
    }
    *n += count;
    return 0;
}
