/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/state.h"

#include <string.h>

#include "agents/sources/documents_check.h"
#include "wire/media.h"

/* Whole documents that are kept: their media type, and the kind that they must be. */
static const struct {
    const char *media, *kind;
} wholes[] = {
    {MEDIA_NETWORK_MAP, "network-map"},
    {MEDIA_COST_MAP, "cost-map"},
    {MEDIA_PROPERTY_MAP, "property-map"},
    {MEDIA_ENDPOINT_PROP, "endpoint-property"},
};

const char *alto_kind(const struct ird_resource *i)
{
    for (size_t k = 0; i->accepts == NULL && k < sizeof(wholes) / sizeof(*wholes); k++) {
        if (ird_media_is(i->media, wholes[k].media))
            return wholes[k].kind;
    }
    return NULL;
}

const char *alto_scope(const char *name, struct arena *a)
{
    return arena_printf(a, "%s.json", name);
}

/* --- versions --- */

static int note_member(struct jread *j, struct slice key, void *payload, struct err *e)
{
    const struct jnode **meta = ((void **)payload)[0];
    struct arena *a = ((void **)payload)[1];

    return slice_eq(key, "meta") ? jnode_read(j, NULL, a, meta, e) : jread_skip(j, e);
}

const char *alto_tag(struct slice text, struct arena *a)
{
    const struct jnode *meta = NULL;
    void *payload[2] = {&meta, a};
    struct jread *j;
    struct err e;

    if (document_reader(&j, text, false, &e) != 0)
        return NULL;
    if (document_object(j, note_member, payload, &e) != 0)
        meta = NULL;
    jread_free(&j);
    return jnode_str(jnode_path(meta, "vtag/tag"));
}

/* Copies a text without the white space between its values; returns how many bytes are left. */
static size_t squeeze(struct slice text, char *out)
{
    bool quoted = false;
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (!quoted && memchr(" \t\r\n", c, 4) != NULL)
            continue;
        if (c == '"')
            quoted = !quoted;
        out[n++] = c;
        if (quoted && c == '\\' && i + 1 < text.n)
            out[n++] = text.p[++i];
    }
    return n;
}

const char *alto_version(struct slice text, struct arena *a)
{
    const char *tag = alto_tag(text, a);
    char *made, *squeezed;
    struct err e;

    if (tag != NULL && strlen(tag) < 256)
        return tag;
    made = arena_alloc(a, AGENT_VERSION_TEXT);
    squeezed = arena_alloc(a, text.n + 1);
    if (made == NULL || squeezed == NULL ||
        agent_version(squeezed, squeeze(text, squeezed), made, &e) != 0)
        return NULL;
    return made;
}

/* --- batches --- */

int alto_state(struct alto_document *d, struct slice text, const char *wanted,
               struct batch_sink *sink, struct err *e)
{
    const struct batch_head *head = &d->head;
    const char *known = sink->version(sink, &head->origin, d->arena);
    struct fact_document f;
    int rc;

    d->head.version = alto_version(text, d->arena);
    if (known != NULL && head->version != NULL && strcmp(known, head->version) == 0 &&
        head->origin.expires == FACT_NONE)
        return 0;
    fact_init(FACT_DOCUMENT, &f);
    f.name = head->origin.scope;
    f.body = text.p;
    rc = document_check(text.p, text.n, &f.kind, &d->why);
    if (rc == 0 && strcmp(f.kind, wanted) != 0 &&
        (strcmp(f.kind, "calendar") != 0 || strcmp(wanted, "cost-map") != 0))
        rc = err_set(&d->why, ERR_SCHEMA, "it is a %s, not a %s", f.kind, wanted);
    return rc == 0 ? batch_write_one(sink, head, FACT_DOCUMENT, &f, e) : 0;
}
