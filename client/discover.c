/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which server answers for an address (RFC 8686) or a domain (RFC 7286).
 *
 * An address is asked for by its name in the reverse tree, then by those of the prefixes around
 * it (RFC 8686 table 1), until one has records of the service:
 *
 *     198.51.100.3     3.100.51.198.in-addr.arpa  100.51.198…  51.198…  198…
 *     2001:db8::20     all 32 nibbles, then 16, 14, 12, 10 and 8 of them
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/discovery.h"

#define MAX_PUBLISHED 65536

struct rialto_discovery {
    struct arena *arena;
    struct {
        VEC(struct rialto_found);
    } found;
    struct {
        VEC(struct rialto_asked);
    } asked;
};

void rialto_discovery_defaults(struct rialto_discovery_options *o)
{
    *o = (struct rialto_discovery_options){.service = "ALTO:https", .timeout_ms = 5000};
}

/* ---- names */

/* Lengths that have a name, longest first (RFC 8686 section 3.3). */
static const unsigned levels4[] = {32, 24, 16, 8}, levels6[] = {128, 64, 56, 48, 40, 32};

static size_t levels_of(unsigned family, const unsigned **out)
{
    *out = family == 4 ? levels4 : levels6;
    return family == 4 ? sizeof(levels4) / sizeof(*levels4)
                       : sizeof(levels6) / sizeof(*levels6);
}

static void put_name(const struct addr *a, unsigned level, char out[DISCOVERY_NAME])
{
    char *p = out;

    for (unsigned i = level / 8; a->family == 4 && i-- > 0;)
        p += sprintf(p, "%u.", a->b[i]);
    for (unsigned i = level / 4; a->family == 6 && i-- > 0;)
        p += sprintf(p, "%X.", i % 2 ? a->b[i / 2] & 15 : a->b[i / 2] >> 4);
    strcpy(p, a->family == 4 ? "IN-ADDR.ARPA." : "IP6.ARPA.");
}

bool discovery_names_of(const struct prefix *p, struct discovery_names *out)
{
    const unsigned *levels;
    size_t n = levels_of(p->addr.family, &levels);

    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (levels[i] <= p->len)
            put_name(&p->addr, levels[i], out->v[out->n++]);
    }
    return out->n > 0;
}

/* ---- records */

