/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two passes over the text: the first finds out what it is (the members of the outermost
 * object, and what meta says of costs), the second checks the data. Nothing but the current
 * token is held.
 */
#include "agents/sources/documents_check.h"

#include <string.h>

#include "base/map.h"
#include "net/addr.h"

#define MAX_DEPTH  32
#define MAX_STRING ((size_t)1 << 20)
#define MAX_KEYS   100000

enum { HAS_NETWORK = 1, HAS_COST = 2, HAS_ECS = 4, HAS_PROPS = 8, HAS_EPS = 16, HAS_CDNI = 32 };

/** What the outermost object and its meta say. */
struct outline {
    unsigned members; /* HAS_... */
    bool cost_type;   /* meta.cost-type is there and not empty */
    bool ane_path;    /* and says that costs are lists of ANEs (RFC 9275 section 6.5) */
    size_t multi;     /* entries of meta.multi-cost-types */
    bool calendar;    /* meta.calendar-response-attributes is there */
};

int document_reader(struct jread **out, struct slice text, bool unique, struct err *e)
{
    struct jread_limits l = {
        .max_depth = MAX_DEPTH,
        .max_string = MAX_STRING,
        .max_keys = MAX_KEYS,
        .unique_depth = unique,
    };

    return jread_new_bytes(out, &l, text.p, text.n, e);
}

int document_tree(struct slice text, struct arena *a, const struct jnode **out, struct err *e)
{
    struct jread *r;
    int rc = document_reader(&r, text, true, e);

    if (rc == 0)
        rc = jnode_read(r, NULL, a, out, e);
    if (rc == 0)
        rc = jread_expect(r, JREAD_END, e);
    jread_free(&r);
    return rc;
}

int document_object(struct jread *r, document_member *each, void *payload, struct err *e)
{
    struct slice key;
    int rc = jread_expect(r, JREAD_OBJECT, e);

    while (rc == 0 && (rc = jread_key(r, &key, e)) == 1)
        rc = each(r, key, payload, e);
    return rc;
}

int document_array(struct jread *r, document_element *each, void *payload, struct err *e)
{
    int rc = jread_expect(r, JREAD_ARRAY, e);

    while (rc == 0 && (rc = jread_element(r, e)) == 1)
        rc = each(r, payload, e);
    return rc;
}

bool document_id_is_good(struct slice s)
{
    if (s.n == 0 || s.n > 64)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == ':' || c == '@' || c == '_' || c == '.'))
            return false;
    }
    return true;
}

static int bad(struct jread *r, struct err *e, const char *what, struct slice s)
{
    return jread_fail(r, e, ERR_SCHEMA, "%s: \"%.*s\"", what, (int)(s.n < 80 ? s.n : 80), s.p);
}

/* ---- meta ----------------------------------------------------------------------------------
 */

static int vtag_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    bool *has_id = payload;
    bool id = slice_eq(key, "resource-id"), tag = slice_eq(key, "tag");
    struct slice text;
    int rc;

    if (!id && !tag)
        return jread_skip(r, e);
    rc = jread_str(r, &text, e);
    if (rc == 0 && id && !document_id_is_good(text))
        rc = bad(r, e, "not a resource id", text);
    *has_id = *has_id || id;
    return rc;
}

static int vtag(struct jread *r, void *payload, struct err *e)
{
    bool has_id = false;
    int rc = document_object(r, vtag_member, &has_id, e);

    (void)payload;
    if (rc == 0 && !has_id)
        rc = jread_fail(r, e, ERR_SCHEMA, "a version tag without resource-id");
    return rc;
}

struct cost_type {
    bool mode, metric;
    bool array, ane_path;
};

static int cost_type_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct cost_type *t = payload;
    bool mode = slice_eq(key, "cost-mode"), metric = slice_eq(key, "cost-metric");
    struct slice text;
    int rc;

    if (!mode && !metric)
        return jread_skip(r, e);
    rc = jread_str(r, &text, e);
    if (rc != 0)
        return rc;
    if (text.n == 0)
        return jread_fail(r, e, ERR_SCHEMA, "an empty %s", mode ? "cost-mode" : "cost-metric");
    t->mode = t->mode || mode;
    t->metric = t->metric || metric;
    t->array = t->array || (mode && slice_eq(text, "array"));
    t->ane_path = t->ane_path || (metric && slice_eq(text, "ane-path"));
    return 0;
}

