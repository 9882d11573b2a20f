/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that list all of a kind. */
#include <inttypes.h>
#include <string.h>

#include "server/operator/operator.h"
#include "server/policy.h"

static void name(struct buf *b, const char *key)
{
    /* Inside an object: a comma unless it is the first member. */
    if (b->len > 0 && b->data[b->len - 1] != '{')
        buf_char(b, ',');
    buf_printf(b, "\"%s\":", key);
}

static void text(struct buf *b, const char *key, const char *value)
{
    name(b, key);
    buf_json_str(b, value);
}

static void number(struct buf *b, const char *key, int64_t value)
{
    name(b, key);
    operator_put_int(b, value);
}

static void boolean(struct buf *b, const char *key, bool value)
{
    name(b, key);
    buf_str(b, value ? "true" : "false");
}

static void time_of(struct buf *b, const char *key, int64_t us)
{
    name(b, key);
    operator_put_time(b, us);
}

static void address(struct buf *b, const char *key, const struct addr *a)
{
    char out[ADDR_TEXT];
    text(b, key, addr_is_set(a) ? addr_format(a, out) : NULL);
}

/* --- domains --- */

/* A link counts for each domain that has an end of it. */
static int64_t links_of(const struct snapshot *snap, const struct domain *d)
{
    int64_t n = 0;
    for (size_t i = 0; i < snap->n_links; i++)
        n += snap->links[i].end[0].node->domain == d || snap->links[i].end[1].node->domain == d;
    return n;
}

static int64_t nodes_of(const struct snapshot *snap, const struct domain *d)
{
    int64_t n = 0;
    for (size_t i = 0; i < snap->n_nodes; i++)
        n += snap->nodes[i].domain == d;
    return n;
}

static bool is_stale(const struct scope_status *scope)
{
    return scope->origin.stale || scope->error;
}

static int64_t scopes_of(const struct snapshot *snap, const struct domain *d, bool stale)
{
    int64_t n = 0;
    for (size_t i = 0; i < snap->n_scopes; i++) {
        const struct scope_status *scope = &snap->scopes[i];
        n += scope->origin.domain && strcmp(scope->origin.domain, d->name) == 0 &&
             (!stale || is_stale(scope));
    }
    return n;
}

static void put_domain(const struct snapshot *snap, const struct domain *d, struct buf *b)
{
    char prefix[PREFIX_TEXT];
    buf_char(b, '{');
    text(b, "name", d->name);
    name(b, "asns");
    buf_char(b, '[');
    for (size_t i = 0; i < d->n_asns; i++)
        buf_printf(b, "%s%" PRIu32, i > 0 ? "," : "", d->asns[i]);
    buf_char(b, ']');
    name(b, "prefixes");
    buf_char(b, '[');
    for (size_t i = 0; i < d->n_prefixes; i++)
        buf_printf(b, "%s\"%s\"", i > 0 ? "," : "", prefix_format(&d->prefixes[i], prefix));
    buf_char(b, ']');
    number(b, "nodes", nodes_of(snap, d));
    number(b, "links", links_of(snap, d));
    number(b, "sources", scopes_of(snap, d, false));
    number(b, "stale", scopes_of(snap, d, true));
    boolean(b, "agent", d->has_facts);
    buf_char(b, '}');
}

void operator_domains(const struct view *v, struct arena *a, struct buf *b)
{
    const struct snapshot *snap = edition_snapshot(v->edition);
    (void)a;
    buf_str(b, "{\"domains\":[");
    for (size_t i = 0; i < snap->n_domains; i++) {
        if (i > 0)
            buf_char(b, ',');
        put_domain(snap, &snap->domains[i], b);
    }
    buf_str(b, "]}");
}

/* --- sources --- */

/* Scopes, and what is said of them, often name routers: not of a hidden interior. */
static void put_scope(const struct view *v, const struct scope_status *s, struct buf *b)
{
    const struct origin *o = &s->origin;
    bool told = may_show(v, POLICY_INTERIOR, &(struct policy_subject){o->domain, NULL, NULL});
    buf_char(b, '{');
    text(b, "domain", o->domain);
    text(b, "source", o->source);
    text(b, "kind", o->kind);
    text(b, "scope", told ? o->scope : "?");
    number(b, "epoch", o->epoch);
    text(b, "version", s->version);
    time_of(b, "observed_at", o->observed_at);
    time_of(b, "attempted_at", s->attempted_at);
    time_of(b, "expires", o->expires);
    boolean(b, "stale", is_stale(s));
    text(b, "error", s->error && !told ? "?" : s->error);
    number(b, "facts", s->n_facts);
    number(b, "ignored", s->n_ignored);
    name(b, "ignored_examples");
    wire_put_strings(b, s->ignored, told ? s->n_ignored_kept : 0);
    buf_char(b, '}');
}

void operator_sources(const struct view *v, struct arena *a, struct buf *b)
{
    (void)a;
    const struct snapshot *snap = edition_snapshot(v->edition);
    buf_str(b, "{\"sources\":[");
    for (size_t i = 0; i < snap->n_scopes; i++) {
        if (i > 0)
            buf_char(b, ',');
        put_scope(v, &snap->scopes[i], b);
    }
    buf_str(b, "]}");
}

/* --- disagreements --- */

