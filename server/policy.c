/* SPDX-License-Identifier: Apache-2.0 */
#include "server/policy.h"

#include <math.h>
#include <string.h>

#include "model/policies.h"
#include "server/edition.h"

/* --- rules --- */

enum saying { UNSAID, SHOW, HIDE };

/* Who asks; without view: whoever. */
struct asker {
    const struct snapshot *snap;
    const struct view *view;
};

static bool equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool is_for(const struct fact_policy *f, const struct view *v)
{
    if (!v)
        return true;
    if (!f->client)
        return !(v->grants & GRANT_OPERATOR_API);
    return v->class && strcmp(v->class->name, f->client) == 0;
}

static enum saying says(const struct asker *who, enum policy_what what,
                        const struct policy_subject *s)
{
    static const char *const names[] = {"interior", "capacity", "persistent-id"};
    enum saying said = UNSAID;
    int best = -1;
    for (size_t i = 0; s->domain && i < who->snap->n_policies; i++) {
        const struct fact_policy *f = &who->snap->policies[i];
        if (!f->origin || !equal(f->origin->domain, s->domain) ||
            !equal(f->what, names[what]) || !is_for(f, who->view) ||
            !policy_is_about(f, s->link, s->id))
            continue;
        int rank = policy_rank(f);
        bool hide = policy_hides(f);
        if (rank > best || (rank == best && hide))
            said = hide ? HIDE : SHOW;
        best = rank > best ? rank : best;
    }
    return said;
}

static struct asker asker_of(const struct view *v)
{
    return (struct asker){edition_snapshot(v->edition), v};
}

bool may_show(const struct view *v, enum policy_what what, const struct policy_subject *s)
{
    const struct asker who = asker_of(v);
    enum saying said = says(&who, what, s);
    return what == POLICY_PERSISTENT_ID ? said == SHOW : said != HIDE;
}

/* --- links --- */

static const char *domain_at(const struct link *link, size_t end)
{
    const struct domain *d = link->end[end].node->domain;
    return d ? d->name : NULL;
}

/* What both domains of a link make of it. */
static enum saying both_say(const struct asker *who, enum policy_what what,
                            const struct link *link)
{
    enum saying said[2];
    for (size_t i = 0; i < 2; i++) {
        const struct policy_subject s = {domain_at(link, i), link->name, link->id};
        said[i] = says(who, what, &s);
    }
    return said[0] > said[1] ? said[0] : said[1];
}

bool may_show_capacity(const struct view *v, const struct link *link)
{
    const struct asker who = asker_of(v);
    return both_say(&who, POLICY_CAPACITY, link) != HIDE;
}

static bool hides_interior(const struct view *v, const char *domain)
{
    const struct policy_subject s = {domain, NULL, NULL};
    return !may_show(v, POLICY_INTERIOR, &s);
}

bool is_hidden_link(const struct view *v, const struct link *link)
{
    const char *domain = domain_at(link, 0);
    return equal(domain, domain_at(link, 1)) && hides_interior(v, domain);
}

static bool is_listed(const struct settings *settings, const struct link *link)
{
    for (size_t i = 0; i < settings->n_persistent_ids; i++) {
        if (strcmp(settings->persistent_ids[i], link->name) == 0)
            return true;
    }
    return false;
}

bool may_name_link(const struct view *v, const struct link *link)
{
    const struct asker who = asker_of(v);
    enum saying said = both_say(&who, POLICY_PERSISTENT_ID, link);
    if (said == HIDE || is_hidden_link(v, link))
        return false;
    return said == SHOW || is_listed(v->settings, link);
}

bool may_ever_name_link(const struct snapshot *snap, const struct settings *settings,
                        const struct link *link)
{
    if (is_listed(settings, link))
        return true;
    for (size_t i = 0; i < snap->n_policies; i++) {
        const struct fact_policy *f = &snap->policies[i];
        if (f->origin && equal(f->what, "persistent-id") && !policy_hides(f) &&
            (equal(f->origin->domain, domain_at(link, 0)) ||
             equal(f->origin->domain, domain_at(link, 1))) &&
            policy_is_about(f, link->name, link->id))
            return true;
    }
    return false;
}