/* Beside multi-cost-types, cost-type is an empty object (RFC 8189 section 4.1.3). */
static int cost_type(struct jread *r, struct outline *o, struct err *e)
{
    struct cost_type t = {0};
    int rc = document_object(r, cost_type_member, &t, e);

    if (rc == 0 && t.mode != t.metric)
        rc = jread_fail(r, e, ERR_SCHEMA, "a cost type needs cost-mode and cost-metric");
    o->cost_type = t.mode && t.metric;
    o->ane_path = t.array && t.ane_path;
    return rc;
}

static int one_of_several(struct jread *r, void *payload, struct err *e)
{
    struct outline *o = payload, one = {0};
    int rc = cost_type(r, &one, e);

    o->multi++;
    if (rc == 0 && !one.cost_type)
        rc = jread_fail(r, e, ERR_SCHEMA, "an empty cost type among several");
    return rc;
}

static int calendar_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    unsigned *seen = payload;
    struct slice text;
    int64_t n = 1;
    double size = 1;
    int rc;

    if (slice_eq(key, "calendar-start-time")) {
        *seen |= 1;
        return jread_str(r, &text, e);
    }
    if (slice_eq(key, "time-interval-size")) {
        *seen |= 2;
        rc = jread_real(r, &size, e);
    } else if (slice_eq(key, "number-of-intervals")) {
        *seen |= 4;
        rc = jread_i64(r, &n, e);
    } else {
        return jread_skip(r, e);
    }
    if (rc == 0 && (size <= 0 || n < 1))
        rc = jread_fail(r, e, ERR_SCHEMA, "%s must be positive",
                        size <= 0 ? "time-interval-size" : "number-of-intervals");
    return rc;
}

/* RFC 8896 section 4.2.2. */
static int calendar(struct jread *r, void *payload, struct err *e)
{
    unsigned seen = 0;
    int rc = document_object(r, calendar_member, &seen, e);

    (void)payload;
    if (rc == 0 && seen != 7)
        rc = jread_fail(r, e, ERR_SCHEMA,
                        "a calendar needs calendar-start-time, "
                        "time-interval-size and number-of-intervals");
    return rc;
}

static int meta_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct outline *o = payload;

    if (slice_eq(key, "vtag"))
        return vtag(r, NULL, e);
    if (slice_eq(key, "dependent-vtags"))
        return document_array(r, vtag, NULL, e);
    if (slice_eq(key, "cost-type"))
        return cost_type(r, o, e);
    if (slice_eq(key, "multi-cost-types"))
        return document_array(r, one_of_several, o, e);
    if (slice_eq(key, "calendar-response-attributes")) {
        o->calendar = true;
        return document_array(r, calendar, NULL, e);
    }
    return jread_skip(r, e);
}

/* ---- data ----------------------------------------------------------------------------------
 */

struct pid_reader {
    struct map *owner; /* prefix -> PID number; an address is in one PID */
    uint64_t pid;
    uint8_t family; /* of the list now read; 0: not of the Internet */
};

static int prefix_element(struct jread *r, void *payload, struct err *e)
{
    struct pid_reader *p = payload;
    union map_value *owner;
    struct prefix prefix;
    struct slice text;
    int rc = jread_str(r, &text, e);

    if (rc != 0 || p->family == 0)
        return rc;
    if (memchr(text.p, '/', text.n) == NULL || !prefix_parse_loose(text, &prefix) ||
        prefix.addr.family != p->family)
        return bad(r, e, p->family == 4 ? "not an IPv4 prefix" : "not an IPv6 prefix", text);
    owner = map_at(p->owner, &prefix, sizeof(prefix));
    if (owner == NULL)
        return err_set(e, ERR_NOMEM, "network map: out of memory");
    if (owner->u != 0 && owner->u != p->pid)
        return bad(r, e, "a prefix in two PIDs", text);
    owner->u = p->pid;
    return 0;
}

static int group_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct pid_reader *p = payload;

    p->family = slice_eq(key, "ipv4") ? 4 : slice_eq(key, "ipv6") ? 6 : 0;
    return document_array(r, prefix_element, p, e);
}

