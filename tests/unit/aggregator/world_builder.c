/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/aggregator/world_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/asn.h"

/* A short word: a kind of fact, the fields in the order of their places, and what is given. */
struct verb {
    const char *name, *kind, *places, *given;
};

static const struct verb verbs[] = {
    {"domain", "domain", "asns", ""},
    {"port", "interface", "node name addrs", ""},
    {"ospf", "igp", "node interface metric", "protocol=ospf family=4"},
    {"ospf3", "igp", "node interface metric", "protocol=ospf3 family=6"},
    {"isis", "igp", "node interface metric", "protocol=isis family=4"},
    {"bgp", "bgp", "node asn", ""},
    {"peer", "bgp_session", "node peer_addr peer_asn", ""},
    {"net", "origination", "node prefix", "into=bgp how=network"},
    {"agg", "origination", "node prefix", "into=bgp how=aggregate"},
    {"redist", "origination", "node into protocol", "how=redistribute"},
    {"term", "policy_term", "node name seq action", ""},
    {"list", "match_list", "node name kind seq action value", ""},
    {"static", "route", "node prefix next_hops", "layer=config protocol=static"},
    {"rib", "route", "node prefix protocol next_hops interfaces", "layer=rib best=1"},
    {"seen", "route", "node prefix peer as_path next_hops", "layer=bgp protocol=bgp"},
    {"trace", "observed_path", "source destination", ""},
};

static void die(const char *what, const char *text)
{
    fprintf(stderr, "world builder: %s: %s\n", what, text);
    abort();
}

/* ---- values */

static struct slice next_item(struct slice *rest, char sep)
{
    struct slice piece = {0};
    slice_split(rest, sep, &piece);
    return piece;
}

static size_t items(struct slice s, char sep)
{
    size_t n = 1;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == sep;
    return n;
}

static const char *text_value(struct arena *a, struct slice s)
{
    char *t = arena_strndup(a, s.p, s.n);
    for (char *c = t; c && *c; c++)
        if (*c == '~')
            *c = ' ';
    return t;
}

static bool whole_value(struct slice s, int64_t *out)
{
    uint64_t n;
    bool minus = slice_starts(s, "-");
    if (!slice_u64((struct slice){s.p + minus, s.n - minus}, INT64_MAX, &n))
        return false;
    *out = minus ? -(int64_t)n : (int64_t)n;
    return true;
}

static bool list_value(struct arena *a, enum fact_type type, struct slice s, void *at)
{
    char sep = type == FACT_TYPE_STRS ? ';' : ',';
    size_t n = items(s, sep);
    struct strs *strs = at;
    struct addrs *addrs = at;
    struct ifaddrs_list *ifaddrs = at;
    struct asns *asns = at;
    bool ok = true;
    switch (type) {
    case FACT_TYPE_STRS:
        *strs = (struct strs){ARENA_ARRAY(a, n, const char *), n};
        for (size_t i = 0; i < n; i++)
            strs->v[i] = text_value(a, next_item(&s, sep));
        return true;
    case FACT_TYPE_ADDRS:
        *addrs = (struct addrs){ARENA_ARRAY(a, n, struct addr), n};
        for (size_t i = 0; i < n; i++)
            ok = addr_parse(next_item(&s, sep), &addrs->v[i]) && ok;
        return ok;
    case FACT_TYPE_IFADDRS:
        *ifaddrs = (struct ifaddrs_list){ARENA_ARRAY(a, n, struct ifaddr), n};
        for (size_t i = 0; i < n; i++)
            ok = ifaddr_parse(next_item(&s, sep), &ifaddrs->v[i]) && ok;
        return ok;
    default:
        *asns = (struct asns){ARENA_ARRAY(a, n, uint32_t), n};
        for (size_t i = 0; i < n; i++)
            ok = asn_parse(next_item(&s, sep), &asns->v[i]) && ok;
        return ok;
    }
}

static bool set_value(struct arena *a, const struct fact_field *f, struct slice s, void *fact)
{
    void *at = (char *)fact + f->offset;
    if (slice_eq(s, "-"))
        return true;
    switch (f->type) {
    case FACT_TYPE_STR:
        *(const char **)at = text_value(a, s);
        return true;
    case FACT_TYPE_I64:
    case FACT_TYPE_TIME:
        return whole_value(s, at);
    case FACT_TYPE_REAL:
        return slice_real(s, at);
    case FACT_TYPE_ADDR:
        return addr_parse(s, at);
    case FACT_TYPE_PREFIX:
        return prefix_parse(s, at);
    case FACT_TYPE_HOPS:
        return false;
    default:
        return list_value(a, f->type, s, at);
    }
}

