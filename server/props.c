/* SPDX-License-Identifier: Apache-2.0 */
#include "server/props.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/map.h"
#include "server/policy.h"
#include "server/props_private.h"

#define MAX_PROPERTY 32 /* RFC 9240 section 5.2.1 */

/* --- columns of addresses --- */

static bool valid_property(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:";
    size_t n = strlen(name);
    return n > 0 && n <= MAX_PROPERTY && strspn(name, letters) == n &&
           strcmp(name, "priv:") != 0;
}

int props_column(const struct props *p, const char *name)
{
    for (size_t i = 0; i < p->n_columns; i++) {
        if (strcmp(p->columns[i], name) == 0)
            return (int)i;
    }
    return -1;
}

int props_add_column(struct props *p, const char *name, struct err *e)
{
    int at = props_column(p, name);
    if (at >= 0)
        return at;
    if (p->n_columns == PROPS_MAX_COLUMNS)
        return err_set(e, ERR_LIMIT, "more than %d properties of addresses", PROPS_MAX_COLUMNS);
    p->table[p->n_columns] = lpm_new();
    if (!p->table[p->n_columns])
        return err_set(e, ERR_NOMEM, "no memory for properties");
    p->columns[p->n_columns] = name;
    return (int)p->n_columns++;
}

int props_add_entry(struct props *p, const struct prefix *prefix, size_t column,
                    const char *json, struct err *e)
{
    struct props_entry *entry = json ? VEC_PUSH(&p->entries) : NULL;
    if (!entry)
        return err_set(e, ERR_NOMEM, "no memory for properties");
    *entry = (struct props_entry){.prefix = *prefix, .column = column, .json = json};
    return 0;
}

static int by_prefix(const void *pa, const void *pb)
{
    const struct props_entry *a = pa, *b = pb;
    int order = prefix_cmp(&a->prefix, &b->prefix);
    return order != 0 ? order : a->column < b->column ? -1 : a->column > b->column;
}

/* Sorted; of two values for one entity the first stands, as the snapshot orders them. */
int props_index(struct props *p, struct err *e)
{
    if (p->entries.n > 0)
        qsort(p->entries.v, p->entries.n, sizeof(*p->entries.v), by_prefix);
    for (size_t i = p->entries.n; i-- > 0;) {
        const struct props_entry *entry = &p->entries.v[i];
        if (lpm_set(p->table[entry->column], &entry->prefix, (uint32_t)i) < 0)
            return err_set(e, ERR_NOMEM, "no memory for properties");
    }
    return 0;
}

static const char *json_text(const char *text, struct arena *a)
{
    struct buf b = {0};
    buf_json_str(&b, text);
    const char *copy = b.failed ? NULL : arena_strdup(a, buf_cstr(&b));
    buf_free(&b);
    return copy;
}

static int add_pids(struct props *p, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < p->atlas->n_pids; i++) {
        const struct pid *pid = &p->atlas->pids[i];
        const char *json = json_text(pid->name, a);
        for (size_t k = 0; k < pid->n_prefixes; k++) {
            int rc = props_add_entry(p, &pid->prefixes[k], 0, json, e);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

bool props_typed_prefix(const char *entity, struct prefix *out)
{
    struct slice s = slice_of(entity);
    if (!slice_starts(s, "ipv4:") && !slice_starts(s, "ipv6:"))
        return false;
    unsigned family = (unsigned)(s.p[3] - '0');
    return prefix_parse_as(family, (struct slice){s.p + 5, s.n - 5}, out);
}

/* --- named entities --- */

static int add_name(struct props_list *list, const char *name, struct err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->v[i], name) == 0)
            return 0;
    }
    const char **at = VEC_PUSH(list);
    if (!at)
        return err_set(e, ERR_NOMEM, "no memory for properties");
    *at = name;
    return 0;
}

static int set_property(struct props *p, struct named_entity *entity, const char *name,
                        const char *json, struct err *e)
{
    struct props_names *d = &p->named[entity->link ? PROPS_ANE : PROPS_PID];
    if (!json)
        return err_set(e, ERR_NOMEM, "no memory for properties");
    if (entity->n == PROPS_MAX_NAMED)
        return 0;
    if (!entity->names) {
        entity->names = ARENA_ARRAY(p->arena, PROPS_MAX_NAMED, const char *);
        entity->json = ARENA_ARRAY(p->arena, PROPS_MAX_NAMED, const char *);
        if (!entity->names || !entity->json)
            return err_set(e, ERR_NOMEM, "no memory for properties");
    }
    for (size_t i = 0; i < entity->n; i++) {
        if (strcmp(entity->names[i], name) == 0)
            return 0;
    }
    entity->names[entity->n] = name;
    entity->json[entity->n++] = json;
    return add_name(&d->names, name, e);
}

