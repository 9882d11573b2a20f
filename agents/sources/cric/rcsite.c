/* SPDX-License-Identifier: Apache-2.0 */
/*
 * {"SITE": {"latitude", "longitude",
 *           "netroutes": {NAME: {"asn", "networks": {"ipv4": [...], "ipv6": [...]},
 *                                "lhcone_bandwidth_limit", "lhcopn_bandwidth_limit"}},
 *           "services": [{"type": "PerfSonar", "endpoint", "state", "status"}]}}
 *
 * Bandwidth is in Gbit/s; -1 is no bandwidth but says that the route is not in that network.
 * A prefix may stand in several routes and at several sites. The facts of a site are stated
 * when it was read; what is of prefixes, at the end.
 */
#include "agents/sources/cric/rcsite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/web/web.h"
#include "base/map.h"
#include "wire/jnode.h"
#include "wire/jsniff.h"

#define ARENA_LIMIT  ((size_t)256 << 20)
#define MAX_PREFIXES 100000 /* of one site */
#define MAX_TOLD     1000   /* remarks; further ones are counted */
#define GIGABIT      1e9

enum network { LHCONE, LHCOPN, N_NETWORKS };

static const struct {
    const char *member, *property;
} networks[N_NETWORKS] = {
    {"lhcone_bandwidth_limit", "priv:lhcone-bandwidth"},
    {"lhcopn_bandwidth_limit", "priv:lhcopn-bandwidth"},
};

/* What is known of a prefix, of all sites and routes. */
struct space {
    struct prefix prefix;
    const char *site;             /* the first one */
    size_t of;                    /* number of the site that named it last, from 1 */
    double bandwidth[N_NETWORKS]; /* Gbit/s, the largest; -1: not connected */
};

struct rcsite {
    const struct agent *agent;
    struct batch_sink *sink;
    struct arena *scratch; /* rewound per site */
    struct arena *keep;
    struct map *prefixes; /* canonical text to struct space */
    struct map *origins;  /* "prefix asn site" that were stated */
    struct map *hosts;    /* of endpoints, to the site's name */
    const char *site;
    struct {
        VEC(const char *);
    } of_site; /* prefixes of the site, as texts in scratch */
    size_t n_facts, n_sites, n_disabled;
    size_t n_told;
};

/* Keys that nothing is taken from. */
static const char *const without[] = {"federations", "sites", "description", "noc", NULL};

static void tell(struct rcsite *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct rcsite *s, const char *fmt, ...)
{
    char text[300];
    va_list args;

    if (s->n_told++ >= MAX_TOLD)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    s->sink->ignore(s->sink, s->site, text);
}

static void tell_further(struct rcsite *s)
{
    char text[100];

    if (s->n_told <= MAX_TOLD)
        return;
    snprintf(text, sizeof(text), "%zu further remarks", s->n_told - MAX_TOLD);
    s->sink->ignore(s->sink, s->site, text);
}

static int put(struct rcsite *s, enum fact_kind kind, const void *fact, struct err *e)
{
    if (s->n_facts++ % 1024 == 0 && agent_cancelled(s->agent))
        return err_set(e, ERR_CANCELLED, "cancelled");
    return s->sink->put(s->sink, kind, fact, e);
}

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for the registry");
}

/* --- prefixes --- */

static struct space *space_of(struct rcsite *s, const struct prefix *p)
{
    char text[PREFIX_TEXT];
    union map_value *place = map_at_str(s->prefixes, prefix_format(p, text));
    struct space *sp;

    if (place == NULL || place->p != NULL)
        return place != NULL ? place->p : NULL;
    sp = ARENA_NEW(s->keep, struct space);
    if (sp == NULL)
        return NULL;
    sp->prefix = *p;
    for (size_t i = 0; i < N_NETWORKS; i++)
        sp->bandwidth[i] = -1;
    place->p = sp;
    return sp;
}

