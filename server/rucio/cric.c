/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIC's sites ("rcsite" in JSON): of each the networks of its routes and the hosts of its
 * services.
 *
 *     {SITE: {"netroutes": {NAME: {"networks": {"ipv4": [..], "ipv6": [..]}}},
 *             "services": [{"endpoint": "http://host:port" | "host:port" | null}]}}
 *
 * Whatever else there is is passed over. Prefixes with host bits occur there and are cleared;
 * what is no prefix at all is an error.
 */
#include <string.h>

#include "base/vec.h"
#include "server/rucio/pfn.h"
#include "server/rucio/settings.h"
#include "wire/json.h"

#define MAX_BYTES ((size_t)64 << 20)
#define MAX_SITES 10000
#define MAX_ITEMS 10000 /* networks, or hosts, of one site */

struct reading {
    struct jread *r;
    struct arena *arena;
    struct err *e;
    struct {
        VEC(struct prefix);
    } networks;
    struct {
        VEC(const char *);
    } hosts;
};

static int nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for CRIC's sites");
}

static int add_network(struct reading *w)
{
    struct slice text;
    int rc = jread_str(w->r, &text, w->e);
    if (rc < 0)
        return rc;
    if (w->networks.n == MAX_ITEMS)
        return jread_fail(w->r, w->e, ERR_LIMIT, "more than %d networks of a site", MAX_ITEMS);
    struct prefix *p = VEC_PUSH(&w->networks);
    if (!p)
        return nomem(w->e);
    if (!prefix_parse_loose(slice_trim(text), p))
        return jread_fail(w->r, w->e, ERR_SCHEMA, "'%.*s' is not a prefix",
                          text.n > 60 ? 60 : (int)text.n, text.p);
    return 0;
}

/* Calls `each` for every element of an array; null is as good as []. */
static int elements(struct reading *w, int (*each)(struct reading *w))
{
    enum jread_token t;
    int rc = jread_peek(w->r, &t, w->e);
    if (rc == 0 && t == JREAD_NULL)
        return jread_skip(w->r, w->e);
    if (rc == 0)
        rc = jread_expect(w->r, JREAD_ARRAY, w->e);
    while (rc == 0 && (rc = jread_element(w->r, w->e)) > 0)
        rc = each(w);
    return rc;
}

/* Calls `each` for the members of an object that have this name; NULL: for all. */
static int members(struct reading *w, const char *name, int (*each)(struct reading *w))
{
    struct slice key;
    int rc = jread_expect(w->r, JREAD_OBJECT, w->e);
    while (rc == 0 && (rc = jread_key(w->r, &key, w->e)) > 0)
        rc = !name || slice_eq(key, name) ? each(w) : jread_skip(w->r, w->e);
    return rc;
}

static int family(struct reading *w)
{
    return elements(w, add_network);
}

static int networks(struct reading *w)
{
    return members(w, NULL, family);
}

static int route(struct reading *w)
{
    return members(w, "networks", networks);
}

static int endpoint(struct reading *w)
{
    enum jread_token t;
    struct slice text, host;
    int rc = jread_peek(w->r, &t, w->e);
    if (rc < 0 || t != JREAD_STRING)
        return rc < 0 ? rc : jread_skip(w->r, w->e);
    rc = jread_str(w->r, &text, w->e);
    if (rc < 0 || !pfn_endpoint_host(slice_trim(text), &host))
        return rc;
    if (w->hosts.n == MAX_ITEMS)
        return jread_fail(w->r, w->e, ERR_LIMIT, "more than %d services of a site", MAX_ITEMS);
    const char **at = VEC_PUSH(&w->hosts);
    if (at)
        *at = rucio_host_key(host, w->arena);
    return at && *at ? 0 : nomem(w->e);
}

static int service(struct reading *w)
{
    return members(w, "endpoint", endpoint);
}

static int site_member(struct reading *w, struct slice key)
{
    if (slice_eq(key, "netroutes"))
        return members(w, NULL, route);
    return slice_eq(key, "services") ? elements(w, service) : jread_skip(w->r, w->e);
}

static int read_site(struct reading *w, struct rucio_cric_site *out)
{
    struct slice key;
    w->networks.n = 0;
    w->hosts.n = 0;
    int rc = jread_expect(w->r, JREAD_OBJECT, w->e);
    while (rc == 0 && (rc = jread_key(w->r, &key, w->e)) > 0)
        rc = site_member(w, key);
    if (rc < 0)
        return rc;
    out->n_networks = w->networks.n;
    out->n_hosts = w->hosts.n;
    out->networks = ARENA_ARRAY(w->arena, out->n_networks + 1, struct prefix);
    out->hosts = ARENA_ARRAY(w->arena, out->n_hosts + 1, const char *);
    if (!out->networks || !out->hosts)
        return nomem(w->e);
    for (size_t i = 0; i < out->n_networks; i++)
        out->networks[i] = w->networks.v[i];
    for (size_t i = 0; i < out->n_hosts; i++)
        out->hosts[i] = w->hosts.v[i];
    return 0;
}

static int read_sites(struct reading *w, struct rucio_settings *out)
{
    struct {
        VEC(struct rucio_cric_site);
    } sites = {0};
    struct slice key;
    int rc = jread_expect(w->r, JREAD_OBJECT, w->e);
    while (rc == 0 && (rc = jread_key(w->r, &key, w->e)) > 0) {
        struct rucio_cric_site *site = sites.n < MAX_SITES ? VEC_PUSH(&sites) : NULL;
        rc = site ? 0 : jread_fail(w->r, w->e, ERR_LIMIT, "more than %d sites", MAX_SITES);
        if (rc == 0 && !(site->name = arena_strndup(w->arena, key.p, key.n)))
            rc = nomem(w->e);
        if (rc == 0)
            rc = read_site(w, site);
    }
    if (rc == 0)
        rc = jread_expect(w->r, JREAD_END, w->e);
    if (rc == 0 && sites.n > 0) {
        out->n_cric = sites.n;
        out->cric = arena_dup(w->arena, sites.v, sites.n * sizeof(*sites.v));
        rc = out->cric ? 0 : nomem(w->e);
    }
    VEC_FREE(&sites);
    return rc;
}

int rucio_cric_parse(struct slice text, struct rucio_settings *out, struct arena *a,
                     struct err *e)
{
    struct reading w = {.arena = a, .e = e};
    int rc = jread_new_bytes(&w.r, NULL, text.p, text.n, e);
    if (rc == 0)
        rc = read_sites(&w, out);
    jread_free(&w.r);
    VEC_FREE(&w.networks);
    VEC_FREE(&w.hosts);
    return rc;
}

int rucio_cric_load(const char *path, struct rucio_settings *out, struct arena *a,
                    struct err *e)
{
    struct buf text = {0};
    int rc = conf_read_file(path, MAX_BYTES, &text, e);
    if (rc == 0) {
        rc = rucio_cric_parse((struct slice){buf_cstr(&text), text.len}, out, a, e);
        if (rc < 0)
            err_in(e, "%s", path);
    }
    buf_free(&text);
    return rc;
}
