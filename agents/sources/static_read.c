/* SPDX-License-Identifier: Apache-2.0 */
/* Sections of a file of static facts to facts. */
#include <string.h>

#include "agents/sources/static.h"
#include "agents/sources/static_grants.h"

_Static_assert(FACT_NONE == INT64_MIN, "an absent number is the same in conf.h and facts.h");

static const double degrees_latitude[] = {-90, 90};
static const double degrees_longitude[] = {-180, 180};
static const double shares[] = {0, 1};
static const double delays_ms[] = {0, 1e6};

/* Two fields of one fact: the first error counts. */
#define ALSO(rc, next) ((rc) == 0 ? (next) : (rc))

static int put(struct static_reader *r, enum fact_kind kind, const void *fact)
{
    return facts_add(r->out, kind, fact, r->err);
}

/* prefix_origin facts for a checked list of prefixes. */
static int put_origins(struct static_reader *r, const struct conf *list, int64_t asn,
                       const char *site)
{
    int rc = 0;

    for (size_t i = 0; i < conf_count(list) && rc == 0; i++) {
        struct fact_prefix_origin f;

        fact_init(FACT_PREFIX_ORIGIN, &f);
        f.asn = asn;
        f.site = site;
        rc = field_prefix(r, conf_at(list, i), &f.prefix);
        rc = ALSO(rc, put(r, FACT_PREFIX_ORIGIN, &f));
    }
    return rc;
}

static int put_domain(struct static_reader *r, const struct conf *c, struct fact_domain *f)
{
    int rc = field_asns(r, c, "asns", &f->asns);

    rc = ALSO(rc, field_prefixes(r, c, "prefixes", &f->prefixes));
    rc = ALSO(rc, put(r, FACT_DOMAIN, f));
    return ALSO(rc, put_origins(r, conf_get(c, "prefixes"),
                                f->asns.n > 0 ? (int64_t)f->asns.v[0] : FACT_NONE, NULL));
}

static int remember_own(struct static_reader *r, const struct conf *list)
{
    int rc = 0;

    for (size_t i = 0; i < conf_count(list) && rc == 0; i++) {
        struct prefix p;

        rc = field_prefix(r, conf_at(list, i), &p);
        if (rc == 0 && lpm_set(r->own, &p, 0) != 0)
            rc = err_set(r->err, ERR_NOMEM, "static facts: out of memory");
    }
    return rc;
}

static int read_domain(struct static_reader *r, const struct conf *c)
{
    struct fact_domain f;
    const char *name = NULL;
    int rc = field_text(r, c, "name", &name);

    fact_init(FACT_DOMAIN, &f);
    f.name = r->domain;
    if (rc == 0 && name != NULL && strcmp(name, r->domain) != 0)
        return conf_err(conf_get(c, "name"), r->err,
                        "domain.name: is %s, but the agent speaks for %s", name, r->domain);
    rc = ALSO(rc, field_unique(r, c, "domain", r->domain));
    rc = ALSO(rc, put_domain(r, c, &f));
    if (f.asns.n > 0)
        r->asn = f.asns.v[0];
    return ALSO(rc, remember_own(r, conf_get(c, "prefixes")));
}

static int read_neighbour(struct static_reader *r, const struct conf *c)
{
    struct fact_domain f;
    int rc;

    fact_init(FACT_DOMAIN, &f);
    rc = field_text(r, c, "name", &f.name);
    rc = ALSO(rc, field_unique(r, conf_get(c, "name"), "domain", f.name));
    return ALSO(rc, put_domain(r, c, &f));
}

/* A site's space inside the domain's is originated by the domain, unless the site says
 * otherwise. */
static int64_t origin_of(const struct static_reader *r, const struct prefix *p, int64_t said)
{
    return said == FACT_NONE && lpm_cover(r->own, p, NULL) != LPM_NONE ? r->asn : said;
}