/* An origin is said once, however many routes of the site name it. */
static int put_origin(struct rcsite *s, const struct prefix *p, int64_t asn, struct err *e)
{
    struct fact_prefix_origin f;
    char text[PREFIX_TEXT];
    const char *key =
        arena_printf(s->scratch, "%s %lld %s", prefix_format(p, text), (long long)asn, s->site);
    union map_value *place = key != NULL ? map_at_str(s->origins, key) : NULL;

    if (place == NULL)
        return no_memory(e);
    if (place->u++ > 0)
        return 0;
    fact_init(FACT_PREFIX_ORIGIN, &f);
    f.prefix = *p;
    f.asn = asn;
    f.site = s->site;
    return put(s, FACT_PREFIX_ORIGIN, &f, e);
}

static int note_site(struct rcsite *s, struct space *sp, struct err *e)
{
    char text[PREFIX_TEXT];
    const char **slot;

    if (sp->of == s->n_sites)
        return 0;
    sp->of = s->n_sites;
    if (sp->site == NULL)
        sp->site = arena_strdup(s->keep, s->site);
    else if (strcmp(sp->site, s->site) != 0)
        tell(s, "%s is also of site %s", prefix_format(&sp->prefix, text), sp->site);
    if (s->of_site.n >= MAX_PREFIXES)
        return err_set(e, ERR_LIMIT, "site %s has more than %d prefixes", s->site,
                       MAX_PREFIXES);
    slot = VEC_PUSH(&s->of_site);
    if (slot == NULL || sp->site == NULL)
        return no_memory(e);
    *slot = arena_strdup(s->scratch, prefix_format(&sp->prefix, text));
    return *slot != NULL ? 0 : no_memory(e);
}

/* Of two routes the better one counts, for they are ways to the same hosts. */
static void note_bandwidth(struct rcsite *s, struct space *sp, const struct jnode *route)
{
    char text[PREFIX_TEXT];

    for (size_t i = 0; i < N_NETWORKS; i++) {
        double gbits;

        if (!jnode_real(jnode_get(route, networks[i].member), &gbits) || gbits < 0)
            continue;
        if (sp->bandwidth[i] >= 0 && sp->bandwidth[i] != gbits)
            tell(s, "%s: %s of %g and of %g Gbit/s: the larger one is taken",
                 prefix_format(&sp->prefix, text), networks[i].member, sp->bandwidth[i], gbits);
        if (gbits > sp->bandwidth[i])
            sp->bandwidth[i] = gbits;
    }
}

static int read_prefix(struct rcsite *s, const struct jnode *route, const struct jnode *n,
                       struct err *e)
{
    struct slice text = slice_trim(jnode_slice(n));
    struct prefix p;
    struct space *sp;
    int64_t asn = 0;
    int rc;

    if (!prefix_parse(text, &p)) {
        if (!prefix_parse_loose(text, &p)) {
            tell(s, "route %.60s: \"%.60s\" is no prefix", route->key.p, text.p);
            return 0;
        }
        tell(s, "route %.60s: %.60s has bits behind its length: they are left out",
             route->key.p, text.p);
    }
    sp = space_of(s, &p);
    if (sp == NULL)
        return no_memory(e);
    rc = note_site(s, sp, e);
    if (rc < 0)
        return rc;
    note_bandwidth(s, sp, route);
    if (!jnode_count(jnode_get(route, "asn"), UINT32_MAX, &asn) || asn == 0)
        return 0;
    return put_origin(s, &p, asn, e);
}

static int read_route(struct rcsite *s, const struct jnode *route, struct err *e)
{
    const struct jnode *families = jnode_get(route, "networks");
    int64_t asn = 0;
    int rc = 0;

    if (!jnode_count(jnode_get(route, "asn"), UINT32_MAX, &asn) || asn == 0)
        tell(s, "route %.60s names no AS number: it says not who originates its prefixes",
             route->key.p);
    for (const struct jnode *f = jnode_first(families); f != NULL; f = f->next) {
        for (const struct jnode *n = jnode_first(f); n != NULL && rc == 0; n = n->next)
            rc = read_prefix(s, route, n, e);
    }
    return rc;
}

/* --- hosts --- */

