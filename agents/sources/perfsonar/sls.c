/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of the Simple Lookup Service. Every value is an array of texts, and records refer to
 * one another by their "uri":
 *
 *   host       host-name, host-net-interfaces ──▶ interface, location-*, host-os-*
 *   interface  interface-addresses (names too), interface-capacity (bit/s), interface-mtu
 *
 * Both are gathered until the end, for they come in any order. Services and psmetadata say what
 * a host offers and has measured; persons are nobody's business here.
 */
#include "agents/sources/perfsonar/ps.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

#define MAX_RECORDS 200000

struct texts {
    struct slice *v;
    size_t n;
};

struct record {
    bool host; /* or an interface */
    bool used; /* an interface that a host named */
    const char *uri, *site, *platform, *name;
    struct texts names; /* of a host, addresses of an interface */
    struct texts interfaces;
    int64_t capacity, mtu;
    double latitude, longitude;
};

struct lookup {
    struct {
        VEC(struct record *);
    } records;
    struct map *by_uri;
    size_t n_services, n_metadata, n_persons, n_expired, n_orphans;
};

/* A value is an array of texts, or a text. */
static const struct jnode *first_text(const struct jnode *record, const char *key)
{
    const struct jnode *n = jnode_get(record, key);

    return jnode_is(n, JREAD_ARRAY) ? n->first : n;
}

static const char *keep_text(struct ps *ps, const struct jnode *record, const char *key,
                             struct err *e)
{
    struct slice s = slice_trim(jnode_slice(first_text(record, key)));

    return s.n > 0 ? ps_keep(ps, s, e) : NULL;
}

static int keep_texts(struct ps *ps, const struct jnode *record, const char *key,
                      struct texts *out, struct err *e)
{
    const struct jnode *list = jnode_get(record, key), *m = first_text(record, key);
    bool many = jnode_is(list, JREAD_ARRAY); /* else what follows is the next member */
    size_t n = many ? list->n : list != NULL;

    out->v = ARENA_ARRAY(ps->keep, n + 1, struct slice);
    if (out->v == NULL)
        return err_set(e, ERR_NOMEM, "no memory for records");
    for (; m != NULL; m = many ? m->next : NULL) {
        struct slice s = slice_trim(jnode_slice(m));

        if (s.n == 0)
            continue;
        s.p = ps_keep(ps, s, e);
        if (s.p == NULL)
            return e->code;
        out->v[out->n++] = s;
    }
    return 0;
}

static double coordinate(const struct jnode *record, const char *key, double limit)
{
    double d;

    return jnode_real(first_text(record, key), &d) && fabs(d) <= limit ? d : NAN;
}

/* "CentOS 6.8 (Final)" */
static const char *platform_of(struct ps *ps, const struct jnode *record)
{
    struct slice name = slice_trim(jnode_slice(first_text(record, "host-os-name")));
    struct slice version = slice_trim(jnode_slice(first_text(record, "host-os-version")));
    int n = name.n < 80 ? (int)name.n : 80, v = version.n < 80 ? (int)version.n : 80;

    if (n == 0)
        return NULL;
    return arena_printf(ps->keep, "%.*s%s%.*s", n, name.p, v > 0 ? " " : "", v,
                        v > 0 ? version.p : "");
}

static int keep_record(struct ps *ps, struct lookup *l, const struct jnode *doc, bool host,
                       struct err *e)
{
    struct record *r = ARENA_NEW(ps->keep, struct record), **slot;
    union map_value *place;
    int rc;

    if (l->records.n >= MAX_RECORDS)
        return err_set(e, ERR_LIMIT, "more than %d records", MAX_RECORDS);
    slot = r != NULL ? VEC_PUSH(&l->records) : NULL;
    if (slot == NULL)
        return err_set(e, ERR_NOMEM, "no memory for records");
    *slot = r;
    r->host = host;
    r->uri = keep_text(ps, doc, "uri", e);
    r->name = keep_text(ps, doc, "interface-name", e);
    r->site = keep_text(ps, doc, "location-sitename", e);
    r->platform = host ? platform_of(ps, doc) : NULL;
    r->latitude = coordinate(doc, "location-latitude", 90);
    r->longitude = coordinate(doc, "location-longitude", 180);
    if (!jnode_count(first_text(doc, "interface-capacity"), INT64_C(1000000000000000),
                     &r->capacity))
        r->capacity = FACT_NONE;
    if (!jnode_count(first_text(doc, "interface-mtu"), 1000000, &r->mtu))
        r->mtu = FACT_NONE;
    rc = keep_texts(ps, doc, host ? "host-name" : "interface-addresses", &r->names, e);
    if (rc == 0)
        rc = keep_texts(ps, doc, "host-net-interfaces", &r->interfaces, e);
    if (rc < 0 || r->uri == NULL)
        return rc;
    place = map_at_str(l->by_uri, r->uri);
    if (place == NULL)
        return err_set(e, ERR_NOMEM, "no memory for records");
    place->p = r;
    return 0;
}