static struct named_entity *new_entity(struct props_names *d, const char *name,
                                       const struct link *link)
{
    struct named_entity *entity = VEC_PUSH(&d->entities);
    union map_value *at = entity ? map_at_str(d->by_name, name) : NULL;
    if (!at)
        return NULL;
    at->u = d->entities.n;
    entity->name = name;
    entity->link = link;
    return entity;
}

static int add_pid_entities(struct props *p, struct err *e)
{
    struct props_names *d = &p->named[PROPS_PID];
    for (size_t i = 0; i < p->atlas->n_pids; i++) {
        const struct pid *pid = &p->atlas->pids[i];
        struct named_entity *entity = new_entity(d, pid->name, NULL);
        int rc = entity ? 0 : err_set(e, ERR_NOMEM, "no memory for properties");
        if (rc == 0 && pid->domain)
            rc = set_property(p, entity, "priv:domain", json_text(pid->domain, p->arena), e);
        if (rc == 0 && pid->site)
            rc = set_property(p, entity, "priv:site", json_text(pid->site, p->arena), e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What both directions can carry. */
static int64_t link_capacity(const struct link *link)
{
    int64_t a = link->end[0].capacity, b = link->end[1].capacity;
    return a <= 0 ? b : b <= 0 || a < b ? a : b;
}

/* Parallel links share a name; the second is NAME@2. */
static const char *ane_name(struct props *p, const struct link *link)
{
    char *slug = atlas_slug(link->name, p->arena);
    if (slug && strlen(slug) > PID_NAME_MAX - 4)
        slug[PID_NAME_MAX - 4] = 0;
    const char *name = slug;
    for (unsigned i = 2; name && i < 1000 && map_get_str(p->named[PROPS_ANE].by_name, name);
         i++)
        name = arena_printf(p->arena, "%s@%u", slug, i);
    return name;
}

static int add_links(struct props *p, const struct snapshot *s, const struct settings *settings,
                     struct err *e)
{
    struct props_names *d = &p->named[PROPS_ANE];
    for (size_t i = 0; i < s->n_links; i++) {
        const struct link *link = &s->links[i];
        if (!may_ever_name_link(s, settings, link))
            continue;
        const char *name = ane_name(p, link);
        struct named_entity *entity = name ? new_entity(d, name, link) : NULL;
        union map_value *at = entity ? map_at_str(p->by_link, link->id) : NULL;
        if (!at)
            return err_set(e, ERR_NOMEM, "no memory for properties");
        at->u = d->entities.n;
        int64_t capacity = link_capacity(link);
        int rc = capacity > 0
                     ? set_property(p, entity, "max-reservable-bandwidth",
                                    arena_printf(p->arena, "%lld", (long long)capacity), e)
                     : 0;
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* --- properties that sources state --- */

static int add_link_property(struct props *p, const struct snap_property *f, struct err *e)
{
    struct props_names *d = &p->named[PROPS_ANE];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < d->entities.n; i++) {
        if (strcmp(d->entities.v[i].link->name, f->entity + 5) == 0)
            rc = set_property(p, &d->entities.v[i], f->name, f->value, e);
    }
    return rc;
}

/* One name too many is not served; the others are. */
static int add_stated_address(struct props *p, const struct prefix *prefix,
                              const struct snap_property *f, struct err *e)
{
    struct err why = {0};
    int column = props_add_column(p, f->name, &why);
    if (column == ERR_LIMIT) {
        log_warn("documents", "property %s of %s is not served: %s", f->name, f->entity,
                 why.msg);
        return 0;
    }
    return column < 0 ? err_set(e, column, "%s", why.msg)
                      : props_add_entry(p, prefix, (size_t)column, f->value, e);
}

static int add_stated(struct props *p, const struct snap_property *f, struct err *e)
{
    struct prefix prefix;
    if (!valid_property(f->name) || !f->value)
        return 0;
    if (props_typed_prefix(f->entity, &prefix))
        return add_stated_address(p, &prefix, f, e);
    if (strncmp(f->entity, "pid:", 4) == 0) {
        struct props_names *d = &p->named[PROPS_PID];
        const union map_value *at = map_get_str(d->by_name, f->entity + 4);
        return at ? set_property(p, &d->entities.v[at->u - 1], f->name, f->value, e) : 0;
    }
    return strncmp(f->entity, "link:", 5) == 0 ? add_link_property(p, f, e) : 0;
}

static int fill(struct props *p, const struct settings *settings, struct err *e)
{
    const struct snapshot *s = p->atlas->snapshot;
    const char *pid_column = arena_printf(p->arena, "%s.pid", p->atlas->map_id);
    if (!pid_column)
        return err_set(e, ERR_NOMEM, "no memory for properties");
    int rc = props_add_column(p, pid_column, e);
    if (rc >= 0)
        rc = add_pids(p, p->arena, e);
    if (rc == 0)
        rc = add_pid_entities(p, e);
    if (rc == 0)
        rc = add_links(p, s, settings, e);
    for (size_t i = 0; rc == 0 && i < s->n_properties; i++)
        rc = add_stated(p, &s->properties[i], e);
    return rc == 0 ? props_index(p, e) : rc;
}

int props_blank(struct props **out, struct arena *a, struct err *e)
{
    struct props *p = ARENA_NEW(a, struct props);
    *out = p;
    if (!p)
        return err_set(e, ERR_NOMEM, "no memory for properties");
    p->arena = a;
    p->by_link = map_new();
    if (!p->by_link)
        return err_set(e, ERR_NOMEM, "no memory for properties");
    for (size_t d = 0; d < PROPS_DOMAINS; d++) {
        p->named[d].by_name = map_new();
        if (!p->named[d].by_name)
            return err_set(e, ERR_NOMEM, "no memory for properties");
    }
    return 0;
}

int props_new(struct props **out, const struct atlas *atlas, const struct settings *settings,
              struct arena *a, struct err *e)
{
    int rc = props_blank(out, a, e);
    if (rc < 0)
        return rc;
    (*out)->atlas = atlas;
    return fill(*out, settings, e);
}

void props_free(struct props **pp)
{
    struct props *p = *pp;
    *pp = NULL;
    if (!p)
        return;
    for (size_t i = 0; i < p->n_columns; i++)
        lpm_free(&p->table[i]);
    for (size_t d = 0; d < PROPS_DOMAINS; d++) {
        VEC_FREE(&p->named[d].entities);
        VEC_FREE(&p->named[d].names);
        map_free(&p->named[d].by_name);
    }
    map_free(&p->by_link);
    VEC_FREE(&p->entries);
}

/* --- reading --- */

size_t props_domains(const struct props *p, const struct prop_domain **v)
{
    *v = p->domains;
    return p->n_domains;
}

static void hash_text(struct hash *h, const char *text)
{
    hash_add(h, text, strlen(text) + 1);
}

static void hash_domain(const struct prop_domain *d, struct hash *h)
{
    hash_text(h, d->name);
    for (size_t i = 0; i < d->properties->n; i++)
        hash_text(h, d->properties->v[i]);
    for (size_t i = 0; i < d->n; i++) {
        hash_text(h, d->v[i].id);
        for (size_t k = 0; k < d->v[i].n; k++) {
            hash_text(h, d->v[i].v[k].name);
            hash_text(h, d->v[i].v[k].json);
        }
    }
}

void props_hash(const struct props *p, struct hash *h)
{
    char text[PREFIX_TEXT];
    for (size_t i = 0; i < p->n_domains; i++) {
        hash_domain(&p->domains[i], h);
        if (p->domains[i].own)
            props_hash(p->domains[i].own, h);
    }
    for (size_t i = 0; i < p->entries.n; i++) {
        const struct props_entry *entry = &p->entries.v[i];
        if (lpm_exact(p->table[entry->column], &entry->prefix) != i)
            continue; /* another value of the same stands */
        hash_text(h, p->columns[entry->column]);
        hash_text(h, prefix_format(&entry->prefix, text));
        hash_text(h, entry->json);
    }
}

size_t props_columns(const struct props *p, const char *const **names)
{
    *names = p->columns;
    return p->n_columns;
}

const char *props_of_address(const struct props *p, size_t column, const struct addr *a)
{
    uint32_t i = lpm_find(p->table[column], a, NULL);
    return i == LPM_NONE ? NULL : p->entries.v[i].json;
}

size_t props_named(const struct props *p, enum props_domain d, const struct named_entity **v)
{
    *v = p->named[d].entities.v;
    return p->named[d].entities.n;
}

size_t props_names(const struct props *p, enum props_domain d, const char *const **names)
{
    *names = p->named[d].names.v;
    return p->named[d].names.n;
}

const struct named_entity *props_find(const struct props *p, enum props_domain d,
                                      const char *name)
{
    const union map_value *at = map_get_str(p->named[d].by_name, name);
    return at ? &p->named[d].entities.v[at->u - 1] : NULL;
}

const struct named_entity *props_of_link(const struct props *p, const char *id)
{
    const union map_value *at = map_get_str(p->by_link, id);
    return at ? &p->named[PROPS_ANE].entities.v[at->u - 1] : NULL;
}