static bool is_active(const struct jnode *service)
{
    const char *state = jnode_str(jnode_get(service, "state"));
    const char *status = jnode_str(jnode_get(service, "status"));

    return (state == NULL || strcasecmp(state, "ACTIVE") == 0) &&
           (status == NULL || strcasecmp(status, "DISABLED") != 0);
}

static int put_endpoint(struct rcsite *s, struct slice host, struct err *e)
{
    struct fact_endpoint f;
    struct addr a;
    const char *name = arena_strndup(s->scratch, host.p, host.n);

    if (name == NULL)
        return no_memory(e);
    fact_init(FACT_ENDPOINT, &f);
    f.name = name;
    f.site = s->site;
    if (addr_parse(host, &a))
        f.addrs = (struct addrs){&a, 1};
    else
        f.hosts = (struct strs){&name, 1};
    return put(s, FACT_ENDPOINT, &f, e);
}

static int read_service(struct rcsite *s, const struct jnode *service, struct err *e)
{
    struct slice host = web_host(jnode_slice(jnode_get(service, "endpoint")));
    union map_value *place;

    if (!slice_eq(jnode_slice(jnode_get(service, "type")), "PerfSonar") || host.n == 0)
        return 0;
    if (!is_active(service)) {
        s->n_disabled++;
        return 0;
    }
    place = map_at(s->hosts, host.p, host.n); /* one host may serve several kinds of tests */
    if (place == NULL)
        return no_memory(e);
    if (place->p != NULL) {
        if (strcmp(place->p, s->site) != 0)
            tell(s, "host %.*s is also of site %s", (int)host.n, host.p, (char *)place->p);
        return 0;
    }
    place->p = arena_strdup(s->keep, s->site);
    return place->p != NULL ? put_endpoint(s, host, e) : no_memory(e);
}

/* --- sites --- */

static int by_text(const void *a, const void *b)
{
    return str_natural_cmp(*(const char *const *)a, *(const char *const *)b);
}

/* 0, 0 stands for coordinates that nobody entered. */
static void take_place(struct rcsite *s, const struct jnode *site, struct fact_site *f)
{
    double lat, lon;

    if (!jnode_real(jnode_get(site, "latitude"), &lat) ||
        !jnode_real(jnode_get(site, "longitude"), &lon) || (lat == 0 && lon == 0))
        return;
    if (fabs(lat) > 90 || fabs(lon) > 180) {
        tell(s, "latitude %g, longitude %g is no place", lat, lon);
        return;
    }
    f->latitude = lat;
    f->longitude = lon;
}

static int read_site(struct rcsite *s, const struct jnode *site, struct err *e)
{
    const struct jnode *routes = jnode_get(site, "netroutes");
    const struct jnode *services = jnode_get(site, "services");
    struct fact_site f;
    int rc = 0;

    s->of_site.n = 0;
    if (!jnode_is(site, JREAD_OBJECT)) {
        tell(s, "not an object");
        return 0;
    }
    s->n_sites++;
    for (const struct jnode *n = jnode_first(routes); n != NULL && rc == 0; n = n->next)
        rc = read_route(s, n, e);
    for (const struct jnode *n = jnode_first(services); n != NULL && rc == 0; n = n->next)
        rc = read_service(s, n, e);
    if (rc < 0)
        return rc;
    fact_init(FACT_SITE, &f);
    f.name = s->site;
    if (s->of_site.n > 0)
        qsort(s->of_site.v, s->of_site.n, sizeof(*s->of_site.v), by_text);
    f.prefixes = (struct strs){s->of_site.v, s->of_site.n};
    take_place(s, site, &f);
    return put(s, FACT_SITE, &f, e);
}

/* --- what is of prefixes --- */

static int put_property(struct rcsite *s, const struct space *sp, enum network net,
                        struct err *e)
{
    struct fact_property f;
    char prefix[PREFIX_TEXT], entity[PREFIX_TEXT + 8], value[40];