/* RFC 7285 section 11.2.1.6. */
static int pid_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct pid_reader *p = payload;

    if (!document_id_is_good(key))
        return bad(r, e, "not a PID name", key);
    p->pid++;
    return document_object(r, group_member, p, e);
}

static int network_map(struct jread *r, struct err *e)
{
    struct pid_reader p = {.owner = map_new()};
    int rc;

    if (p.owner == NULL)
        return err_set(e, ERR_NOMEM, "network map: out of memory");
    rc = document_object(r, pid_member, &p, e);
    map_free(&p.owner);
    return rc;
}

struct cost_reader {
    const struct outline *outline;
    bool endpoints; /* between endpoints, not PIDs */
    size_t n;       /* elements of the list now read */
};

static int name_element(struct jread *r, void *payload, struct err *e)
{
    struct slice text;

    (void)payload;
    return jread_str(r, &text, e);
}

/* A number; or null where a cost is unknown (RFC 8189 section 4.3); or a list in calendars of
 * several costs. */
static int value_element(struct jread *r, void *payload, struct err *e)
{
    struct cost_reader *c = payload;
    enum jread_token t;
    double value;
    int rc = jread_peek(r, &t, e);

    c->n++;
    if (rc != 0)
        return rc;
    if (t == JREAD_NULL || (t == JREAD_ARRAY && c->outline->calendar && c->outline->multi > 0))
        return jread_skip(r, e);
    if (t == JREAD_OBJECT || t == JREAD_ARRAY || t == JREAD_STRING)
        return jread_fail(r, e, ERR_SCHEMA, "expected a number, found %s", jread_token_name(t));
    return jread_real(r, &value, e);
}

static int cost_value(struct jread *r, struct cost_reader *c, struct err *e)
{
    const struct outline *o = c->outline;
    double value;
    int rc;

    if (o->ane_path)
        return document_array(r, name_element, NULL, e);
    if (!o->calendar && o->multi == 0)
        return jread_real(r, &value, e);
    c->n = 0;
    rc = document_array(r, value_element, c, e);
    if (rc == 0 && !o->calendar && c->n != o->multi)
        rc = jread_fail(r, e, ERR_SCHEMA, "%zu costs where multi-cost-types has %zu", c->n,
                        o->multi);
    return rc;
}

/* RFC 7285 section 10.4.1: "ipv4:192.0.2.1". Other types of addresses may be registered. */
static bool endpoint_is_good(struct slice s)
{
    struct slice type;
    struct addr a;
    uint8_t family;

    if (!slice_split(&s, ':', &type) || type.n == 0 || s.n == 0)
        return false;
    family = slice_eq(type, "ipv4") ? 4 : slice_eq(type, "ipv6") ? 6 : 0;
    return family == 0 || (addr_parse(s, &a) && a.family == family);
}

static int check_place(struct jread *r, const struct cost_reader *c, struct slice key,
                       struct err *e)
{
    if (c->endpoints ? endpoint_is_good(key) : document_id_is_good(key))
        return 0;
    return bad(r, e, c->endpoints ? "not an endpoint address" : "not a PID name", key);
}

static int destination_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct cost_reader *c = payload;
    int rc = check_place(r, c, key, e);

    return rc == 0 ? cost_value(r, c, e) : rc;
}

static int source_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    int rc = check_place(r, payload, key, e);

    return rc == 0 ? document_object(r, destination_member, payload, e) : rc;
}

static int property_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    (void)payload;
    if (key.n == 0)
        return jread_fail(r, e, ERR_SCHEMA, "a property without name");
    return jread_skip(r, e);
}

/* RFC 9240 section 8.3: entities are "domain:name". */
static int entity_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    const char *colon = memchr(key.p, ':', key.n);

    (void)payload;
    if (colon == NULL || colon == key.p || colon == key.p + key.n - 1)
        return bad(r, e, "not an entity (domain:name)", key);
    return document_object(r, property_member, NULL, e);
}

static int endpoint_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    (void)payload;
    if (!endpoint_is_good(key))
        return bad(r, e, "not an endpoint address", key);
    return document_object(r, property_member, NULL, e);
}