static bool set_field(struct arena *a, enum fact_kind kind, struct slice name,
                      struct slice value, void *fact)
{
    const struct fact_kind_info *info = fact_kind_info(kind);
    for (size_t i = 0; i < info->n_fields; i++)
        if (slice_eq(name, info->fields[i].name))
            return set_value(a, &info->fields[i], value, fact);
    return false;
}

static bool set_pair(struct arena *a, enum fact_kind kind, struct slice word, void *fact)
{
    struct slice value = word, name = next_item(&value, '=');
    return value.p && set_field(a, kind, name, value, fact);
}

/* ---- hops of a trace */

static bool add_responder(struct arena *a, struct hop *h, struct slice word)
{
    struct slice note = word, addr = next_item(&note, '!');
    struct responder *r = &h->v[h->n++];
    *r = (struct responder){.rtt = NAN, .asn = FACT_NONE};
    if (note.p)
        r->note = arena_printf(a, "!%.*s", (int)note.n, note.p);
    return addr_parse(addr, &r->addr);
}

static bool add_hop(struct arena *a, struct hops *hs, struct slice word)
{
    struct hop *v = ARENA_ARRAY(a, hs->n + 1, struct hop);
    if (hs->n)
        memcpy(v, hs->v, hs->n * sizeof(*v));
    hs->v = v;
    struct hop *h = &v[hs->n++];
    int64_t ttl = hs->n > 1 ? h[-1].ttl + 1 : 1;
    while (slice_starts(word, ".")) { /* TTLs of which nothing is told */
        word = (struct slice){word.p + 1, word.n - 1};
        ttl++;
    }
    size_t n = items(word, '/');
    *h = (struct hop){.ttl = ttl, .probes = 3, .v = ARENA_ARRAY(a, n, struct responder)};
    h->lost = slice_eq(word, "*") ? 3 : 0;
    bool ok = true;
    for (size_t i = 0; i < n && !h->lost; i++)
        ok = add_responder(a, h, next_item(&word, '/')) && ok;
    return ok;
}

/* ---- lines */

/* What a line need not say. */
static void fill_in(enum fact_kind kind, void *fact)
{
    struct fact_bgp_session *s = fact;
    struct fact_origination *o = fact;
    struct fact_observed_path *p = fact;
    if (kind == FACT_BGP_SESSION && s->family == FACT_NONE)
        s->family = s->peer_addr.family == 6 ? 6 : 4;
    if (kind == FACT_ORIGINATION && o->family == FACT_NONE)
        o->family = o->prefix.addr.family == 6 ? 6 : 4;
    if (kind == FACT_OBSERVED_PATH && p->observed == FACT_NONE)
        p->observed = 1000;
}

static const struct verb *find_verb(struct slice word)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        if (slice_eq(word, verbs[i].name))
            return &verbs[i];
    return NULL;
}

static bool read_words(struct arena *a, enum fact_kind kind, const struct verb *v,
                       struct slice rest, void *fact)
{
    struct slice places = slice_of(v ? v->places : ""), given = slice_of(v ? v->given : "");
    struct slice word, place;
    struct fact_observed_path *trace = kind == FACT_OBSERVED_PATH ? fact : NULL;
    bool ok = true;
    while (slice_word(&given, &word))
        ok = set_pair(a, kind, word, fact) && ok;
    while (ok && slice_word(&rest, &word)) {
        bool pair = memchr(word.p, '=', word.n) != NULL;
        if (pair)
            ok = set_pair(a, kind, word, fact);
        else if (slice_word(&places, &place))
            ok = set_field(a, kind, place, word, fact);
        else
            ok = trace && v && add_hop(a, &trace->hops, word);
    }
    fill_in(kind, fact);
    return ok;
}

static struct origin *new_origin(struct intake *in, const char *domain, const char *source,
                                 const char *kind)
{
    struct origin *o = ARENA_NEW(in->facts.arena, struct origin);
    *o = (struct origin){.domain = domain,
                         .source = source,
                         .kind = kind,
                         .scope = "all",
                         .epoch = 1,
                         .observed_at = 1000,
                         .expires = FACT_NONE,
                         .collected_at = 1000,
                         .confidence = CLASS_OBSERVED};
    return o;
}