static bool is_expired(const struct ps *ps, const struct jnode *doc)
{
    int64_t expires = ps_time(first_text(doc, "expires"));
    const char *state = jnode_str(first_text(doc, "state"));

    return (state != NULL &&
            (strcmp(state, "expired") == 0 || strcmp(state, "deleted") == 0)) ||
           (ps->now != FACT_NONE && expires != FACT_NONE && expires < ps->now);
}

static int read_record(struct ps *ps, struct lookup *l, const struct jnode *doc, struct err *e)
{
    struct slice type = jnode_slice(first_text(doc, "type"));

    if (type.n == 0 && jnode_get(doc, "locator") != NULL) {
        ps_skip(ps, "a lookup service: its records are a source of their own");
        return 0;
    }
    if (type.n == 0) {
        ps_wrong(ps, "a record without type");
        return 0;
    }
    if (is_expired(ps, doc))
        l->n_expired++;
    else if (slice_eq(type, "host") || slice_eq(type, "interface"))
        return keep_record(ps, l, doc, slice_eq(type, "host"), e);
    else if (slice_eq(type, "service"))
        l->n_services++;
    else if (slice_eq(type, "psmetadata"))
        l->n_metadata++;
    else if (slice_eq(type, "person"))
        l->n_persons++;
    else
        ps_skip(ps, "a record of type \"%.40s\" tells of no host", type.p);
    return 0;
}

/* --- what the records are together --- */

static int add_texts(struct ps *ps, struct ps_host *h, const struct texts *t, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < t->n && rc == 0; i++)
        rc = ps_host_add(ps, h, t->v[i], e);
    return rc;
}

/* The first name that is no address; else the first one. */
static struct slice best_name(const struct texts *t, bool addresses)
{
    struct addr a;

    for (size_t i = 0; i < t->n; i++) {
        if (!ps_address(t->v[i], &a))
            return t->v[i];
    }
    return addresses && t->n > 0 ? t->v[0] : (struct slice){"", 0};
}

static int put_interface(struct ps *ps, const char *node, const struct record *r, struct err *e)
{
    struct fact_interface f;

    if (r->name == NULL)
        return 0;
    fact_init(FACT_INTERFACE, &f);
    f.node = node;
    f.name = r->name;
    f.speed = r->capacity;
    f.mtu = r->mtu;
    return ps_put(ps, FACT_INTERFACE, &f, e);
}

static int put_record(struct ps *ps, struct lookup *l, struct record *r, struct err *e)
{
    struct slice name = best_name(&r->names, true);
    struct ps_host *h;
    int rc;

    if (!r->host || name.n == 0)
        return 0;
    h = ps_host(ps, name, e);
    if (h == NULL)
        return e->code;
    h->node = h->learn = true;
    h->site = r->site;
    h->platform = r->platform;
    rc = add_texts(ps, h, &r->names, e);
    for (size_t i = 0; i < r->interfaces.n && rc == 0; i++) {
        const union map_value *place =
            map_get(l->by_uri, r->interfaces.v[i].p, r->interfaces.v[i].n);
        struct record *other = place != NULL ? place->p : NULL;

        if (other == NULL || other->host)
            continue;
        other->used = true;
        rc = add_texts(ps, h, &other->names, e);
        if (rc == 0)
            rc = put_interface(ps, h->name, other, e);
    }
    return rc;
}

/* The host's own record is elsewhere: a name of the interface stands for it. */
static int put_orphan(struct ps *ps, struct lookup *l, const struct record *r, struct err *e)
{
    struct slice name = best_name(&r->names, false);
    struct ps_host *h;

    if (r->host || r->used)
        return 0;
    if (name.n == 0) {
        l->n_orphans++;
        return 0;
    }
    h = ps_host(ps, name, e);
    if (h == NULL)
        return e->code;
    h->learn = true;
    return add_texts(ps, h, &r->names, e);
}

