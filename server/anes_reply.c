/* SPDX-License-Identifier: Apache-2.0 */
/* The two parts of a path vector reply. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "server/anes_private.h"
#include "server/edition.h"

#define RANDOM_BYTES 16
#define LIKELY_NAME  25             /* bytes around a vector: "ipv4:192.0.2.100":[], */
#define ANE_ITEM     (ANE_NAME + 2) /* bytes of ,"NAME" */
#define ITEM_PIECE   32             /* bytes that are copied at once */

/* ,"NAME" of an element. */
struct item {
    char text[ITEM_PIECE];
};

/* Writes vectors of any state. */
struct vector_writer {
    uint32_t *last;      /* by element and one more, the vector that showed it last */
    struct item **items; /* by state and element */
    uint32_t n;          /* vectors so far */
};

static struct item *items_of(const struct anes *s)
{
    struct item *items = ARENA_ARRAY(s->arena, s->anes.n + 1, struct item);
    for (size_t i = 0; items && i < s->anes.n; i++) {
        memcpy(items[i].text, ",\"", 2);
        memcpy(items[i].text + 2, s->anes.v[i].name, ANE_NAME - 1);
        items[i].text[ANE_ITEM - 1] = '"';
    }
    return items;
}

static int new_writer(const struct anes *s, struct vector_writer *out)
{
    size_t most = 0;
    *out = (struct vector_writer){.items = ARENA_ARRAY(s->arena, s->n_states, struct item *)};
    for (size_t i = 0; i < s->n_states; i++) {
        most = s->states[i]->anes.n > most ? s->states[i]->anes.n : most;
        if (!out->items || !(out->items[i] = items_of(s->states[i])))
            return ERR_NOMEM;
    }
    out->last = ARENA_ARRAY(s->arena, most + 1, uint32_t);
    return out->last ? 0 : ERR_NOMEM;
}

/* Room for vectors, as much as they take: an element has one place in those of all pairs that
 * cross it. */
static void expect_vectors(const struct anes *s, struct buf *b)
{
    size_t n = s->flows.n * LIKELY_NAME;
    for (size_t i = 0; i < s->anes.n; i++)
        n += s->shown[i] == i ? s->tallies.v[i].n_flows * (size_t)ANE_ITEM : 0;
    (void)buf_room(b, n);
}

/* A merged element stands where its first member was. */
static void put_vector(const struct anes *s, size_t state, uint32_t flow,
                       struct vector_writer *w, struct buf *b)
{
    const struct anes *of = s->states[state];
    const struct ane_flow *f = &of->flows.v[flow];
    const uint32_t *crossed = f->n > 0 ? of->crossed.v + f->first : NULL, *shown = of->shown;
    const struct item *items = w->items[state];
    char *open = buf_room(b, f->n * ANE_ITEM + ITEM_PIECE), *p = open;
    uint32_t *last = w->last, this = ++w->n;
    last[of->anes.n] = this;
    for (size_t i = 0; p && i < f->n; i++) {
        uint32_t element = shown[crossed[i]];
        memcpy(p, &items[element], ITEM_PIECE); /* stays if it is new to this vector */
        p += last[element] == this ? 0 : ANE_ITEM;
        last[element] = this;
    }
    if (!p)
        return;
    p += p == open;
    *open = '['; /* instead of the first comma */
    *p = ']';
    buf_end(b, p + 1);
}

/* The vector of a flow, or one for each interval. */
static void put_flow(const struct anes *s, uint32_t flow, struct vector_writer *w,
                     struct buf *b)
{
    if (!s->when) {
        put_vector(s, 0, flow, w, b);
        return;
    }
    for (unsigned i = 0; i < s->when->n; i++) {
        buf_char(b, i == 0 ? '[' : ',');
        put_vector(s, s->state_of[i], flow, w, b);
    }
    buf_char(b, ']');
}

/* Pairs as they came, of path vectors alone. */
static void put_vectors(const struct anes *s, struct vector_writer *w, struct buf *b)
{
    buf_char(b, '{');
    for (size_t i = 0; i < s->sources.n; i++) {
        const struct ane_source *source = &s->sources.v[i];
        if (i > 0)
            buf_char(b, ',');
        buf_json_str(b, source->src);
        for (size_t k = 0; k < source->flows.n; k++) {
            buf_str(b, k == 0 ? ":{" : ",");
            buf_json_str(b, s->flows.v[source->flows.v[k]].dst);
            buf_char(b, ':');
            put_flow(s, source->flows.v[k], w, b);
        }
        buf_char(b, '}');
    }
    buf_str(b, "}}");
}