static int put_site_origins(struct static_reader *r, const struct conf *c, const char *site)
{
    const struct conf *list = conf_get(c, "prefixes");
    int64_t asn = FACT_NONE;
    int rc = field_asn(r, c, "asn", &asn);

    for (size_t i = 0; i < conf_count(list) && rc == 0; i++) {
        struct prefix p;

        rc = field_prefix(r, conf_at(list, i), &p);
        rc = ALSO(rc, put_origins(r, conf_at(list, i), origin_of(r, &p, asn), site));
    }
    return rc;
}

static int read_site(struct static_reader *r, const struct conf *c)
{
    struct fact_site f;
    int rc;

    fact_init(FACT_SITE, &f);
    rc = field_text(r, c, "name", &f.name);
    rc = ALSO(rc, field_unique(r, conf_get(c, "name"), "site", f.name));
    rc = ALSO(rc, field_prefixes(r, c, "prefixes", &f.prefixes));
    rc = ALSO(rc, field_real(r, c, "latitude", degrees_latitude, &f.latitude));
    rc = ALSO(rc, field_real(r, c, "longitude", degrees_longitude, &f.longitude));
    rc = ALSO(rc, field_text(r, c, "node", &f.node));
    rc = ALSO(rc, put(r, FACT_SITE, &f));
    return ALSO(rc, put_site_origins(r, c, f.name));
}

static int read_endpoint(struct static_reader *r, const struct conf *c)
{
    struct fact_endpoint f;
    int rc;

    fact_init(FACT_ENDPOINT, &f);
    rc = field_text(r, c, "name", &f.name);
    rc = ALSO(rc, field_unique(r, conf_get(c, "name"), "endpoint", f.name));
    rc = ALSO(rc, field_text(r, c, "rse", &f.rse));
    rc = ALSO(rc, field_text(r, c, "site", &f.site));
    rc = ALSO(rc, field_texts(r, c, "hosts", &f.hosts));
    rc = ALSO(rc, field_addrs(r, c, "addresses", &f.addrs));
    return ALSO(rc, put(r, FACT_ENDPOINT, &f));
}

static int read_node(struct static_reader *r, const struct conf *c)
{
    struct fact_node f;
    int rc;

    fact_init(FACT_NODE, &f);
    rc = field_text(r, c, "name", &f.node);
    rc = ALSO(rc, field_unique(r, conf_get(c, "name"), "node", f.node));
    f.kind = conf_str(c, "kind");
    rc = ALSO(rc, field_text(r, c, "platform", &f.platform));
    rc = ALSO(rc, field_text(r, c, "site", &f.site));
    rc = ALSO(rc, field_addr(r, c, "router_id", &f.router_id));
    return ALSO(rc, put(r, FACT_NODE, &f));
}

/* Refuses a second entry for one interface: names may hold anything but control characters. */
static int unique_port(struct static_reader *r, const struct conf *c, const char *what,
                       const char *const port[2])
{
    const char *name = arena_printf(r->out->arena, "%s %s", port[0], port[1]);

    if (name == NULL)
        return err_set(r->err, ERR_NOMEM, "static facts: out of memory");
    return field_unique(r, c, what, name);
}

static int read_interface(struct static_reader *r, const struct conf *c)
{
    struct fact_interface f;
    int rc;

    fact_init(FACT_INTERFACE, &f);
    rc = field_text(r, c, "node", &f.node);
    rc = ALSO(rc, field_text(r, c, "name", &f.name));
    rc = ALSO(rc, unique_port(r, c, "interface", (const char *[]){f.node, f.name}));
    f.table = conf_str(c, "table");
    rc = ALSO(rc, field_ifaddrs(r, c, "addresses", &f.addrs));
    f.speed = conf_int(c, "speed");
    if (conf_has(c, "up"))
        f.up = conf_bool(c, "up");
    f.kind = conf_str(c, "kind");
    rc = ALSO(rc, field_text(r, c, "parent", &f.parent));
    f.mtu = conf_int(c, "mtu");
    return ALSO(rc, put(r, FACT_INTERFACE, &f));
}

