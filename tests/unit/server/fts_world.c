/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/server/fts_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/cmocka_all.h"

static const struct origin origins[] = {
    {.domain = "one", .source = "static", .kind = "static", .scope = "one.yaml"},
    {.domain = "two", .source = "static", .kind = "static", .scope = "two.yaml"},
};

static const struct origin handed_in[] = {
    {.domain = "one", .source = "inbox", .kind = "inbox", .scope = "grants/one"},
    {.domain = "two", .source = "inbox", .kind = "inbox", .scope = "grants/two"},
};

void fts_world_start(struct fts_world *w, const char *config)
{
    char path[96];
    struct err e = {0};
    *w = (struct fts_world){.folder = "/tmp/fts-XXXXXX"};
    fixture_start(&w->f, config);
    assert_non_null(mkdtemp(w->folder));
    snprintf(path, sizeof(path), "%s/inbox.db", w->folder);
    assert_int_equal(inbox_store_open(&w->store, path, &w->f.clock, &e), 0);
    w->inbox = inbox_store_inbox(w->store);
}

void fts_world_stop(struct fts_world *w)
{
    static const char *const names[] = {"inbox.db", "inbox.db-wal", "inbox.db-shm"};
    char path[96];
    inbox_store_close(&w->store);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", w->folder, names[i]);
        unlink(path);
    }
    rmdir(w->folder);
    fixture_stop(&w->f);
}

static const struct origin *origin_of(const struct origin *of, const char *domain)
{
    return &of[strcmp(domain, "two") == 0];
}

struct fact_grant *fts_world_grant(struct fts_world *w, const char *domain, const char *entity,
                                   double amount)
{
    struct fact_grant *g = &w->grants[w->n_grants++];
    fact_init(FACT_GRANT, g);
    g->origin = origin_of(origins, domain);
    g->entity = entity;
    g->user = "fts";
    if (amount < 1)
        g->share = amount;
    else
        g->bits = (int64_t)amount;
    return g;
}

void fts_world_group(struct fts_world *w, const char *domain, const char *name, const char *a,
                     const char *b)
{
    static const char *links[8][2];
    struct fact_link_group *g = &w->groups[w->n_groups];
    const char **two = links[w->n_groups++];
    fact_init(FACT_LINK_GROUP, g);
    g->origin = origin_of(origins, domain);
    g->name = name;
    two[0] = a;
    two[1] = b;
    g->links = (struct strs){two, 2};
}

static void add_handed_in(struct fts_world *w, struct snapshot *s, const char *domain)
{
    struct inbox_version v = {.facts.arena = s->arena};
    struct err e = {0};
    const struct inbox *inbox = inbox_store_inbox(w->store);
    if (inbox->get(inbox->self, domain, 0, &v, &e) < 0)
        return;
    for (size_t i = 0; i < FACTS_N(&v.facts, GRANT); i++) {
        struct fact_grant *g = &s->grants[s->n_grants++];
        *g = FACTS(&v.facts, grant, GRANT)[i];
        g->origin = origin_of(handed_in, domain);
    }
    for (size_t i = 0; i < FACTS_N(&v.facts, LINK_GROUP); i++) {
        struct fact_link_group *g = &s->link_groups[s->n_link_groups++];
        *g = FACTS(&v.facts, link_group, LINK_GROUP)[i];
        g->origin = origin_of(handed_in, domain);
    }
    s->scopes[s->n_scopes++] =
        (struct scope_status){.origin = {.domain = domain,
                                         .source = "inbox",
                                         .kind = "inbox",
                                         .scope = origin_of(handed_in, domain)->scope,
                                         .epoch = v.number,
                                         .observed_at = v.at,
                                         .collected_at = v.at},
                              .version = "handed in by x"};
    facts_free(&v.facts);
}

void fts_world_publish(struct fts_world *w)
{
    struct snapshot *s = fixture_snapshot(w->f.now);
    struct err e = {0};
    struct scope_status *scopes = ARENA_ARRAY(s->arena, 8, struct scope_status);
    memcpy(scopes, s->scopes, s->n_scopes * sizeof(*scopes));
    s->scopes = scopes;
    s->grants = ARENA_ARRAY(s->arena, 64, struct fact_grant);
    s->link_groups = ARENA_ARRAY(s->arena, 64, struct fact_link_group);
    memcpy(s->grants, w->grants, w->n_grants * sizeof(*s->grants));
    s->n_grants = w->n_grants;
    memcpy(s->link_groups, w->groups, w->n_groups * sizeof(*s->link_groups));
    s->n_link_groups = w->n_groups;
    if (w->hidden) {
        s->policies = ARENA_ARRAY(s->arena, 1, struct fact_policy);
        s->n_policies = 1;
        fact_init(FACT_POLICY, s->policies);
        s->policies->origin = origin_of(origins, w->hidden);
        s->policies->what = "interior";
        s->policies->decision = "hide";
    }
    for (size_t i = 0; w->unknown && i < s->n_links; i++) {
        struct link *l = &s->links[i];
        if (strcmp(l->name, w->unknown) == 0)
            l->end[0].capacity = l->end[1].capacity = 0;
    }
    add_handed_in(w, s, "one");
    add_handed_in(w, s, "two");
    assert_int_equal(snapshot_seal(s, &e), 0);
    board_publish(w->f.board, s);
    assert_int_equal(server_refresh(w->f.server, &e), 0);
}

static const char *argument(void *self, const char *name)
{
    const char *const *arguments = self;
    for (size_t i = 0; arguments && arguments[i]; i += 2) {
        if (strcmp(arguments[i], name) == 0)
            return arguments[i + 1];
    }
    return NULL;
}

struct answer fts_world_ask(struct fts_world *w, struct request q, const char *const *arguments)
{
    q.inbox = w->inbox;
    q.argument = argument;
    q.argument_self = (void *)(uintptr_t)arguments;
    q.len = q.body ? strlen(q.body) : 0;
    if (q.body && !q.content_type)
        q.content_type = "application/json";
    return fixture_request(&w->f, q);
}
