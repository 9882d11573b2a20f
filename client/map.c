/* SPDX-License-Identifier: Apache-2.0 */
/* Network maps and longest-prefix match on the client's side (RFC 7285 sections 5.1
 * and 11.2.1). */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "client/private.h"
#include "net/lpm.h"

struct rialto_map {
    atomic_uint references;
    struct rialto_document *document;
    const struct rialto_value *pids;
    const char **names; /* PID of each value in the table; borrowed from the document */
    struct lpm *table;
    const char *tag;
    char *id;
};

static struct rialto_map *map_ref(struct rialto_map *m)
{
    atomic_fetch_add(&m->references, 1);
    return m;
}

void rialto_map_free(struct rialto_map **out)
{
    struct rialto_map *m = *out;

    if (m && atomic_fetch_sub(&m->references, 1) == 1) {
        lpm_free(&m->table);
        rialto_document_free(&m->document);
        free(m->names);
        free(m->id);
        free(m);
    }
    *out = NULL;
}

static int add_prefix(struct rialto_map *m, const char *text, uint32_t pid,
                      struct rialto_error *e)
{
    uint32_t owner;
    struct prefix p;

    if (!text || !prefix_parse_loose(slice_of(text), &p))
        return error_set(e, RIALTO_E_REPLY, "network map: PID %s: \"%s\" is not a prefix",
                         m->names[pid], text ? text : "(no text)");
    owner = lpm_exact(m->table, &p);
    if (owner != LPM_NONE && owner != pid)
        return error_set(e, RIALTO_E_REPLY, "network map: prefix %s is in PID %s and in PID %s",
                         text, m->names[owner], m->names[pid]);
    return lpm_set(m->table, &p, pid) == 0 ? 0 : error_nomem(e);
}

/** Adds the prefixes of a PID; address families other than IPv4 and IPv6 are skipped. */
static int add_pid(struct rialto_map *m, const struct rialto_value *families, uint32_t pid,
                   struct rialto_error *e)
{
    static const char *const known[] = {"ipv4", "ipv6"};
    int rc = 0;

    for (size_t f = 0; f < 2 && rc == 0; f++) {
        struct rialto_cursor c = {0};
        while (rc == 0 && rialto_next(rialto_get(families, known[f]), &c))
            rc = add_prefix(m, rialto_text(c.value), pid, e);
    }
    return rc;
}

/** Prefixes of all PIDs, one PID's behind the other's. */
struct prefixes {
    VEC(struct prefix);
};

/** False: no memory, or there is something to tell of these. */
static bool collect_pid(const struct rialto_value *families, struct prefixes *to)
{
    static const char *const known[] = {"ipv4", "ipv6"};

    for (size_t f = 0; f < 2; f++) {
        struct rialto_cursor c = {0};
        while (rialto_next(rialto_get(families, known[f]), &c)) {
            const char *text = rialto_text(c.value);
            struct prefix *p = VEC_PUSH(to);
            if (!p || !text || !prefix_parse_loose(slice_of(text), p))
                return false;
        }
    }
    return true;
}

/** The whole table at once; false: it is as empty as before. */
static bool load(struct rialto_map *m, size_t n_pids)
{
    struct prefixes all = {0};
    struct lpm_run *runs = calloc(n_pids + 1, sizeof(*runs));
    struct rialto_cursor c = {0};
    bool ok = runs != NULL;

    for (size_t i = 0; ok && i < n_pids && rialto_next(m->pids, &c); i++) {
        size_t before = all.n;
        ok = collect_pid(c.value, &all);
        runs[i].n = all.n - before;
    }
    for (size_t i = 0, at = 0; ok && all.v && i < n_pids; at += runs[i++].n)
        runs[i].v = all.v + at;
    ok = ok && lpm_load(m->table, runs, n_pids) == 0;
    VEC_FREE(&all);
    free(runs);
    return ok;
}

static int fill(struct rialto_map *m, const char *id, struct rialto_error *e)
{
    const struct rialto_value *root = rialto_document_root(m->document);
    const struct rialto_value *vtag = rialto_get(rialto_get(root, "meta"), "vtag");
    const char *named = rialto_text(rialto_get(vtag, "resource-id"));
    struct rialto_cursor c = {0};
    uint32_t n = 0;
    int rc = 0;

    m->pids = rialto_get(root, "network-map");
    m->tag = rialto_text(rialto_get(vtag, "tag"));
    if (rialto_type(m->pids) != RIALTO_OBJECT || !m->tag)
        return error_set(e, RIALTO_E_REPLY, "the network map lacks \"%s\"",
                         m->tag ? "network-map" : "meta/vtag/tag");
    m->id = strdup(named ? named : id);
    m->names = calloc(rialto_count(m->pids) + 1, sizeof(*m->names));
    m->table = lpm_new();
    if (!m->id || !m->names || !m->table)
        return error_nomem(e);
    while (rialto_next(m->pids, &c))
        m->names[n++] = c.key;
    if (load(m, n))
        return 0;
    c = (struct rialto_cursor){0};
    for (uint32_t i = 0; rc == 0 && rialto_next(m->pids, &c); i++)
        rc = add_pid(m, c.value, i, e); /* one by one: to tell what is wrong */
    return rc;
}

int map_build(struct rialto_document *d, const char *id, struct rialto_map **out,
              struct rialto_error *e)
{
    struct rialto_map *m = calloc(1, sizeof(*m));
    int rc;

    *out = NULL;
    if (!m)
        return error_nomem(e);
    atomic_init(&m->references, 1);
    m->document = document_ref(d);
    rc = fill(m, id, e);
    if (rc != 0)
        rialto_map_free(&m);
    *out = m;
    return rc;
}

int rialto_network_map(struct rialto *r, const char *id, struct rialto_map **out,
                       struct rialto_error *e)
{
    struct rialto_document *d = NULL;
    struct cached *entry = NULL;
    struct found found;
    int rc = directory_map(r, id, &found, e);

    *out = NULL;
    if (rc == 0)
        rc = client_get(r, &(struct call){.url = found.url, .accept = MEDIA_NETWORK_MAP}, &d,
                        &entry, e);
    if (rc != 0)
        return rc;
    if (entry && entry->map) {
        *out = map_ref(entry->map);
    } else {
        rc = map_build(d, found.id, out, e);
        if (rc == 0 && entry && entry->document)
            entry->map = map_ref(*out);
    }
    rialto_document_free(&d);
    return rc;
}

const char *rialto_map_id(const struct rialto_map *m)
{
    return m->id;
}

const char *rialto_map_tag(const struct rialto_map *m)
{
    return m->tag;
}

const struct rialto_value *rialto_map_pids(const struct rialto_map *m)
{
    return m->pids;
}

const char *rialto_map_find(const struct rialto_map *m, const char *address,
                            char prefix[RIALTO_PREFIX_TEXT])
{
    struct addr addr;
    struct prefix p;
    uint32_t pid;
    uint8_t len;

    if (!addr_parse(slice_of(address), &addr))
        return NULL;
    pid = lpm_find(m->table, &addr, &len);
    if (pid == LPM_NONE)
        return NULL;
    p = prefix_of(&addr, len);
    if (prefix)
        prefix_format(&p, prefix);
    return m->names[pid];
}