/* Both statements stand together: neither domain may hide what it is about. */
static bool may_tell(const struct view *v, const struct disagreement *d)
{
    const struct origin *from[] = {d->a, d->b};
    const char *link = strncmp(d->subject, "link ", 5) == 0 ? d->subject + 5 : NULL;
    bool capacity = strcmp(d->kind, "capacity") == 0;
    for (size_t i = 0; i < 2; i++) {
        const struct policy_subject s = {from[i] ? from[i]->domain : NULL, link, NULL};
        if (!may_show(v, POLICY_INTERIOR, &s) ||
            (capacity && !may_show(v, POLICY_CAPACITY, &s)))
            return false;
    }
    return true;
}

static void put_saying(const char *what, const struct origin *o, struct buf *b)
{
    buf_char(b, '{');
    text(b, "what", what);
    text(b, "domain", o ? o->domain : NULL);
    text(b, "source", o ? o->source : NULL);
    text(b, "scope", o ? o->scope : NULL);
    time_of(b, "observed_at", o ? o->observed_at : FACT_NONE);
    buf_char(b, '}');
}

void operator_disagreements(const struct view *v, struct arena *a, struct buf *b)
{
    const struct snapshot *snap = edition_snapshot(v->edition);
    bool some = false;
    (void)a;
    buf_str(b, "{\"disagreements\":[");
    for (size_t i = 0; i < snap->n_disagreements; i++) {
        const struct disagreement *d = &snap->disagreements[i];
        if (!may_tell(v, d))
            continue;
        buf_str(b, some ? ",{" : "{");
        some = true;
        text(b, "kind", d->kind);
        text(b, "subject", d->subject);
        name(b, "says");
        buf_char(b, '[');
        put_saying(d->says_a, d->a, b);
        buf_char(b, ',');
        put_saying(d->says_b, d->b, b);
        buf_char(b, ']');
        text(b, "decision", d->decision);
        buf_char(b, '}');
    }
    buf_str(b, "]}");
}

/* --- links --- */

static void put_end(const struct link_end *end, struct buf *b)
{
    const struct origin *from = end->capacity_from;
    buf_char(b, '{');
    text(b, "domain", end->node->domain ? end->node->domain->name : NULL);
    text(b, "node", end->node->name);
    text(b, "interface", end->interface);
    address(b, "ip4", &end->addr4);
    address(b, "ip6", &end->addr6);
    number(b, "capacity", end->capacity > 0 ? end->capacity : FACT_NONE);
    text(b, "capacity_from", from ? from->source : NULL);
    buf_char(b, '}');
}

static bool is_named(const struct link *link)
{
    return strcmp(link->end[0].node->name, "?") != 0 &&
           strcmp(link->end[1].node->name, "?") != 0;
}

void operator_links(const struct view *v, struct arena *a, struct buf *b)
{
    const struct snapshot *snap = edition_snapshot(v->edition);
    bool some = false;
    buf_str(b, "{\"links\":[");
    for (size_t i = 0; i < snap->n_links; i++) {
        if (is_hidden_link(v, &snap->links[i]))
            continue;
        const struct link *link = shown_link(v, &snap->links[i], a);
        if (!link) {
            b->failed = true;
            return;
        }
        buf_str(b, some ? ",{" : "{");
        some = true;
        text(b, "id", is_named(link) ? link->id : NULL); /* it names both routers */
        text(b, "name", link->name);
        boolean(b, "inter", link->inter);
        boolean(b, "confirmed", link->confirmed);
        text(b, "class", fact_class_name(link->cls));
        name(b, "ends");
        buf_char(b, '[');
        put_end(&link->end[0], b);
        buf_char(b, ',');
        put_end(&link->end[1], b);
        buf_str(b, "]}");
    }
    buf_str(b, "]}");
}

/* --- endpoints --- */

/* The PID of the first address that has one. */
static const char *pid_of(const struct snapshot *snap, const struct snap_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->n_addrs; i++) {
        uint32_t pid = lpm_find(snap->pid_of, &endpoint->addrs[i], NULL);
        if (pid != LPM_NONE)
            return snap->pids[pid].name;
    }
    return NULL;
}

static void put_endpoint(const struct snapshot *snap, const struct snap_endpoint *endpoint,
                         struct buf *b)
{
    char out[ADDR_TEXT];
    buf_char(b, '{');
    text(b, "name", endpoint->name);
    text(b, "rse", endpoint->rse);
    text(b, "site", endpoint->site);
    text(b, "domain", endpoint->domain);
    name(b, "hosts");
    wire_put_strings(b, endpoint->hosts, endpoint->n_hosts);
    name(b, "addresses");
    buf_char(b, '[');
    for (size_t i = 0; i < endpoint->n_addrs; i++)
        buf_printf(b, "%s\"%s\"", i > 0 ? "," : "", addr_format(&endpoint->addrs[i], out));
    buf_char(b, ']');
    text(b, "pid", pid_of(snap, endpoint));
    buf_char(b, '}');
}

void operator_endpoints(const struct view *v, struct arena *a, struct buf *b)
{
    const struct snapshot *snap = edition_snapshot(v->edition);
    (void)a;
    buf_str(b, "{\"endpoints\":[");
    for (size_t i = 0; i < snap->n_endpoints; i++) {
        if (i > 0)
            buf_char(b, ',');
        put_endpoint(snap, &snap->endpoints[i], b);
    }
    buf_str(b, "]}");
}