static int put_site(struct ps *ps, struct map *sites, const struct record *r, struct err *e)
{
    union map_value *place = r->site != NULL ? map_at_str(sites, r->site) : NULL;
    struct fact_site f;

    if (r->site == NULL || !r->host)
        return 0;
    if (place == NULL)
        return err_set(e, ERR_NOMEM, "no memory for sites");
    if (place->u++ > 0)
        return 0;
    fact_init(FACT_SITE, &f);
    f.name = r->site;
    f.latitude = r->latitude;
    f.longitude = r->longitude;
    return ps_put(ps, FACT_SITE, &f, e);
}

static void tell_rest(struct ps *ps, const struct lookup *l)
{
    if (l->n_expired > 0)
        ps_skip(ps, "%zu records that expired", l->n_expired);
    if (l->n_services > 0)
        ps_skip(ps, "%zu services: their hosts have records of their own", l->n_services);
    if (l->n_metadata > 0)
        ps_skip(ps, "%zu records of what was measured: the archives have the results",
                l->n_metadata);
    if (l->n_persons > 0)
        ps_skip(ps, "%zu persons", l->n_persons);
    if (l->n_orphans > 0)
        ps_skip(ps, "%zu interfaces without a name, of hosts whose records are not here",
                l->n_orphans);
}

static int put_all(struct ps *ps, struct lookup *l, struct err *e)
{
    struct map *sites = map_new();
    int rc = sites != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for sites");

    for (size_t i = 0; i < l->records.n && rc == 0; i++)
        rc = put_site(ps, sites, l->records.v[i], e);
    for (size_t i = 0; i < l->records.n && rc == 0; i++)
        rc = put_record(ps, l, l->records.v[i], e);
    for (size_t i = 0; i < l->records.n && rc == 0; i++)
        rc = put_orphan(ps, l, l->records.v[i], e);
    if (rc == 0)
        tell_rest(ps, l);
    if (sites != NULL)
        map_free(&sites);
    return rc;
}

/* --- documents --- */

/* The visitor's extra state goes with the reading. */
struct sls {
    struct ps ps; /* first member */
    struct lookup lookup;
};

static int visit(struct ps *ps, const struct jnode *doc, struct err *e)
{
    struct lookup *l = &((struct sls *)ps)->lookup;
    int rc = 0;

    if (!jnode_is(doc, JREAD_OBJECT)) {
        ps_wrong(ps, "an object was expected");
        return 0;
    }
    if (!jnode_is(jnode_get(doc, "hosts"), JREAD_ARRAY))
        return read_record(ps, l, doc, e);
    for (const struct jnode *m = jnode_first(jnode_get(doc, "hosts")); m != NULL && rc == 0;
         m = m->next)
        rc = read_record(ps, l, m, e);
    return rc;
}

static int parse(struct ps *ps, struct jread *r, struct err *e)
{
    struct sls s = {.ps = *ps};
    int rc;

    s.lookup.by_uri = map_new();
    rc = s.lookup.by_uri != NULL ? ps_each(&s.ps, r, visit, e)
                                 : err_set(e, ERR_NOMEM, "no memory for records");
    if (rc == 0)
        rc = put_all(&s.ps, &s.lookup, e);
    if (s.lookup.by_uri != NULL)
        map_free(&s.lookup.by_uri);
    VEC_FREE(&s.lookup.records);
    *ps = s.ps;
    return rc;
}

static int likeness(const struct agent_file *f)
{
    struct jsniff s;

    jsniff(agent_file_head(f), &s);
    if (jsniff_has(&s, "", "type") && jsniff_has(&s, "", "uri") &&
        (jsniff_has(&s, "", "expires") || jsniff_has(&s, "", "state") ||
         jsniff_has(&s, "", "client-uuid")))
        return 90;
    return !s.array && jsniff_has(&s, "hosts", "locator") ? 80 : 0;
}

static const struct ps_form form = {parse};

const struct agent_dialect ps_dialect_sls = {
    .name = "sls",
    .summary = "Simple Lookup Service: hosts, their interfaces and sites",
    .likeness = likeness,
    .read = ps_read_file,
    .parser = &form,
};