bool naptr_uri(const struct naptr *r, const char *service, char *uri)
{
    const char *scheme = strchr(service, ':');
    size_t n = strlen(r->regexp);

    if (strcasecmp(r->flags, "u") != 0 || strcasecmp(r->service, service) != 0)
        return false;
    if (n < 6 || memcmp(r->regexp, "!.*!", 4) != 0 || r->regexp[n - 1] != '!')
        return false;
    n -= 5;
    if (n >= DISCOVERY_URI || memchr(r->regexp + 4, '!', n))
        return false;
    memcpy(uri, r->regexp + 4, n);
    uri[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (uri[i] <= ' ' || uri[i] >= 0x7f)
            return false;
    /* RFC 7286 section 3.2: the parameter behind the colon is the URI's scheme */
    return !scheme || (strncasecmp(uri, scheme + 1, strlen(scheme + 1)) == 0 &&
                       strncmp(uri + strlen(scheme + 1), "://", 3) == 0);
}

static bool add_found(struct rialto_discovery *d, const struct naptr *r, const char *uri)
{
    struct rialto_found *slot = VEC_PUSH(&d->found);

    if (!slot)
        return false;
    *slot = (struct rialto_found){arena_strdup(d->arena, uri), r->order, r->preference};
    return slot->uri != NULL;
}

static int by_order(const void *va, const void *vb)
{
    const struct rialto_found *a = va, *b = vb;

    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    if (a->preference != b->preference)
        return a->preference < b->preference ? -1 : 1;
    return strcmp(a->uri, b->uri);
}

/* ---- asking */

struct question {
    struct rialto_discovery *d;
    const char *service;
    const struct naptr_source *source;
    struct naptr_answer answer; /* room */
};

/* Asks for one name; false without memory. */
static bool ask(struct question *q, const char *name)
{
    struct rialto_asked *slot = VEC_PUSH(&q->d->asked);
    char uri[DISCOVERY_URI];
    size_t before = q->d->found.n;
    bool good = slot != NULL;

    memset(&q->answer, 0, sizeof(q->answer));
    if (!good)
        return false;
    *slot = (struct rialto_asked){.name = arena_strdup(q->d->arena, name)};
    good = slot->name != NULL;
    q->source->lookup(q->source->payload, name, &q->answer);
    for (size_t i = 0; good && i < q->answer.n; i++)
        if (naptr_uri(&q->answer.records[i], q->service, uri))
            good = add_found(q->d, &q->answer.records[i], uri);
    slot->records = q->d->found.n - before;
    slot->temporary = q->answer.temporary;
    return good;
}

static int ask_names(struct question *q, const struct discovery_names *names,
                     struct rialto_error *e)
{
    for (size_t i = 0; i < names->n && q->d->found.n == 0; i++)
        if (!ask(q, names->v[i]))
            return error_nomem(e);
    return 0;
}

/* A domain name as text: letters, digits, hyphens and underscores, in labels of 1 to 63. */
static bool is_domain(const char *s)
{
    size_t label = 0, n = strlen(s);

    if (n == 0 || n > 253)
        return false;
    for (size_t i = 0; i <= n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '.' || c == '\0') {
            if (label > 63 || (label == 0 && (c == '.' || n == 1)))
                return false;
            label = 0;
        } else if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' ||
                   c == '_') {
            label++;
        } else {
            return false;
        }
    }
    return true;
}

/* The domain with its final dot, into DISCOVERY_NAME bytes. */
static int put_domain(const char *domain, char *out, struct rialto_error *e)
{
    if (!is_domain(domain))
        return error_set(e, RIALTO_E_ARGUMENT,
                         "\"%s\" is no address, no prefix and no domain name", domain);
    snprintf(out, DISCOVERY_NAME, "%s%s", domain, domain[strlen(domain) - 1] == '.' ? "" : ".");
    return 0;
}

static int ask_domain(struct question *q, const char *domain, struct rialto_error *e)
{
    struct discovery_names one = {.n = 1};
    int rc = put_domain(domain, one.v[0], e);

    return rc < 0 ? rc : ask_names(q, &one, e);
}

static int ask_prefix(struct question *q, const char *what, const struct prefix *p,
                      struct rialto_error *e)
{
    struct discovery_names names;

    if (!discovery_names_of(p, &names))
        return error_set(e, RIALTO_E_ARGUMENT, "%s: unsupported prefix length (at least %s)",
                         what, p->addr.family == 4 ? "/8" : "/32");
    return ask_names(q, &names, e);
}

static int start(struct question *q, struct rialto_error *e)
{
    q->d = calloc(1, sizeof(*q->d));
    if (q->d)
        q->d->arena = arena_new(0);
    return q->d && q->d->arena ? 0 : error_nomem(e);
}

/* An address stands for the prefix of all its bits. */
static bool parse_prefix(const char *what, struct prefix *p)
{
    if (prefix_parse(slice_of(what), p))
        return true;
    if (!addr_parse(slice_of(what), &p->addr))
        return false;
    p->len = p->addr.family == 4 ? 32 : 128;
    return true;
}

int discovery_run(const char *what, const struct rialto_discovery_options *o,
                  const struct naptr_source *source, struct rialto_discovery **out,
                  struct rialto_error *e)
{
    struct question q = {.service = o->service, .source = source};
    struct prefix p;
    int rc = start(&q, e);