/* from NAME KIND [CLASS] */
static bool read_from(struct intake *in, const char *domain, struct slice rest,
                      struct origin **origin)
{
    struct slice name, kind, cls;
    if (!slice_word(&rest, &name) || !slice_word(&rest, &kind))
        return false;
    *origin = new_origin(in, domain, text_value(in->facts.arena, name),
                         text_value(in->facts.arena, kind));
    if (slice_word(&rest, &cls))
        (*origin)->confidence = slice_eq(cls, "assumed")   ? CLASS_ASSUMED
                                : slice_eq(cls, "derived") ? CLASS_DERIVED
                                                           : CLASS_OBSERVED;
    return true;
}

static bool read_line(struct intake *in, const char *domain, struct slice line,
                      struct origin **origin)
{
    struct arena *a = in->facts.arena;
    struct slice rest = line, word;
    char kind_name[64];
    if (!slice_word(&rest, &word))
        return true;
    if (slice_eq(word, "from"))
        return read_from(in, domain, rest, origin);
    const struct verb *v = find_verb(word);
    snprintf(kind_name, sizeof(kind_name), "%.*s", (int)(word.n < 60 ? word.n : 60), word.p);
    int kind = fact_kind_by_name(v ? v->kind : kind_name);
    if (kind < 0)
        return false;
    void *fact = arena_alloc(a, fact_kind_info((enum fact_kind)kind)->size);
    fact_init((enum fact_kind)kind, fact);
    if (slice_eq(word, "domain"))
        ((struct fact_domain *)fact)->name = domain;
    if (!read_words(a, (enum fact_kind)kind, v, rest, fact))
        return false;
    ((struct fact_node *)fact)->origin = *origin;
    return facts_add(&in->facts, (enum fact_kind)kind, fact, NULL) == 0;
}

static size_t say(struct wb *b, const char *domain, const char *text, bool strict)
{
    struct intake *in = wb_intake(b, domain);
    struct slice rest = slice_of(text), line;
    size_t wrong = 0;
    if (!in)
        return 1;
    const char *name = arena_strdup(in->facts.arena, domain);
    struct origin *origin = new_origin(in, name, "config", "config");
    while (slice_line(&rest, &line)) {
        if (read_line(in, name, line, &origin))
            continue;
        wrong++;
        if (strict)
            die("wrong line", text_value(in->facts.arena, line));
    }
    return wrong;
}

/* ---- worlds */

struct wb *wb_new(void)
{
    struct wb *b = calloc(1, sizeof(*b));
    if (!b || !(b->arena = arena_new(0)))
        die("out of memory", "");
    return b;
}

void wb_free(struct wb **pb)
{
    struct wb *b = *pb;
    for (size_t i = 0; i < b->n; i++)
        intake_free(&b->intakes[i]);
    if (b->snap)
        snapshot_free(&b->snap);
    arena_free(&b->arena);
    free(b);
    *pb = NULL;
}

struct intake *wb_intake(struct wb *b, const char *domain)
{
    for (size_t i = 0; i < b->n; i++)
        if (!strcmp(b->names[i], domain))
            return b->intakes[i];
    if (b->n == WB_MAX_DOMAINS)
        return NULL;
    if (!(b->intakes[b->n] = intake_new()))
        die("out of memory", "");
    b->names[b->n] = arena_strdup(b->arena, domain);
    return b->intakes[b->n++];
}

void wb_say(struct wb *b, const char *domain, const char *text)
{
    say(b, domain, text, true);
}

size_t wb_say_loosely(struct wb *b, const char *domain, const char *text)
{
    return say(b, domain, text, false);
}

void wb_build(struct wb *b)
{
    struct err e = {0};
    if (aggregate(b->intakes, b->n, 2000, &b->snap, &e))
        die("aggregate", e.msg);
    b->n = 0; /* they belong to the snapshot now */
    b->world =
        (struct world *)((char *)(uintptr_t)b->snap->paths - offsetof(struct world, finder));
}

struct wb *wb_world(const char *domain, ...)
{
    struct wb *b = wb_new();
    va_list ap;
    va_start(ap, domain);
    for (const char *d = domain; d; d = va_arg(ap, const char *))
        wb_say(b, d, va_arg(ap, const char *));
    va_end(ap);
    wb_build(b);
    return b;
}

