/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/topology/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int topo_init(struct topo *t, struct arena *a, struct err *e)
{
    *t = (struct topo){.arena = a, .observed = FACT_NONE};
    t->node_end = &t->nodes;
    t->port_end = &t->ports;
    t->link_end = &t->links;
    t->border_end = &t->borders;
    t->node_of = map_new();
    t->port_of = map_new();
    t->remarks = map_new();
    if (t->node_of != NULL && t->port_of != NULL && t->remarks != NULL)
        return 0;
    topo_free(t);
    return err_set(e, ERR_NOMEM, "no memory for a topology");
}

void topo_free(struct topo *t)
{
    map_free(&t->node_of);
    map_free(&t->port_of);
    map_free(&t->remarks);
}

/* Zeroed memory; what lacks it is noticed at the end. */
static void *take(struct topo *t, size_t size)
{
    void *p = arena_alloc(t->arena, size);

    t->broken |= p == NULL;
    return p;
}

const char *topo_text(struct topo *t, const char *fmt, ...)
{
    va_list ap;
    char *out = NULL;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0)
        out = take(t, (size_t)n + 1);
    if (out == NULL)
        return "";
    va_start(ap, fmt);
    vsnprintf(out, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return out;
}

struct topo_node *topo_find(const struct topo *t, const char *id)
{
    const union map_value *v = id != NULL ? map_get_str(t->node_of, id) : NULL;

    return v != NULL ? v->p : NULL;
}

struct topo_node *topo_add_node(struct topo *t, const char *id)
{
    union map_value *v = map_at_str(t->node_of, id);
    struct topo_node *n;

    if (v != NULL && v->p != NULL) {
        topo_remark(t, "a node whose id is there already", id);
        return v->p;
    }
    n = take(t, sizeof(*n));
    t->broken |= v == NULL;
    if (v == NULL || n == NULL)
        return NULL;
    n->id = id;
    n->latitude = n->longitude = NAN;
    v->p = n;
    *t->node_end = n;
    t->node_end = &n->next;
    return n;
}

struct topo_port *topo_port(struct topo *t, struct topo_node *n, const char *name)
{
    size_t len = strlen(name);
    char *key = take(t, sizeof(n) + len);
    union map_value *v;
    struct topo_port *p;

    if (key == NULL)
        return NULL;
    memcpy(key, &n, sizeof(n));
    memcpy(key + sizeof(n), name, len);
    v = map_at(t->port_of, key, sizeof(n) + len);
    if (v != NULL && v->p != NULL)
        return v->p;
    p = take(t, sizeof(*p));
    t->broken |= v == NULL;
    if (v == NULL || p == NULL)
        return NULL;
    *p = (struct topo_port){.node = n,
                            .name = name,
                            .speed = FACT_NONE,
                            .up = FACT_NONE,
                            .mtu = FACT_NONE,
                            .capacity = FACT_NONE};
    v->p = p;
    *t->port_end = p;
    t->port_end = &p->next;
    return p;
}

static bool same_ifaddr(const struct ifaddr *a, const struct ifaddr *b)
{
    return a->len == b->len && addr_eq(&a->addr, &b->addr);
}

void topo_port_addr(struct topo *t, struct topo_port *p, const char *text)
{
    struct slice s = slice_trim(slice_of(text));
    struct ifaddr a = {0};

    if (p == NULL || s.n == 0)
        return;
    if (!ifaddr_parse(s, &a) && !addr_parse(s, &a.addr)) {
        topo_remark(t, "an address that is none", text);
        return;
    }
    if (memchr(s.p, '/', s.n) == NULL)
        a.len = (uint8_t)addr_bits(&a.addr);
    for (size_t i = 0; i < p->n_addrs; i++) {
        if (same_ifaddr(&p->addr[i], &a))
            return;
    }
    if (p->n_addrs == sizeof(p->addr) / sizeof(*p->addr))
        topo_remark(t, "an address beyond the fourth of an interface", text);
    else
        p->addr[p->n_addrs++] = a;
}

struct topo_link *topo_add_link(struct topo *t)
{
    struct topo_link *l = take(t, sizeof(*l));

    if (l == NULL)
        return NULL;
    l->capacity = l->metric = l->metric_back = FACT_NONE;
    l->delay = NAN;
    l->protocol = "declared";
    *t->link_end = l;
    t->link_end = &l->next;
    return l;
}

struct topo_border *topo_add_border(struct topo *t)
{
    struct topo_border *b = take(t, sizeof(*b));

    if (b == NULL)
        return NULL;
    b->capacity = FACT_NONE;
    *t->border_end = b;
    t->border_end = &b->next;
    return b;
}

void topo_remark(struct topo *t, const char *reason, const char *where)
{
    union map_value *v = map_at_str(t->remarks, reason);
    struct topo_remark *r = v != NULL ? v->p : NULL;

    if (v != NULL && r == NULL) {
        v->p = r = take(t, sizeof(*r));
        if (r != NULL)
            r->where = topo_text(t, "%s", where != NULL ? where : "");
    }
    t->broken |= r == NULL;
    if (r != NULL)
        r->n++;
}

static bool in_range(double d, double limit)
{
    return d >= -limit && d <= limit;
}

void topo_place(struct topo *t, struct topo_node *n, const struct jnode *latitude,
                const struct jnode *longitude)
{
    double lat, lon;

    if (n == NULL || (latitude == NULL && longitude == NULL))
        return;
    if (!jnode_real(latitude, &lat) || !jnode_real(longitude, &lon) || !in_range(lat, 90) ||
        !in_range(lon, 180)) {
        topo_remark(t, "coordinates that are no degrees of latitude and longitude", n->id);
        return;
    }
    n->latitude = lat;
    n->longitude = lon;
}

int64_t topo_bits(double number, double unit)
{
    double bits = number * unit;

    return bits >= 1 && bits < 1e18 ? (int64_t)(bits + 0.5) : FACT_NONE;
}