/* A column of path vectors beside others. */
struct vector_column {
    const struct anes *s;
    const uint32_t *flow_of; /* pair -> flow, from 1 */
    struct vector_writer *writer;
};

static bool put_vector_of(const void *self, size_t pair, struct buf *b)
{
    const struct vector_column *c = self;
    if (c->flow_of[pair] == 0)
        return false;
    put_flow(c->s, c->flow_of[pair] - 1, c->writer, b);
    return true;
}

static int put_costs(const struct anes *s, const struct anes_reply *how,
                     const struct wire_vtag *tag, struct buf *b)
{
    struct vector_writer writer;
    struct vector_column column = {s, how->flow_of, &writer};
    struct wire_meta_calendar calendar = {NULL, s->when};
    struct wire_meta meta = {.vtag = tag,
                             .dependent = how->map,
                             .n_dependent = how->map ? 1 : 0,
                             .mode = "array",
                             .metric = "ane-path",
                             .calendars = &calendar,
                             .n_calendars = s->when ? 1 : 0};
    struct asked_reply costs = {.member = how->member,
                                .vtag = tag,
                                .dependent = how->map,
                                .srcs = how->srcs,
                                .dsts = how->dsts,
                                .paths = {.put = put_vector_of, .self = &column}};
    if (new_writer(s, &writer) < 0)
        return ERR_NOMEM;
    expect_vectors(s, b);
    if (how->asked)
        return asked_put(how->asked, &costs, b, NULL);
    wire_put_head(b, &meta, how->member);
    put_vectors(s, &writer, b);
    return 0;
}

/* See identify() in anes.c. */
static struct slice persistent_of(const struct reduce_row *row)
{
    const char *text = row->merged_identity ? row->merged_identity : "";
    return (struct slice){text, strcspn(text, "\n")};
}

static const char *as_of(const struct reduce_row *row)
{
    struct slice name = persistent_of(row);
    return row->merged_identity ? name.p + name.n + 1 : "";
}

static void put_name(struct buf *b, bool *some, const char *name)
{
    buf_str(b, *some ? ",\"" : "\"");
    buf_str(b, name);
    buf_str(b, "\":");
    *some = true;
}

static void put_private(const struct anes *s, const struct ane *ane, bool *some, struct buf *b)
{
    const struct path_hop *from = &ane->leg->hops[ane->hop - 1],
                          *to = &ane->leg->hops[ane->hop];
    char text[ADDR_TEXT];
    if (s->wanted & ANE_LINK) {
        put_name(b, some, "priv:link");
        buf_json_str(b, path_link_name(ane->leg, ane->hop, s->arena));
    }
    /* An id names routers: it must not tell what the domains don't. */
    if ((s->wanted & ANE_ID) && to->link && !anes_nameless(from->router) &&
        !anes_nameless(to->router)) {
        put_name(b, some, "priv:id");
        buf_json_str(b, to->link->id);
    }
    if ((s->wanted & ANE_INGRESS) && addr_is_set(&to->in)) {
        put_name(b, some, "priv:ingress");
        buf_json_str(b, addr_format(&to->in, text));
    }
    if (s->wanted & ANE_CLASS) {
        put_name(b, some, "priv:class");
        buf_json_str(b, fact_class_name(to->cls));
    }
    if (s->wanted & ANE_ROUTERS) {
        put_name(b, some, "priv:routers");
        const char *routers[] = {from->router ? from->router : "?",
                                 to->router ? to->router : "?"};
        wire_put_strings(b, routers, 2);
    }
}

/* Properties that clients ask for though no RFC has them. */
static void put_known_to_clients(const struct anes *s, const struct ane *ane,
                                 const struct reduce_row *row, bool *some, struct buf *b)
{
    const char *as = as_of(row);
    char text[ADDR_TEXT];
    if ((s->wanted & ANE_BYTES) && isfinite(row->merged)) {
        put_name(b, some, "bandwidth");
        wire_put_cost(b, row->merged / 8);
    }
    if ((s->wanted & ANE_AS) && *as) {
        put_name(b, some, "as_path");
        buf_json_str(b, as);
    }
    if ((s->wanted & ANE_NEXT_HOP) && addr_is_set(&ane->leg->hops[ane->hop].in)) {
        put_name(b, some, "next_hop");
        buf_json_str(b, addr_format(&ane->leg->hops[ane->hop].in, text));
    }
}

