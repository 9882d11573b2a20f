/* SPDX-License-Identifier: Apache-2.0 */
#include "model/policies.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 1024 /* of two routers; longer ones have no rules of their own */

static bool equal(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

bool policy_is_about(const struct fact_policy *f, const char *link, const char *id)
{
    static const char prefix[] = "link:";
    if (!f->entity)
        return true;
    const char *name = f->entity;
    if (strncmp(name, prefix, sizeof(prefix) - 1) == 0)
        name += sizeof(prefix) - 1;
    return equal(name, link) || equal(name, id);
}

int policy_rank(const struct fact_policy *f)
{
    return (f->entity ? 2 : 0) + (f->client ? 1 : 0);
}

bool policy_hides(const struct fact_policy *f)
{
    return !equal(f->decision, "show");
}

static bool is_on_capacity(const struct fact_policy *f, const struct policy_link *link)
{
    return f->origin && equal(f->origin->domain, link->domain) && equal(f->what, "capacity") &&
           policy_is_about(f, link->name, link->id);
}

/* Do all whom the rule hides from see it by another one? A rule for one class says nothing to
 * the rest of those that a rule without class is for. */
static bool is_overruled(const struct snapshot *s, const struct fact_policy *hides,
                         const struct policy_link *link)
{
    for (size_t i = 0; i < s->n_policies; i++) {
        const struct fact_policy *f = &s->policies[i];
        bool same = !f->client || equal(f->client, hides->client);
        if (same && is_on_capacity(f, link) && !policy_hides(f) &&
            policy_rank(f) > policy_rank(hides))
            return true;
    }
    return false;
}

bool policy_withholds(const struct snapshot *s, const struct policy_link *link)
{
    for (size_t i = 0; i < s->n_policies; i++) {
        const struct fact_policy *f = &s->policies[i];
        if (policy_hides(f) && is_on_capacity(f, link) && !is_overruled(s, f, link))
            return true;
    }
    return false;
}

void snapshot_withhold(struct snapshot *s)
{
    for (size_t i = 0; s->n_policies > 0 && i < s->n_links; i++) {
        struct link *l = &s->links[i];
        for (size_t k = 0; k < 2; k++) {
            const struct domain *d = l->end[k].node->domain;
            l->withheld |=
                policy_withholds(s, &(struct policy_link){d ? d->name : NULL, l->name, l->id});
        }
    }
}

/* A crossing whose link isn't known: its domains still have a say. */
static bool gap_withheld(const struct snapshot *s, const struct path_leg *leg, size_t i)
{
    const struct path_hop *from = &leg->hops[i - 1], *to = &leg->hops[i];
    const char *a = from->router ? from->router : "?", *b = to->router ? to->router : "?";
    bool sorted = strcmp(a, b) <= 0;
    char name[NAME_MAX_BYTES];
    int n = snprintf(name, sizeof(name), "%s|%s", sorted ? a : b, sorted ? b : a);
    const char *known = n > 0 && (size_t)n < sizeof(name) ? name : NULL;
    return policy_withholds(s, &(struct policy_link){from->domain, known, NULL}) ||
           policy_withholds(s, &(struct policy_link){to->domain, known, NULL});
}

bool snapshot_link_withheld(const struct snapshot *s, const struct path_leg *leg, size_t i)
{
    const struct link *link = leg->hops[i].link;
    return s->n_policies > 0 && (link ? link->withheld : gap_withheld(s, leg, i));
}

bool snapshot_path_withheld(const struct snapshot *s, const struct path *p)
{
    for (size_t l = 0; s->n_policies > 0 && l < p->n_legs; l++) {
        for (size_t i = 1; i < p->legs[l].n_hops; i++)
            if (snapshot_link_withheld(s, &p->legs[l], i))
                return true;
    }
    return false;
}