static const char *joined_name(const char *a, const char *b, struct arena *arena)
{
    bool sorted = strcmp(a, b) <= 0;
    return arena_printf(arena, "%s|%s", sorted ? a : b, sorted ? b : a);
}

static bool blank_end(struct link_end *end, struct arena *a)
{
    const struct node unnamed = {.name = "?", .domain = end->node->domain};
    end->node = arena_dup(a, &unnamed, sizeof(unnamed));
    end->interface = NULL;
    end->addr4 = end->addr6 = (struct addr){0};
    return end->node != NULL;
}

const struct link *shown_link(const struct view *v, const struct link *link, struct arena *a)
{
    bool capacity = may_show_capacity(v, link);
    bool hidden[] = {hides_interior(v, domain_at(link, 0)),
                     hides_interior(v, domain_at(link, 1))};
    if (capacity && !hidden[0] && !hidden[1])
        return link;
    struct link *copy = arena_dup(a, link, sizeof(*link));
    for (size_t i = 0; copy && i < 2; i++) {
        if (!capacity) {
            copy->end[i].capacity = 0;
            copy->end[i].capacity_from = NULL;
        }
        if (hidden[i] && !blank_end(&copy->end[i], a))
            return NULL;
    }
    if (copy && (hidden[0] || hidden[1]))
        copy->name = joined_name(copy->end[0].node->name, copy->end[1].node->name, a);
    return copy && copy->name ? copy : NULL;
}

/* --- paths --- */

static const char *router_of(const struct path_hop *hop)
{
    return hop->router ? hop->router : "?";
}

/* A crossing whose link isn't known: its domains still have a say. */
static bool may_show_gap(const struct view *v, const struct path_leg *leg, size_t i,
                         struct arena *a)
{
    const struct path_hop *from = &leg->hops[i - 1], *to = &leg->hops[i];
    const char *name = joined_name(router_of(from), router_of(to), a);
    const struct policy_subject s[] = {{from->domain, name, NULL}, {to->domain, name, NULL}};
    return may_show(v, POLICY_CAPACITY, &s[0]) && may_show(v, POLICY_CAPACITY, &s[1]);
}

static int64_t shown_capacity(const struct view *v, const struct path_leg *leg, size_t i,
                              struct arena *a)
{
    const struct link *link = leg->hops[i].link;
    bool told = link ? may_show_capacity(v, link) : may_show_gap(v, leg, i, a);
    return told ? path_link_capacity(leg, i) : 0;
}

/* What crosses the same routers and links in the same order is the same. */
static const char *run_id(const struct path_leg *leg, size_t first, size_t last,
                          struct arena *a)
{
    struct buf b = {0};
    char in[ADDR_TEXT];
    for (size_t i = first + 1; i <= last; i++) {
        const struct path_hop *hop = &leg->hops[i];
        if (hop->link)
            buf_printf(&b, "%s %d\n", hop->link->id, hop->forward);
        else
            buf_printf(&b, "%s > %s %s\n", router_of(&leg->hops[i - 1]), router_of(hop),
                       addr_is_set(&hop->in) ? addr_format(&hop->in, in) : "");
    }
    const char *id = b.failed ? NULL : arena_strdup(a, buf_cstr(&b));
    buf_free(&b);
    return id;
}