static bool is_ipv4cidr(struct slice s)
{
    struct prefix p;
    return memchr(s.p, '/', s.n) != NULL && prefix_parse_loose(s, &p) && p.addr.family == 4;
}

static bool is_ipv6cidr(struct slice s)
{
    struct prefix p;
    return memchr(s.p, '/', s.n) != NULL && prefix_parse_loose(s, &p) && p.addr.family == 6;
}

static bool is_asn(struct slice s)
{
    uint64_t n;
    return slice_starts(s, "as") && (s.n == 3 || (s.n > 3 && s.p[2] != '0')) &&
           slice_u64((struct slice){s.p + 2, s.n - 2}, UINT32_MAX, &n);
}

static bool is_country(struct slice s)
{
    return s.n == 2 && s.p[0] >= 'a' && s.p[0] <= 'z' && s.p[1] >= 'a' && s.p[1] <= 'z';
}

/* RFC 8006 sections 4.3.5 to 4.3.8, RFC 9241 section 4.1; other types may be registered. */
static const struct {
    const char *type;
    bool (*fits)(struct slice value);
} footprint_types[] = {
    {"ipv4cidr", is_ipv4cidr},   {"ipv6cidr", is_ipv6cidr},        {"asn", is_asn},
    {"countrycode", is_country}, {"altopid", document_id_is_good},
};

#define N_FOOTPRINTS (sizeof(footprint_types) / sizeof(footprint_types[0]))

/* The type may follow the values. */
struct footprint {
    size_t type;                /* N_FOOTPRINTS: another */
    bool misfits[N_FOOTPRINTS]; /* some value is none of this type */
};

static int footprint_value(struct jread *r, void *payload, struct err *e)
{
    struct footprint *f = payload;
    struct slice text;
    int rc = jread_str(r, &text, e);

    for (size_t i = 0; rc == 0 && i < N_FOOTPRINTS; i++)
        f->misfits[i] |= !footprint_types[i].fits(text);
    return rc;
}

static int footprint_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    struct footprint *f = payload;
    struct slice text;
    int rc;

    if (slice_eq(key, "footprint-value"))
        return document_array(r, footprint_value, f, e);
    if (!slice_eq(key, "footprint-type"))
        return jread_skip(r, e);
    rc = jread_str(r, &text, e);
    for (f->type = 0; rc == 0 && f->type < N_FOOTPRINTS; f->type++)
        if (slice_eq(text, footprint_types[f->type].type))
            break;
    return rc;
}

static int footprint(struct jread *r, void *payload, struct err *e)
{
    struct footprint f = {.type = N_FOOTPRINTS};
    int rc = document_object(r, footprint_member, &f, e);

    (void)payload;
    if (rc == 0 && f.type < N_FOOTPRINTS && f.misfits[f.type])
        rc = jread_fail(r, e, ERR_SCHEMA, "a value that is not a footprint of type %s",
                        footprint_types[f.type].type);
    return rc;
}

static int capability_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    bool *typed = payload;
    struct slice text;

    if (slice_eq(key, "capability-type")) {
        *typed = true;
        return jread_str(r, &text, e);
    }
    if (slice_eq(key, "footprints"))
        return document_array(r, footprint, NULL, e);
    return jread_skip(r, e);
}

static int capability(struct jread *r, void *payload, struct err *e)
{
    bool typed = false;
    int rc = document_object(r, capability_member, &typed, e);

    (void)payload;
    if (rc == 0 && !typed)
        rc = jread_fail(r, e, ERR_SCHEMA, "a capability without capability-type");
    return rc;
}

/* RFC 9241 section 3.6. */
static int cdni_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    if (slice_eq(key, "capabilities-with-footprints"))
        return document_array(r, capability, payload, e);
    return jread_skip(r, e);
}

/* ---- the outermost object ------------------------------------------------------------------
 */

static int read_costs(struct jread *r, const struct outline *o, bool endpoints, struct err *e)
{
    struct cost_reader c = {.outline = o, .endpoints = endpoints};

    return document_object(r, source_member, &c, e);
}

static int data_network(struct jread *r, const struct outline *o, struct err *e)
{
    (void)o;
    return network_map(r, e);
}