/* ---- looking inside */

struct addr wb_addr(const char *text)
{
    struct addr a;
    if (!addr_parse(slice_of(text), &a))
        die("not an address", text);
    return a;
}

struct prefix wb_prefix(const char *text)
{
    struct prefix p;
    if (!prefix_parse(slice_of(text), &p))
        die("not a prefix", text);
    return p;
}

struct dom *wb_dom(const struct wb *b, const char *name)
{
    for (size_t i = 0; i < b->world->n_doms; i++)
        if (!strcmp(b->world->doms[i]->name, name))
            return b->world->doms[i];
    die("no domain", name);
    return NULL;
}

struct router *wb_router(const struct wb *b, const char *domain, const char *node)
{
    struct router *r = topo_router(b->world, wb_dom(b, domain), node);
    if (!r)
        die("no router", node);
    return r;
}

struct instance *wb_instance(const struct wb *b, const char *domain, const char *node,
                             const char *table)
{
    struct instance *in = topo_instance(wb_router(b, domain, node), table);
    if (!in)
        die("no table", table);
    return in;
}

struct port *wb_port(const struct wb *b, const char *domain, const char *node, const char *name)
{
    struct port *p = topo_port(wb_router(b, domain, node), name);
    if (!p)
        die("no interface", name);
    return p;
}

uint32_t wb_id(const struct wb *b, const char *prefix)
{
    struct prefix p = wb_prefix(prefix);
    uint32_t id = universe_id(b->world, &p);
    if (id == NOWHERE)
        die("nobody names the prefix", prefix);
    return id;
}

size_t wb_disagreements(const struct wb *b, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < b->snap->n_disagreements; i++)
        n += !strcmp(b->snap->disagreements[i].kind, kind);
    return n;
}

const struct disagreement *wb_disagreement(const struct wb *b, const char *kind,
                                           const char *subject)
{
    for (size_t i = 0; i < b->snap->n_disagreements; i++) {
        const struct disagreement *d = &b->snap->disagreements[i];
        if (!strcmp(d->kind, kind) && strstr(d->subject, subject))
            return d;
    }
    return NULL;
}

/* ---- paths */

struct path *wb_path(struct wb *b, const char *src, const char *dst, const char *table)
{
    struct addr s = wb_addr(src), d = wb_addr(dst);
    struct path *p = NULL;
    struct err e = {0};
    if (b->snap->paths->find(b->snap->paths, &(struct path_question){s, d, table}, b->arena, &p,
                             &e))
        die("find", e.msg);
    return p;
}

static const char *path_words(struct wb *b, const struct path *p, bool domains)
{
    struct buf out = {0};
    for (size_t l = 0; l < p->n_legs; l++) {
        buf_str(&out, l ? " | " : "");
        for (size_t i = 0; i < p->legs[l].n_hops; i++) {
            const struct path_hop *h = &p->legs[l].hops[i];
            buf_str(&out, i ? " " : "");
            if (domains)
                buf_printf(&out, "%s/", h->domain ? h->domain : "?");
            buf_str(&out, h->router);
            buf_str(&out, h->cls == CLASS_OBSERVED ? "+" : h->cls == CLASS_ASSUMED ? "?" : "");
        }
    }
    buf_printf(&out, ": %s", fact_class_name(p->cls));
    if (!p->reached)
        buf_printf(&out, "; %s%s", p->known ? "" : "unknown, ", p->why ? p->why : "no reason");
    const char *s = arena_strdup(b->arena, buf_cstr(&out));
    buf_free(&out);
    return s;
}

const char *wb_hops(struct wb *b, const char *src, const char *dst)
{
    return path_words(b, wb_path(b, src, dst, NULL), false);
}

const char *wb_hops_domains(struct wb *b, const char *src, const char *dst)
{
    return path_words(b, wb_path(b, src, dst, NULL), true);
}

double wb_cost(const struct wb *b, const char *metric, const char *from, const char *to)
{
    int m = snapshot_metric(b->snap, metric);
    int x = snapshot_pid(b->snap, from), y = snapshot_pid(b->snap, to);
    if (m < 0 || x < 0 || y < 0)
        return NAN;
    return b->snap->metrics[m].value[(size_t)x * b->snap->n_pids + (size_t)y];
}