    if (sp->bandwidth[net] < 0)
        return 0;
    snprintf(entity, sizeof(entity), "%s:%s", sp->prefix.addr.family == 4 ? "ipv4" : "ipv6",
             prefix_format(&sp->prefix, prefix));
    snprintf(value, sizeof(value), "%.0f", sp->bandwidth[net] * GIGABIT);
    fact_init(FACT_PROPERTY, &f);
    f.entity = entity;
    f.name = networks[net].property;
    f.value = value;
    return put(s, FACT_PROPERTY, &f, e);
}

static int put_properties(struct rcsite *s, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < map_count(s->prefixes); i++) {
        for (int net = 0; net < N_NETWORKS && rc == 0; net++)
            rc = put_property(s, map_entry(s->prefixes, i)->value.p, (enum network)net, e);
    }
    return rc;
}

/* --- the document --- */

static int read_sites(struct rcsite *s, struct jread *r, struct err *e)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    while (rc == 0 && (rc = jread_key(r, &key, e)) > 0) {
        struct arena_mark mark = arena_mark(s->scratch);
        const struct jnode *site;

        s->site = arena_strndup(s->scratch, key.p, key.n);
        rc = s->site != NULL ? jnode_read(r, without, s->scratch, &site, e) : no_memory(e);
        if (rc == 0)
            rc = read_site(s, site, e);
        arena_rewind(s->scratch, mark);
    }
    s->site = "registry";
    if (rc == 0)
        rc = jread_expect(r, JREAD_END, e);
    if (rc == 0 && s->n_disabled > 0)
        tell(s, "%zu perfSONAR services that are disabled", s->n_disabled);
    if (rc == 0)
        tell_further(s);
    if (rc == 0 && s->n_sites == 0)
        rc = err_set(e, ERR_NOENT, "the document holds no sites");
    return rc == 0 ? put_properties(s, e) : rc;
}

static int read_text(const struct agent *a, struct slice text, struct batch_sink *sink,
                     struct err *e)
{
    struct rcsite s = {.agent = a, .sink = sink, .site = "registry"};
    struct jread_limits limits;
    struct jread *r = NULL;
    int rc = ERR_NOMEM;

    s.scratch = arena_new(ARENA_LIMIT);
    s.keep = arena_new(ARENA_LIMIT);
    s.prefixes = map_new();
    s.origins = map_new();
    s.hosts = map_new();
    jread_defaults(&limits);
    limits.max_keys = 100000;
    if (s.scratch == NULL || s.keep == NULL || s.prefixes == NULL || s.origins == NULL ||
        s.hosts == NULL)
        no_memory(e);
    else
        rc = jread_new_bytes(&r, &limits, text.p, text.n, e);
    if (rc == 0)
        rc = read_sites(&s, r, e);
    jread_free(&r);
    VEC_FREE(&s.of_site);
    if (s.prefixes != NULL)
        map_free(&s.prefixes);
    if (s.origins != NULL)
        map_free(&s.origins);
    if (s.hosts != NULL)
        map_free(&s.hosts);
    arena_free(&s.scratch);
    arena_free(&s.keep);
    return rc;
}

static int read_file(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                     struct err *e)
{
    struct batch_head head = agent_file_batch(a, f, BATCH_REPLACE);
    int rc = sink->begin(sink, &head, e);

    if (rc < 0)
        return rc;
    rc = read_text(a, f->text, sink, e);
    if (rc == 0)
        return sink->commit(sink, e);
    sink->abort(sink);
    return rc;
}

static int likeness(const struct agent_file *f)
{
    static const char *const keys[] = {"netroutes",    "netsites",    "rc_tier_level",
                                       "country_code", "federations", "services"};
    struct jsniff s;
    int points = 0;

    jsniff(agent_file_head(f), &s);
    if (s.array)
        return 0;
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        points += jsniff_below(&s, keys[i]) ? 20 : 0;
    return points >= 40 ? (points < 95 ? points : 95) : 0;
}

const struct agent_dialect rcsite_dialect = {
    .name = "rcsite",
    .summary = "CRIC's sites as JSON (/api/core/rcsite/query/?json)",
    .likeness = likeness,
    .read = read_file,
};