static int data_cost(struct jread *r, const struct outline *o, struct err *e)
{
    return read_costs(r, o, false, e);
}

static int data_ecs(struct jread *r, const struct outline *o, struct err *e)
{
    return read_costs(r, o, true, e);
}

static int data_props(struct jread *r, const struct outline *o, struct err *e)
{
    (void)o;
    return document_object(r, entity_member, NULL, e);
}

static int data_eps(struct jread *r, const struct outline *o, struct err *e)
{
    (void)o;
    return document_object(r, endpoint_member, NULL, e);
}

static int data_cdni(struct jread *r, const struct outline *o, struct err *e)
{
    (void)o;
    return document_object(r, cdni_member, NULL, e);
}

static const struct data_member {
    const char *name;
    unsigned bit;
    int (*check)(struct jread *r, const struct outline *o, struct err *e);
    const char *kind;
} data_members[] = {
    {"network-map", HAS_NETWORK, data_network, "network-map"},
    {"cost-map", HAS_COST, data_cost, "cost-map"},
    {"endpoint-cost-map", HAS_ECS, data_ecs, "endpoint-cost"},
    {"property-map", HAS_PROPS, data_props, "property-map"},
    {"endpoint-properties", HAS_EPS, data_eps, "endpoint-property"},
    {"cdni-advertisement", HAS_CDNI, data_cdni, "cdni-advertisement"},
};

#define N_MEMBERS (sizeof(data_members) / sizeof(*data_members))

static const struct data_member *data_member(struct slice key)
{
    for (size_t i = 0; i < N_MEMBERS; i++) {
        if (slice_eq(key, data_members[i].name))
            return &data_members[i];
    }
    return NULL;
}

static int outline_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    const struct data_member *m = data_member(key);
    struct outline *o = payload;

    if (m != NULL)
        o->members |= m->bit;
    if (slice_eq(key, "meta"))
        return document_object(r, meta_member, o, e);
    return jread_skip(r, e);
}

static int check_member(struct jread *r, struct slice key, void *payload, struct err *e)
{
    const struct data_member *m = data_member(key);

    return m != NULL ? m->check(r, payload, e) : jread_skip(r, e);
}

static int walk(struct jread *r, document_member *each, struct outline *o, struct err *e)
{
    int rc = document_object(r, each, o, e);

    return rc == 0 ? jread_expect(r, JREAD_END, e) : rc;
}

/* One kind of data; or, for path vectors, costs with the properties of their ANEs. */
static int kind_of(const struct outline *o, const char **kind, struct err *e)
{
    unsigned costs = o->members & (HAS_COST | HAS_ECS), others = o->members & ~costs;
    bool one = (o->members & (o->members - 1)) == 0;

    if (o->members == 0)
        return err_set(
            e, ERR_SCHEMA,
            "1:1: not an ALTO document: none of network-map, cost-map, "
            "endpoint-cost-map, property-map, endpoint-properties, cdni-advertisement");
    if (costs != 0 && !o->cost_type && o->multi == 0)
        return err_set(e, ERR_SCHEMA, "1:1: meta.cost-type is missing");
    if (o->ane_path && (costs & (costs - 1)) == 0 && (others == 0 || others == HAS_PROPS)) {
        *kind = "ane-path";
        return 0;
    }
    if (!one)
        return err_set(e, ERR_SCHEMA, "1:1: more than one kind of data in one document");
    for (size_t i = 0; i < N_MEMBERS; i++) {
        if (o->members == data_members[i].bit)
            *kind = data_members[i].kind;
    }
    if (costs != 0 && o->calendar)
        *kind = "calendar";
    return 0;
}

int document_check(const char *text, size_t len, const char **kind, struct err *e)
{
    struct slice all = {text, len};
    struct outline o = {0};
    struct jread *r;
    int rc = document_reader(&r, all, true, e);

    if (rc == 0)
        rc = walk(r, outline_member, &o, e);
    jread_free(&r);
    if (rc == 0)
        rc = kind_of(&o, kind, e);
    if (rc != 0)
        return rc;
    rc = document_reader(&r, all, false, e); /* what is there twice was seen already */
    if (rc == 0)
        rc = walk(r, check_member, &o, e);
    jread_free(&r);
    return rc;
}
