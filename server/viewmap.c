/* SPDX-License-Identifier: Apache-2.0 */
#include "server/viewmap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "server/edition.h"
#include "server/offer.h"
#include "server/problem.h"
#include "server/propmap.h"
#include "wire/stream.h"

void viewmap_describe(const struct resource *r, struct description *d)
{
    const struct wire_view_resource *view = r->offer->view;
    buf_str(&d->capabilities, "{\"mappings\":{");
    for (size_t i = 0; i < view->n_mappings; i++)
        propmap_put_mapping(&d->capabilities, view->mappings[i].domain,
                            view->mappings[i].properties.v, view->mappings[i].properties.n,
                            i > 0);
    buf_str(&d->capabilities, "}}");
    for (size_t i = 0; i < view->uses.n; i++)
        d->uses[d->n_uses++] = view->uses.v[i];
}

/* --- which resources the answer depends on --- */

/* What an answer tells of. */
struct scope {
    bool agnostic;                /* of domains that are no resource's own */
    const struct prop_domain **v; /* domains that are asked for */
    size_t n;
};

static bool is_of_resource(const char *name, const char *id)
{
    size_t n = strlen(id);
    return strncmp(name, id, n) == 0 && name[n] == '.';
}

static bool depends(const struct scope *scope, const char *id)
{
    bool found = !scope || scope->agnostic;
    for (size_t i = 0; !found && i < scope->n; i++)
        found = is_of_resource(scope->v[i]->name, id);
    return found;
}

/* RFC 9240 sections 7.6 and 8.6: in the order of `uses`. */
static int put_head(const struct resource *r, const struct view *v, const struct scope *scope,
                    struct propmap *m, struct err *e)
{
    const struct wire_view_names *uses = &r->offer->view->uses;
    struct wire_vtag tags[DESCRIPTION_USES]; /* a view names no more */
    const struct wire_vtag own = {r->id, r->offer->tag};
    struct wire_meta meta = {.vtag = scope ? NULL : &own, .dependent = tags};
    for (size_t i = 0; i < uses->n; i++) {
        const struct resource *other = edition_by_id(v->edition, uses->v[i]);
        if (other && depends(scope, uses->v[i]))
            tags[meta.n_dependent++] =
                (struct wire_vtag){other->id, edition_tag(v->edition, other)};
    }
    return propmap_begin(m, m->out, &meta, e);
}

/* --- writing --- */

static bool offers(const struct prop_domain *d, const char *name)
{
    return wire_view_has(d->properties, name);
}

static void put_named(struct propmap *m, const struct prop_domain *d,
                      const struct wire_entity *entity, const struct prop_selection *sel)
{
    const char *names[64], *json[64];
    const char *colon = entity->id + strlen(d->name);
    struct named_entity named = {.name = colon + 1, .names = names, .json = json};
    for (size_t i = 0; i < entity->n && i < 64; i++) {
        names[named.n] = entity->v[i].name;
        json[named.n++] = entity->v[i].json;
    }
    propmap_named(m, d->name, &named, sel);
}

/* The columns that are wanted of a domain of addresses. */
static bool *wanted_columns(const struct props *p, const struct prop_domain *d,
                            const struct prop_selection *sel, struct arena *a)
{
    const char *const *columns;
    size_t n = props_columns(p, &columns);
    bool *wanted = ARENA_ARRAY(a, n + 1, bool);
    for (size_t i = 0; wanted && i < n; i++)
        wanted[i] = offers(d, columns[i]) && propmap_wants(sel, columns[i]);
    return wanted;
}

static unsigned family_of(const struct prop_domain *d)
{
    return d->name[strlen(d->name) - 1] == '4' ? 4 : 6;
}

static const struct props *table_of(const struct props *p, const struct prop_domain *d)
{
    return d->own ? d->own : p;
}

/* "MAP.ipv4:PREFIX" where the table has "ipv4:PREFIX". */
static int name_by_domain(const struct prop_domain *d, struct prop_entities *list,
                          struct arena *a, struct err *e)
{
    for (size_t i = 0; d->own && i < list->n; i++) {
        list->v[i].id = arena_printf(a, "%s%s", d->name, strchr(list->v[i].id, ':'));
        if (!list->v[i].id)
            return err_set(e, ERR_NOMEM, "no memory for a property map");
    }
    return 0;
}

/* A map under way. */
struct writer {
    const struct props *props;
    struct propmap *m;
    const struct prop_selection *sel;
    struct arena *arena;
};

