/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/ird.h"

#include <string.h>
#include <strings.h>

#include "agents/sources/documents_check.h"
#include "base/buf.h"

#define MAX_URL 4000

/* --- addresses --- */

static bool is_http(const char *url)
{
    return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

/* Has it a scheme (RFC 3986 section 3.1)? */
static bool has_scheme(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    return n > 0 && s[n] == ':';
}

/* How much of the base stays before a reference: its scheme, its server, its path's folder. */
static size_t base_length(const char *base, const char *reference)
{
    const char *server = strstr(base, "://") + 3;
    size_t path = (size_t)(server - base) + strcspn(server, "/?#");
    size_t query = path + strcspn(base + path, "?#"), n = query;

    if (reference[0] == '/' && reference[1] == '/')
        return (size_t)(server - base) - 2;
    if (reference[0] == '/')
        return path;
    if (reference[0] == '?' || reference[0] == '\0')
        return query;
    while (n > path && base[n - 1] != '/')
        n--;
    return n;
}

const char *ird_resolve(const char *base, const char *reference, struct arena *a)
{
    const char *url = reference;
    size_t n;

    if (strlen(reference) > MAX_URL || strpbrk(reference, " \t\r\n\\") != NULL)
        return NULL;
    if (!has_scheme(reference)) {
        n = base_length(base, reference);
        url = arena_printf(
            a, "%.*s%s%s", (int)n, base,
            n > 0 && base[n - 1] != '/' && strchr("/?", reference[0]) == NULL ? "/" : "",
            reference);
    }
    if (url == NULL || !is_http(url))
        return NULL;
    if (strncasecmp(base, "https:", 6) == 0 && strncasecmp(url, "https:", 6) != 0)
        return NULL;
    n = strcspn(url, "#");
    return arena_strndup(a, url, n);
}

/* --- directories --- */

bool ird_media_is(const char *type, const char *wanted)
{
    size_t n = strlen(wanted);

    return type != NULL && strncasecmp(type, wanted, n) == 0 &&
           (type[n] == '\0' || strchr("; \t", type[n]) != NULL);
}

static void remark(const struct ird *d, const char *where, const char *reason)
{
    d->remark(d->payload, where, reason);
}

static bool is_known(const struct ird *d, const char *id)
{
    for (const struct ird_resource *r = d->first; r != NULL; r = r->next) {
        if (strcmp(r->id, id) == 0)
            return true;
    }
    return false;
}

static int add_resource(struct ird *d, const struct jnode *o, const struct ird_resource *made,
                        struct arena *a, struct err *e)
{
    struct ird_resource *r;

    if (!document_id_is_good(o->key)) {
        remark(d, "resources", "an id that is none (RFC 7285 section 10.2)");
    } else if (made->uri == NULL) {
        remark(d, o->key.p, "has no address that can be asked over HTTP");
    } else if (made->media == NULL) {
        remark(d, o->key.p, "has no media-type");
    } else if (is_known(d, o->key.p)) {
        remark(d, o->key.p, "is an id that is there already");
    } else if (d->n == IRD_MAX_RESOURCES) {
        return err_set(e, ERR_LIMIT, "more than %d resources", IRD_MAX_RESOURCES);
    } else {
        r = arena_dup(a, made, sizeof(*made));
        if (r == NULL)
            return err_set(e, ERR_NOMEM, "no memory for a directory");
        r->id = o->key.p;
        *d->end = r;
        d->end = &r->next;
        d->n++;
    }
    return 0;
}

int ird_read(struct ird *d, struct slice text, const char *base, struct arena *a, struct err *e)
{
    const struct jnode *root, *list, *types;
    int rc = document_tree(text, a, &root, e);

    if (rc != 0)
        return rc;
    list = jnode_get(root, "resources");
    types = jnode_path(root, "meta/cost-types");
    if (!jnode_is(list, JREAD_OBJECT))
        return err_set(e, ERR_SCHEMA, "not a directory: resources is missing");
    for (const struct jnode *o = jnode_first(list); o != NULL && rc == 0; o = o->next) {
        const char *uri = jnode_str(jnode_get(o, "uri"));
        struct ird_resource made = {.uri = uri != NULL ? ird_resolve(base, uri, a) : NULL,
                                    .media = jnode_str(jnode_get(o, "media-type")),
                                    .accepts = jnode_str(jnode_get(o, "accepts")),
                                    .capabilities = jnode_get(o, "capabilities"),
                                    .uses = jnode_get(o, "uses"),
                                    .cost_types = types};

        rc = add_resource(d, o, &made, a, e);
    }
    return rc;
}

bool ird_has_cost(const struct ird_resource *r, const char *mode, const char *metric)
{
    const struct jnode *names = jnode_get(r->capabilities, "cost-type-names");

    for (const struct jnode *n = jnode_first(names); n != NULL; n = n->next) {
        const struct jnode *type =
            jnode_str(n) != NULL ? jnode_get(r->cost_types, jnode_str(n)) : NULL;

        if (slice_eq(jnode_slice(jnode_get(type, "cost-mode")), mode) &&
            slice_eq(jnode_slice(jnode_get(type, "cost-metric")), metric))
            return true;
    }
    return false;
}
