/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that meshes, records and metadata tell of: gathered by name, stated once. */
#include "agents/sources/perfsonar/ps.h"

#include <string.h>
#include <strings.h>

#include "agents/sources/web/web.h"
#include "base/map.h"

struct ps_book {
    struct map *hosts; /* by name, to struct ps_host in ps->keep */
};

const char *ps_keep(struct ps *ps, struct slice s, struct err *e)
{
    const char *copy = arena_strndup(ps->keep, s.n > 0 ? s.p : "", s.n);

    if (copy == NULL)
        err_set(e, ERR_NOMEM, "no memory for the names of hosts");
    return copy;
}

static int open_book(struct ps *ps)
{
    if (ps->book != NULL)
        return 0;
    ps->book = ARENA_NEW(ps->keep, struct ps_book);
    if (ps->book != NULL)
        ps->book->hosts = map_new();
    return ps->book != NULL && ps->book->hosts != NULL ? 0 : ERR_NOMEM;
}

struct ps_host *ps_host(struct ps *ps, struct slice name, struct err *e)
{
    union map_value *place = NULL;
    struct ps_host *h;

    if (open_book(ps) == 0)
        place = map_at(ps->book->hosts, name.p, name.n);
    if (place != NULL && place->p != NULL)
        return place->p;
    h = place != NULL ? ARENA_NEW(ps->keep, struct ps_host) : NULL;
    if (h != NULL)
        h->name = ps_keep(ps, name, e);
    if (h == NULL || h->name == NULL) {
        err_set(e, ERR_NOMEM, "no memory for the names of hosts");
        return NULL;
    }
    place->p = h;
    return h;
}

static int add_addr(struct ps *ps, struct ps_host *h, const struct addr *a)
{
    for (size_t i = 0; i < h->n_addrs; i++) {
        if (addr_eq(&h->addrs[i], a))
            return 0;
    }
    if (h->n_addrs == PS_MAX_NAMES)
        ps_skip(ps, "host %.60s has more than %d addresses", h->name, PS_MAX_NAMES);
    else
        h->addrs[h->n_addrs++] = *a;
    return 0;
}

int ps_host_add(struct ps *ps, struct ps_host *h, struct slice text, struct err *e)
{
    struct slice name = web_host(text);
    struct addr a;
    const char *copy;

    if (ps_address(text, &a))
        return add_addr(ps, h, &a);
    if (name.n == 0)
        return 0;
    for (size_t i = 0; i < h->n_names; i++) {
        if (strlen(h->names[i]) == name.n && strncasecmp(h->names[i], name.p, name.n) == 0)
            return 0;
    }
    if (h->n_names == PS_MAX_NAMES) {
        ps_skip(ps, "host %.60s has more than %d names", h->name, PS_MAX_NAMES);
        return 0;
    }
    copy = ps_keep(ps, name, e);
    if (copy == NULL)
        return ERR_NOMEM;
    h->names[h->n_names++] = copy;
    return 0;
}

/* The names of the hosts gathered, for results. */
static int learn(struct ps *ps, struct err *e)
{
    size_t n = ps->book != NULL ? map_count(ps->book->hosts) : 0, names = 0;
    struct ps_named *v;
    int rc;

    for (size_t i = 0; i < n; i++) {
        const struct ps_host *h = map_entry(ps->book->hosts, i)->value.p;

        names += h != NULL ? h->n_names : 0;
    }
    v = ARENA_ARRAY(ps->keep, names + 1, struct ps_named);
    names = 0;
    for (size_t i = 0; i < n && v != NULL; i++) {
        const struct ps_host *h = map_entry(ps->book->hosts, i)->value.p;

        for (size_t k = 0; h != NULL && h->learn && k < h->n_names; k++)
            v[names++] = (struct ps_named){h->names[k], h->addrs, h->n_addrs, false};
    }
    rc = v != NULL ? ps_hosts_replace(ps->hosts, ps->scope, v, names) : ERR_NOMEM;
    for (size_t i = 0; i < names && rc == 0; i++) {
        if (v[i].dropped)
            ps_skip(ps, "%.60s has more than %d addresses", v[i].name, PS_MAX_ADDRS);
    }
    return rc == 0 ? 0 : err_set(e, ERR_NOMEM, "no memory for the names of hosts");
}

static int put_host(struct ps *ps, struct ps_host *h, struct err *e)
{
    struct fact_endpoint end;
    struct fact_node node;
    int rc;

    fact_init(FACT_ENDPOINT, &end);
    end.name = h->name;
    end.site = h->site;
    end.hosts = (struct strs){h->names, h->n_names};
    end.addrs = (struct addrs){h->addrs, h->n_addrs};
    rc = ps_put(ps, FACT_ENDPOINT, &end, e);
    if (rc < 0 || !h->node)
        return rc;
    fact_init(FACT_NODE, &node);
    node.node = h->name;
    node.kind = "host";
    node.platform = h->platform;
    node.site = h->site;
    return ps_put(ps, FACT_NODE, &node, e);
}

int ps_hosts_put(struct ps *ps, struct err *e)
{
    size_t n = ps->book != NULL ? map_count(ps->book->hosts) : 0;
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        struct ps_host *h = map_entry(ps->book->hosts, i)->value.p;

        if (h == NULL || (h->n_names == 0 && h->n_addrs == 0 && !h->node))
            continue;
        rc = put_host(ps, h, e);
    }
    /* a document that says nothing takes nothing back */
    return rc == 0 && ps->hosts != NULL && ps->scope != NULL && ps->n_facts > 0 ? learn(ps, e)
                                                                                : rc;
}

void ps_done(struct ps *ps)
{
    if (ps->book != NULL && ps->book->hosts != NULL)
        map_free(&ps->book->hosts);
    ps->book = NULL;
    arena_free(&ps->arena);
    arena_free(&ps->keep);
}