static int put_domain(const struct writer *w, const struct prop_domain *d, struct err *e)
{
    const struct props *p = table_of(w->props, d);
    const struct prop_selection *sel = w->sel;
    const char *const *columns;
    struct prop_entities list = {0};
    for (size_t i = 0; !d->addresses && i < d->n; i++)
        put_named(w->m, d, &d->v[i], sel);
    if (!d->addresses)
        return 0;
    struct props_query query = {p, wanted_columns(p, d, sel, w->arena), w->arena};
    if (!query.wanted)
        return err_set(e, ERR_NOMEM, "no memory for a property map");
    props_columns(p, &columns);
    int rc = props_all_merged(&query, family_of(d), &list, e);
    if (rc == 0)
        rc = name_by_domain(d, &list, w->arena, e);
    if (rc == 0)
        propmap_addresses(w->m, &list, columns, sel);
    VEC_FREE(&list);
    return rc;
}

static int put_all(const struct writer *w, struct err *e)
{
    const struct prop_domain *domains;
    size_t n = props_domains(w->props, &domains);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = put_domain(w, &domains[i], e);
    return rc;
}

int viewmap_full(const struct resource *r, const struct view *v, const struct request *q,
                 struct reply *out, struct err *e)
{
    struct propmap m = {.out = &out->body};
    int rc = put_head(r, v, NULL, &m, e);
    if (rc < 0)
        return rc;
    rc = put_all(&(struct writer){r->offer->props, &m, NULL, q->arena}, e);
    propmap_end(&m);
    out->entries = m.n;
    return rc;
}

/* --- requests --- */

#define FEW_ENTITIES 16 /* are looked for one by one */

struct asked_entity {
    struct prefix prefix; /* first: see props_narrow_first() */
    const struct prop_domain *domain;
    const struct wire_entity *named; /* NULL: it has no properties */
};

/* RFC 9240 section 5.1.3: names may hold colons and dots, so the longest domain counts. */
static const struct prop_domain *domain_of(const struct props *p, const char *text)
{
    const struct prop_domain *domains, *found = NULL;
    size_t n = props_domains(p, &domains), best = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(domains[i].name);
        if (strncmp(text, domains[i].name, len) == 0 && text[len] == ':' && len >= best) {
            found = &domains[i];
            best = len;
        }
    }
    return found;
}

/* Of network elements, whatever property map defines them. */
static bool is_of_elements(const struct prop_domain *d)
{
    const char *dot = strrchr(d->name, '.');
    return dot && strcmp(dot, ".ane") == 0;
}

/* RFC 9241 section 6.1.1.2: "as" and digits without leading zero; section 6.1.2.2: two letters;
 * RFC 9275 section 6.1: elements are named as PIDs are. */
static bool good_name(const struct prop_domain *d, const char *name)
{
    uint64_t number;
    if (strcmp(d->name, "asn") == 0)
        return strncmp(name, "as", 2) == 0 && (name[2] != '0' || name[3] == 0) &&
               slice_u64(slice_of(name + 2), UINT32_MAX, &number);
    if (strcmp(d->name, "countrycode") == 0)
        return strlen(name) == 2 && islower((unsigned char)name[0]) &&
               islower((unsigned char)name[1]);
    if (is_of_elements(d))
        return wire_is_id(name);
    return *name && (!d->map || atlas_pid(d->map, name) >= 0);
}

static bool read_address(const struct prop_domain *d, const char *name, struct prefix *out)
{
    struct slice s = slice_of(name);
    return prefix_parse_as((unsigned)family_of(d), s, out);
}

/* "MAP.ane:NAME" of a persistent-entity-id means ".ane:NAME" of this very map. */
static const char *own_name(const struct resource *r, const char *text)
{
    size_t n = strlen(r->id);
    return strncmp(text, r->id, n) == 0 && text[n] == '.' ? text + n : text;
}

/* All that have names, by id; NULL: no memory. */
static struct map *index_of(const struct props *p)
{
    const struct prop_domain *domains;
    size_t n = props_domains(p, &domains);
    struct map *index = map_new();
    int rc = index ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; rc == 0 && !domains[i].addresses && k < domains[i].n; k++) {
            const struct wire_entity *entity = &domains[i].v[k];
            rc =
                map_set(index, entity->id, strlen(entity->id), (union map_value){.cp = entity});
        }
    }
    if (rc < 0)
        map_free(&index);
    return index;
}

static const struct wire_entity *find_named(const struct map *index,
                                            const struct prop_domain *d, const char *text)
{
    const union map_value *value = index ? map_get_str(index, text) : NULL;
    for (size_t i = 0; !index && i < d->n; i++) {
        if (strcmp(d->v[i].id, text) == 0)
            return &d->v[i];
    }
    return value ? value->cp : NULL;
}