/* What a document tells of its element: the two that reduction knows, others as they are. */
static void put_told(const struct ane *ane, const struct reduce_row *row, const char *name,
                     bool *some, struct buf *b)
{
    const char *told = ane->entity ? wire_entity_property(ane->entity, name) : NULL;
    struct slice json = slice_of(told ? told : "");
    bool bandwidth = strcmp(name, "max-reservable-bandwidth") == 0;
    if (strcmp(name, "persistent-entity-id") == 0)
        json = persistent_of(row);
    if (bandwidth ? !isfinite(row->merged) : json.n == 0)
        return;
    put_name(b, some, name);
    if (bandwidth)
        wire_put_cost(b, row->merged);
    else
        buf_add(b, json.p, json.n);
}

static void put_element(const struct anes *s, size_t i, const struct anes_reply *how,
                        const char *ane_map, struct buf *b)
{
    const struct ane *ane = &s->anes.v[i];
    const struct reduce_row *row = &s->rows[i];
    const struct slice persistent = persistent_of(row);
    bool some = false;
    buf_printf(b, "\".ane:%s\":{", ane->name);
    bool told = !ane->leg && !ane->link;
    for (size_t k = 0; told && k < how->properties->n; k++)
        put_told(ane, row, how->properties->v[k], &some, b);
    if (told) {
        buf_char(b, '}');
        return;
    }
    if ((s->wanted & ANE_BANDWIDTH) && isfinite(row->merged)) {
        put_name(b, &some, "max-reservable-bandwidth");
        wire_put_cost(b, row->merged);
    }
    if ((s->wanted & ANE_PERSISTENT) && persistent.n > 0 && ane_map) {
        put_name(b, &some, "persistent-entity-id");
        buf_printf(b, "\"%s.ane:%.*s\"", ane_map, (int)persistent.n, persistent.p);
    }
    put_known_to_clients(s, ane, row, &some, b);
    if (ane->leg)
        put_private(s, ane, &some, b);
    buf_char(b, '}');
}

/* Is the element told of by an earlier state? Equal names are equal properties. */
static int is_told(const struct anes *s, struct map *told, const struct ane *ane, bool *out)
{
    union map_value *at = s->n_states > 1 ? map_at(told, ane->name, strlen(ane->name)) : NULL;
    *out = at && at->u++ > 0;
    return at || s->n_states == 1 ? 0 : ERR_NOMEM;
}

/* Of all intervals together: this part has no calendar (RFC 9275 section 9.4). */
static int put_properties(const struct anes *s, const struct anes_reply *how,
                          const char *ane_map, struct buf *b)
{
    struct map *told = map_new();
    const char *comma = "";
    int rc = told ? 0 : ERR_NOMEM;
    buf_char(b, '{');
    for (size_t k = 0; rc == 0 && k < s->n_states; k++) {
        const struct anes *state = s->states[k];
        for (size_t i = 0; rc == 0 && i < state->anes.n; i++) {
            bool again = false;
            if (state->rows[i].into != i || state->rows[i].removed)
                continue;
            rc = is_told(s, told, &state->anes.v[i], &again);
            if (again)
                continue;
            buf_str(b, comma);
            comma = ",";
            put_element(state, i, how, ane_map, b);
        }
    }
    buf_str(b, "}}");
    map_free(&told);
    return rc;
}