static int read_ends(struct static_reader *r, const struct conf *c, struct fact_link *f)
{
    const struct conf *a = conf_get(c, "a"), *b = conf_get(c, "b");
    int rc = field_text(r, a, "node", &f->a_node);

    rc = ALSO(rc, field_text(r, a, "interface", &f->a_interface));
    rc = ALSO(rc, field_text(r, b, "node", &f->b_node));
    rc = ALSO(rc, field_text(r, b, "interface", &f->b_interface));
    rc = ALSO(rc, field_text(r, b, "domain", &f->b_domain));
    if (rc != 0)
        return rc;
    if (f->b_domain != NULL && strcmp(f->b_domain, r->domain) == 0)
        f->b_domain = NULL;
    if (f->b_domain == NULL && strcmp(f->a_node, f->b_node) == 0)
        return conf_err(b, r->err, "b.node: a link from %s to itself", f->b_node);
    return 0;
}

static int read_link(struct static_reader *r, const struct conf *c)
{
    struct fact_link f;
    int rc;

    fact_init(FACT_LINK, &f);
    rc = field_text(r, c, "name", &f.name);
    if (rc == 0 && f.name != NULL)
        rc = field_unique(r, conf_get(c, "name"), "link", f.name);
    rc = ALSO(rc, read_ends(r, c, &f));
    f.capacity = conf_int(c, "capacity");
    rc = ALSO(rc, field_real(r, c, "delay_ms", delays_ms, &f.delay));
    f.metric_ab = conf_int(c, "metric_ab");
    f.metric_ba = conf_int(c, "metric_ba");
    f.protocol = "declared";
    return ALSO(rc, put(r, FACT_LINK, &f));
}

static int read_border(struct static_reader *r, const struct conf *c)
{
    struct fact_border f;
    int rc;

    fact_init(FACT_BORDER, &f);
    rc = field_text(r, c, "node", &f.node);
    rc = ALSO(rc, field_text(r, c, "interface", &f.interface));
    rc = ALSO(rc, field_addr(r, c, "address", &f.addr));
    rc = ALSO(rc, field_asn(r, c, "peer_asn", &f.peer_asn));
    rc = ALSO(rc, field_text(r, c, "peer_domain", &f.peer_domain));
    rc = ALSO(rc, field_text(r, c, "peer_node", &f.peer_node));
    rc = ALSO(rc, field_addr(r, c, "peer_address", &f.peer_addr));
    f.capacity = conf_int(c, "capacity");
    if (rc == 0 && f.peer_asn == FACT_NONE && f.peer_domain == NULL)
        return conf_err(c, r->err, "peer_asn or peer_domain: one of them is required");
    return ALSO(rc, put(r, FACT_BORDER, &f));
}

static int read_capacity(struct static_reader *r, const struct conf *c)
{
    struct fact_capacity f;
    int rc;

    fact_init(FACT_CAPACITY, &f);
    rc = field_text(r, c, "node", &f.node);
    rc = ALSO(rc, field_text(r, c, "interface", &f.interface));
    rc = ALSO(rc, unique_port(r, c, "capacity of", (const char *[]){f.node, f.interface}));
    f.bits = conf_int(c, "rate");
    f.basis = "declared";
    return ALSO(rc, put(r, FACT_CAPACITY, &f));
}

static int read_delay(struct static_reader *r, const struct conf *c)
{
    struct fact_link f;
    int rc;

    fact_init(FACT_LINK, &f);
    rc = field_text(r, c, "a", &f.a_node);
    rc = ALSO(rc, field_text(r, c, "b", &f.b_node));
    rc = ALSO(rc, field_text(r, c, "interface", &f.a_interface));
    rc = ALSO(rc, field_real(r, c, "ms", delays_ms, &f.delay));
    f.protocol = "declared";
    return ALSO(rc, put(r, FACT_LINK, &f));
}

static int read_policy(struct static_reader *r, const struct conf *c)
{
    struct fact_policy f;
    int rc;

    fact_init(FACT_POLICY, &f);
    rc = field_text(r, c, "what", &f.what);
    rc = ALSO(rc, field_entity(r, c, "entity", &f.entity));
    rc = ALSO(rc, field_text(r, c, "client", &f.client));
    f.decision = conf_str(c, "decision");
    return ALSO(rc, put(r, FACT_POLICY, &f));
}