/* `index`: NULL where it is not worth the while. */
static bool read_entity(const struct resource *r, const struct map *index, const char *text,
                        struct asked_entity *out)
{
    const struct prop_domain *d = domain_of(r->offer->props, text);
    if (!d && (d = domain_of(r->offer->props, own_name(r, text))))
        text = own_name(r, text);
    *out = (struct asked_entity){.domain = d};
    if (!d)
        return false;
    const char *name = text + strlen(d->name) + 1;
    if (d->addresses)
        return read_address(d, name, &out->prefix);
    out->named = find_named(index, d, text);
    return out->named || good_name(d, name);
}

static bool known_property(const struct props *p, const char *name)
{
    const struct prop_domain *domains;
    size_t n = props_domains(p, &domains);
    for (size_t i = 0; i < n; i++) {
        if (offers(&domains[i], name))
            return true;
    }
    return false;
}

/* A request that was understood. */
struct query {
    struct wire_entity_params f;
    struct prop_selection sel;
    struct asked_entity *asked;
    struct scope scope;
};

static bool agnostic(const struct prop_domain *d)
{
    const char *dot = strchr(d->name, '.');
    return !dot || dot == d->name;
}

/* false: refused in *out. */
static bool read_entities(const struct resource *r, struct query *k, struct reply *out)
{
    bool many = k->f.entities.n > FEW_ENTITIES, good = true;
    struct map *index = many ? index_of(r->offer->props) : NULL;
    if (many && !index) {
        problem_status(out, 503);
        return false;
    }
    for (size_t i = 0; good && i < k->f.entities.n; i++) {
        good = read_entity(r, index, k->f.entities.v[i], &k->asked[i]);
        if (!good) {
            problem_value(out, "entities", k->f.entities.v[i]);
            break;
        }
        k->scope.v[k->scope.n++] = k->asked[i].domain;
        k->scope.agnostic |= agnostic(k->asked[i].domain);
    }
    map_free(&index);
    return good;
}

/* false: refused in *out. */
static bool read_query(const struct resource *r, const struct view *v, const struct request *q,
                       struct query *k, struct reply *out)
{
    struct wire_input in = {q->body, q->len, &v->settings->wire, q->arena};
    struct wire_problem problem;
    if (wire_entity_params(&in, &k->f, &problem) != WIRE_OK) {
        problem_alto(out, &problem);
        return false;
    }
    k->sel =
        (struct prop_selection){.names = &k->f.properties, .bare = !k->f.properties.present};
    k->asked = ARENA_ARRAY(q->arena, k->f.entities.n + 1, struct asked_entity);
    k->scope.v = ARENA_ARRAY(q->arena, k->f.entities.n + 1, const struct prop_domain *);
    if (!k->asked || !k->scope.v) {
        problem_status(out, 503);
        return false;
    }
    for (size_t i = 0; i < k->f.properties.n; i++) {
        if (!known_property(r->offer->props, k->f.properties.v[i])) {
            problem_value(out, "properties", k->f.properties.v[i]);
            return false;
        }
    }
    k->scope.agnostic = k->f.entities.n == 0;
    return read_entities(r, k, out);
}

static int put_asked(const struct props *p, const struct query *k, struct propmap *m,
                     struct arena *a, struct err *e)
{
    const char *const *columns;
    int rc = 0;
    if (k->f.entities.n > 1)
        qsort(k->asked, k->f.entities.n, sizeof(*k->asked), props_narrow_first);
    for (size_t i = 0; rc == 0 && i < k->f.entities.n; i++) {
        const struct asked_entity *asked = &k->asked[i];
        struct prop_entities list = {0};
        if (asked->named)
            put_named(m, asked->domain, asked->named, &k->sel);
        if (!asked->domain->addresses)
            continue;
        struct arena_mark here = arena_mark(a);
        const struct props *table = table_of(p, asked->domain);
        struct props_query query = {table, wanted_columns(table, asked->domain, &k->sel, a), a};
        props_columns(table, &columns);
        rc = query.wanted ? props_of_prefix(&query, &asked->prefix, &list, e)
                          : err_set(e, ERR_NOMEM, "no memory for a property map");
        if (rc == 0)
            rc = name_by_domain(asked->domain, &list, a, e);
        if (rc == 0)
            propmap_addresses(m, &list, columns, &k->sel);
        VEC_FREE(&list);
        arena_rewind(a, here);
    }
    return rc;
}

int viewmap_filtered(const struct resource *r, const struct view *v, const struct request *q,
                     struct reply *out, struct err *e)
{
    struct query k = {0};
    struct propmap m = {.out = &out->body};
    if (!read_query(r, v, q, &k, out))
        return 0;
    int rc = put_head(r, v, &k.scope, &m, e);
    if (rc < 0)
        return rc;
    const struct writer w = {r->offer->props, &m, &k.sel, q->arena};
    rc = k.f.entities.n == 0 ? put_all(&w, e) : put_asked(r->offer->props, &k, &m, q->arena, e);
    propmap_end(&m);
    return rc;
}