    *out = NULL;
    if (rc == 0 && what && parse_prefix(what, &p) && !addr_is_private(&p.addr))
        rc = ask_prefix(&q, what, &p, e);
    else if (rc == 0 && what && !parse_prefix(what, &p))
        rc = ask_domain(&q, what, e);
    else if (rc == 0 && o->domain)
        rc = ask_domain(&q, o->domain, e);
    else if (rc == 0)
        rc = error_set(e, RIALTO_E_NOT_FOUND,
                       "local discovery needs a domain: none is configured here");
    if (rc < 0) {
        rialto_discovery_free(&q.d);
        return rc;
    }
    if (q.d->found.n > 0)
        qsort(q.d->found.v, q.d->found.n, sizeof(*q.d->found.v), by_order);
    *out = q.d;
    return 0;
}

int rialto_discover(const char *what, const struct rialto_discovery_options *o,
                    struct rialto_discovery **out, struct rialto_error *e)
{
    struct rialto_discovery_options with = *o;
    struct dns *dns;
    int rc = dns_open(&dns, o, e);

    *out = NULL;
    if (rc < 0)
        return rc;
    if (!with.domain)
        with.domain = dns_search_domain(dns, 0);
    rc = discovery_run(what, &with, &(struct naptr_source){dns_lookup, dns}, out, e);
    dns_close(&dns);
    return rc;
}

void rialto_discovery_free(struct rialto_discovery **d)
{
    if (!*d)
        return;
    VEC_FREE(&(*d)->found);
    VEC_FREE(&(*d)->asked);
    arena_free(&(*d)->arena);
    free(*d);
    *d = NULL;
}

size_t rialto_discovery_count(const struct rialto_discovery *d)
{
    return d->found.n;
}

const struct rialto_found *rialto_discovery_at(const struct rialto_discovery *d, size_t i)
{
    return i < d->found.n ? &d->found.v[i] : NULL;
}

size_t rialto_discovery_asked_count(const struct rialto_discovery *d)
{
    return d->asked.n;
}

const struct rialto_asked *rialto_discovery_asked_at(const struct rialto_discovery *d, size_t i)
{
    return i < d->asked.n ? &d->asked.v[i] : NULL;
}

/* ---- publishing */

/* The level at which a prefix is published: the shortest name that lies within it. */
static unsigned level_within(const struct prefix *p)
{
    const unsigned *levels;
    size_t n = levels_of(p->addr.family, &levels);
    unsigned level = levels[0];

    for (size_t i = 0; i < n; i++)
        if (levels[i] >= p->len)
            level = levels[i];
    return level;
}

/* The next block of 2^(bits - level) addresses. */
static void advance(struct addr *a, unsigned level)
{
    for (unsigned i = (level - 1) / 8, step = 1u << ((8 - level % 8) % 8);; i--, step = 1) {
        unsigned sum = a->b[i] + step;
        a->b[i] = (uint8_t)sum;
        if (sum < 256 || i == 0)
            return;
    }
}

int rialto_discovery_names(const char *what, int (*each)(void *payload, const char *name),
                           void *payload, struct rialto_error *e)
{
    char name[DISCOVERY_NAME];
    struct discovery_names ignored;
    struct prefix p;
    unsigned level;
    int rc = 0;

    if (!parse_prefix(what, &p)) {
        rc = put_domain(what, name, e);
        return rc < 0 ? rc : each(payload, name);
    }
    if (!discovery_names_of(&p, &ignored))
        return error_set(e, RIALTO_E_ARGUMENT, "%s: unsupported prefix length (at least %s)",
                         what, p.addr.family == 4 ? "/8" : "/32");
    level = level_within(&p);
    if (level - p.len > 16)
        return error_set(e, RIALTO_E_LIMIT, "%s: more than %d names; publish shorter prefixes",
                         what, MAX_PUBLISHED);
    for (uint32_t i = 0; i < 1u << (level - p.len) && rc == 0; i++, advance(&p.addr, level)) {
        put_name(&p.addr, level, name);
        rc = each(payload, name);
    }
    return rc;
}