/* Random; from a secret always the same. */
static void random_hex(const struct request *q, char out[2 * RANDOM_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[RANDOM_BYTES];
    q->clock->random(q->clock->self, bytes, sizeof(bytes));
    for (size_t i = 0; q->secret && i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(hash_keyed(q->secret, "boundary", 8 - i / 8) >> (8 * (i % 8)));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * RANDOM_BYTES] = 0;
}

/* RFC 9275 section 6.6: the host of the server, without port. */
static const char *domain_name(const struct anes *s, const struct request *q)
{
    const char *from = s->view->settings->public_url;
    from = from ? strstr(from, "//") + 2 : q->host ? q->host : "localhost";
    size_t n = from[0] == '[' ? 0 : strcspn(from, ":/");
    /* Whatever the client calls us stands in a header of a part: only what a host name has. */
    if (n == 0 || n > 253 ||
        strspn(from, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") < n)
        return "localhost";
    return arena_strndup(s->arena, from, n);
}

/* RFC 9275 section 7.2.6: persistent names are those of these property maps. */
static size_t defining_maps(const struct anes *s, const struct anes_reply *how,
                            struct wire_vtag *out)
{
    const struct edition *ed = s->view->edition;
    const struct resource *r = how->resource;
    const struct resource *map = r->offer ? NULL : edition_of_kind(ed, "ane-map", r->atlas);
    size_t n = 0;
    if (!(s->wanted & ANE_PERSISTENT))
        return 0;
    if (map)
        out[n++] = (struct wire_vtag){map->id, edition_tag(ed, map)};
    for (size_t i = 0; r->offer && i < r->offer->view->uses.n; i++) {
        map = edition_by_id(ed, r->offer->view->uses.v[i]);
        if (map && strcmp(map->ops->media_type, MEDIA_PROPERTY_MAP) == 0)
            out[n++] = (struct wire_vtag){map->id, edition_tag(ed, map)};
    }
    return n;
}

/* How a reply is marked. */
struct marks {
    char boundary[2 * RANDOM_BYTES + 1], tag[2 * RANDOM_BYTES + 1];
};

static int put_parts(const struct anes *s, const struct anes_reply *how,
                     const struct marks *marks, const struct request *q, struct buf *b)
{
    const char *boundary = marks->boundary;
    const struct resource *map =
        how->resource->offer
            ? NULL
            : edition_of_kind(s->view->edition, "ane-map", how->resource->atlas);
    const char *domain = domain_name(s, q);
    struct wire_vtag depend[DESCRIPTION_USES + 2] = {
        {arena_printf(s->arena, "%s.%s", how->resource->id, how->part), marks->tag}};
    struct wire_part part = {boundary, how->part, domain, how->media};
    struct wire_meta meta = {.dependent = depend};
    if (!domain || !depend[0].id)
        return ERR_NOMEM;
    wire_put_part(b, &part);
    int rc = put_costs(s, how, &depend[0], b);
    meta.n_dependent = 1 + defining_maps(s, how, depend + 1);
    part.part_id = "propmap";
    part.type = MEDIA_PROPERTY_MAP;
    wire_put_part(b, &part);
    wire_put_head(b, &meta, "property-map");
    if (rc == 0)
        rc = put_properties(s, how, map ? map->id : NULL, b);
    wire_put_parts_end(b, boundary);
    return rc;
}

static int tag_of(const struct buf *body, char out[2 * RANDOM_BYTES + 1])
{
    struct hash *h = hash_new();
    if (!h || body->failed) {
        hash_free(&h);
        return ERR_NOMEM;
    }
    hash_add(h, body->data, body->len);
    hash_hex(h, out);
    hash_free(&h);
    return 0;
}

/* Who asks for a type without quotes takes none off, either; nor does OpenALTO's client, which
 * is known by the header that it sends for Accept. */
static bool takes_no_quotes(const struct request *q)
{
    const char *asked = q->accept ? strstr(q->accept, "type=") : NULL;
    return asked ? asked[5] != '"' : q->accepts != NULL;
}

int anes_put(const struct anes *s, const struct anes_reply *how, const struct request *q,
             struct reply *out, struct err *e)
{
    struct marks marks;
    random_hex(q, marks.boundary);
    random_hex(q, marks.tag); /* names are new in each reply, so the content is */
    /* The boundary unquoted: clients exist that take it as it stands. The type has a slash,
     * which only quotes allow (RFC 9110 section 5.6.6). */
    const char *quote = takes_no_quotes(q) ? "" : "\"";
    out->type = arena_printf(s->arena, "multipart/related; boundary=%s; type=%s%s%s",
                             marks.boundary, quote, how->media, quote);
    int rc = out->type ? put_parts(s, how, &marks, q, &out->body) : ERR_NOMEM;
    if (rc == 0 && q->secret) {
        /* Names stay, so the tag is of the content: once more, with the hash of the first. */
        rc = tag_of(&out->body, marks.tag);
        buf_reset(&out->body);
        if (rc == 0)
            rc = put_parts(s, how, &marks, q, &out->body);
    }
    return rc < 0 ? err_set(e, rc, "no memory for path vectors") : 0;
}