/* One link for a run of hops within a domain. */
static const struct link *join_run(const struct view *v, const struct path_leg *leg,
                                   const size_t ends[2], struct arena *a)
{
    static const struct node unnamed = {.name = "?"};
    struct link *link = ARENA_NEW(a, struct link);
    int64_t least = 0;
    if (!link)
        return NULL;
    *link = (struct link){.name = "?|?", .delay = NAN, .confirmed = true};
    link->id = run_id(leg, ends[0], ends[1], a);
    for (size_t i = ends[0] + 1; i <= ends[1]; i++) {
        int64_t capacity = shown_capacity(v, leg, i, a);
        if (capacity != 0 && (least == 0 || capacity < least)) /* PATH_CLOSED is the least */
            least = capacity;
        if (leg->hops[i].cls > link->cls)
            link->cls = leg->hops[i].cls;
    }
    for (size_t i = 0; i < 2; i++) {
        link->end[i].node = &unnamed;
        link->end[i].capacity = least;
        link->end[i].metric4 = link->end[i].metric6 = FACT_NONE;
        link->end[i].load = NAN;
    }
    return link->id ? link : NULL;
}

static void blank_hop(struct path_hop *hop)
{
    hop->router = "?";
    hop->table = NULL;
    hop->in = hop->out = (struct addr){0};
    hop->in_name = hop->out_name = NULL;
    hop->evidence = NULL;
    hop->n_evidence = 0;
}

/* Adds hop i as it may be seen, with how it was reached. */
static int add_hop(const struct view *v, const struct path_leg *leg, size_t i,
                   struct path_leg *out, struct arena *a)
{
    struct path_hop *hop = &out->hops[out->n_hops++];
    *hop = leg->hops[i];
    if (hop->link) {
        hop->link = shown_link(v, hop->link, a);
        return hop->link ? 0 : ERR_NOMEM;
    }
    if (i > 0 && !may_show_gap(v, leg, i, a))
        hop[-1].out_capacity = hop->in_capacity = 0;
    return 0;
}

static int shown_leg(const struct view *v, const struct path_leg *leg, struct path_leg *out,
                     struct arena *a)
{
    *out = *leg;
    out->n_hops = 0;
    out->hops = ARENA_ARRAY(a, leg->n_hops + 1, struct path_hop);
    if (!out->hops)
        return ERR_NOMEM;
    for (size_t i = 0, j; i < leg->n_hops; i = j) {
        bool hidden = hides_interior(v, leg->hops[i].domain);
        j = i + 1;
        while (hidden && j < leg->n_hops && equal(leg->hops[i].domain, leg->hops[j].domain))
            j++;
        if (add_hop(v, leg, i, out, a) < 0)
            return ERR_NOMEM;
        if (hidden)
            blank_hop(&out->hops[out->n_hops - 1]);
        if (j - i < 2)
            continue;
        struct path_hop *last = &out->hops[out->n_hops++];
        *last = leg->hops[j - 1];
        blank_hop(last);
        last->link = join_run(v, leg, (size_t[]){i, j - 1}, a);
        if (!last->link)
            return ERR_NOMEM;
        last->forward = true;
        last->cls = last->link->cls;
    }
    return 0;
}

int shown_path(const struct view *v, const struct path *path, struct arena *a,
               const struct path **out, struct err *e)
{
    *out = path;
    if (edition_snapshot(v->edition)->n_policies == 0)
        return 0;
    struct path *copy = arena_dup(a, path, sizeof(*path));
    int rc = copy ? 0 : ERR_NOMEM;
    if (rc == 0)
        copy->legs = ARENA_ARRAY(a, path->n_legs + 1, struct path_leg);
    if (rc == 0 && !copy->legs)
        rc = ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < path->n_legs; i++) {
        const struct path_leg *leg = &path->legs[i];
        rc = shown_leg(v, leg, &copy->legs[i], a);
        /* The reason may name routers. */
        for (size_t k = 0; rc == 0 && path->why && k < leg->n_hops; k++) {
            if (hides_interior(v, leg->hops[k].domain))
                copy->why = "a domain on the way does not tell";
        }
    }
    *out = copy;
    return rc < 0 ? err_set(e, rc, "no memory for a path") : 0;
}