static int check_window(struct static_reader *r, const struct conf *c, int64_t start,
                        int64_t end)
{
    if (start != FACT_NONE && end != FACT_NONE && end <= start)
        return conf_err(conf_get(c, "end"), r->err, "end: is not after start");
    return 0;
}

static int read_maintenance(struct static_reader *r, const struct conf *c)
{
    struct fact_maintenance f;
    int rc;

    fact_init(FACT_MAINTENANCE, &f);
    rc = field_entity(r, c, "entity", &f.entity);
    rc = ALSO(rc, field_time(r, c, "start", &f.start));
    rc = ALSO(rc, field_time(r, c, "end", &f.end));
    rc = ALSO(rc, check_window(r, c, f.start, f.end));
    rc = ALSO(rc, field_real(r, c, "share", shares, &f.share));
    return ALSO(rc, put(r, FACT_MAINTENANCE, &f));
}

static int read_property(struct static_reader *r, const struct conf *c)
{
    struct fact_property f;
    struct buf value = {0};
    int rc;

    fact_init(FACT_PROPERTY, &f);
    rc = field_entity(r, c, "entity", &f.entity);
    rc = ALSO(rc, field_text(r, c, "name", &f.name));
    conf_json(conf_get(c, "value"), &value);
    f.value = buf_cstr(&value);
    if (value.failed)
        rc = err_set(r->err, ERR_NOMEM, "static facts: out of memory");
    if (rc == 0)
        rc = unique_port(r, c, "property", (const char *[]){f.entity, f.name});
    rc = ALSO(rc, put(r, FACT_PROPERTY, &f));
    buf_free(&value);
    return rc;
}

static const struct section {
    const char *key;
    int (*read)(struct static_reader *r, const struct conf *c);
} sections[] = {
    {"neighbours", read_neighbour},
    {"sites", read_site},
    {"endpoints", read_endpoint},
    {"nodes", read_node},
    {"interfaces", read_interface},
    {"links", read_link},
    {"borders", read_border},
    {"capacities", read_capacity},
    {"delays", read_delay},
    {"policies", read_policy},
    {"maintenance", read_maintenance},
    {"link_groups", static_group},
    {"grants", static_grant},
    {"properties", read_property},
};

static int read_sections(struct static_reader *r, const struct conf *root)
{
    const struct conf *domain = conf_get(root, "domain");
    int rc = domain != NULL ? read_domain(r, domain) : 0;

    for (size_t s = 0; s < sizeof(sections) / sizeof(*sections); s++) {
        const struct conf *list = conf_get(root, sections[s].key);

        for (size_t i = 0; i < conf_count(list) && rc == 0; i++)
            rc = sections[s].read(r, conf_at(list, i));
    }
    return ALSO(rc, static_check_grants(r, conf_get(root, "grants")));
}

/** Is there anything but comments? A file that lost its contents must not clear the domain. */
static bool says_something(struct slice text)
{
    struct slice line;

    while (slice_split(&text, '\n', &line)) {
        line = slice_trim(line);
        if (line.n > 0 && line.p[0] != '#' && !slice_eq(line, "---"))
            return true;
    }
    return false;
}

int static_read(const struct static_text *text, struct facts *out, struct err *e)
{
    struct static_reader r = {.domain = text->domain,
                              .out = out,
                              .asn = FACT_NONE,
                              .err = e,
                              .seen = map_new(),
                              .own = lpm_new()};
    struct conf_input in = {text->name, text->p, text->n};
    const struct conf *root;
    int rc;

    if (r.seen == NULL || r.own == NULL)
        rc = err_set(e, ERR_NOMEM, "static facts: out of memory");
    else
        rc = conf_parse(&in, static_items, out->arena, &root, e);
    if (rc == 0 && !says_something((struct slice){text->p, text->n}))
        rc = conf_err(root, e, "is empty (write {} to say nothing)");
    if (rc == 0)
        rc = read_sections(&r, root);
    map_free(&r.seen);
    lpm_free(&r.own);
    return rc;
}
