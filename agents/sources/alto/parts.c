/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/alto/parts.h"

#include <string.h>
#include <strings.h>

#include "agents/sources/documents_check.h"
#include "wire/jnode.h"

#define MAX_PARTS    8
#define MAX_BOUNDARY 70 /* RFC 2046 section 5.1.1 */

/* --- RFC 2046 section 5.1.1 --- */

/* The boundary parameter of a media type, quoted or not. */
static bool find_boundary(const char *type, struct slice *out)
{
    const char *p = strcasestr(type, "boundary=");

    if (p == NULL)
        return false;
    p += strlen("boundary=");
    out->n = *p == '"' ? strcspn(p + 1, "\"") : strcspn(p, "; \t");
    out->p = *p == '"' ? p + 1 : p;
    return out->n > 0 && out->n <= MAX_BOUNDARY;
}

/* The next line that is a delimiter: where it begins, and what follows its line. */
static bool find_delimiter(struct slice s, struct slice boundary, struct slice *before,
                           struct slice *behind, bool *last)
{
    struct slice rest = s, line;

    while (slice_line(&rest, &line)) {
        struct slice tail;

        if (line.n < boundary.n + 2 || memcmp(line.p, "--", 2) != 0 ||
            memcmp(line.p + 2, boundary.p, boundary.n) != 0)
            continue;
        tail = slice_trim((struct slice){line.p + 2 + boundary.n, line.n - 2 - boundary.n});
        *last = slice_eq(tail, "--");
        if (tail.n > 0 && !*last)
            continue;
        *before = (struct slice){s.p, (size_t)(line.p - s.p)};
        *behind = rest.p != NULL ? rest : (struct slice){"", 0};
        return true;
    }
    return false;
}

/* What stands behind a part's headers and their empty line. */
static struct slice content(struct slice part)
{
    struct slice line;

    while (slice_line(&part, &line)) {
        if (line.n == 0)
            return part.p != NULL ? part : (struct slice){"", 0};
    }
    return (struct slice){"", 0};
}

static int split(struct slice body, struct slice boundary, struct slice parts[MAX_PARTS],
                 size_t *n, struct err *e)
{
    struct slice part;
    bool last = false;

    *n = 0;
    if (!find_delimiter(body, boundary, &part, &body, &last))
        return err_set(e, ERR_PARSE, "its parts are not separated by its boundary");
    while (!last) {
        if (!find_delimiter(body, boundary, &part, &body, &last))
            return err_set(e, ERR_PARSE, "part %zu does not end", *n + 1);
        if (*n == MAX_PARTS)
            return err_set(e, ERR_LIMIT, "more than %d parts", MAX_PARTS);
        parts[(*n)++] = slice_trim(content(part));
    }
    return 0;
}

/* --- one document --- */

static void put_value(struct buf *b, const struct jnode *n)
{
    bool object = n->type == JREAD_OBJECT;

    switch (n->type) {
    case JREAD_STRING:
        buf_json_str(b, n->text.p);
        return;
    case JREAD_NUMBER:
        buf_add(b, n->text.p, n->text.n);
        return;
    case JREAD_TRUE:
    case JREAD_FALSE:
        buf_str(b, n->type == JREAD_TRUE ? "true" : "false");
        return;
    case JREAD_OBJECT:
    case JREAD_ARRAY:
        break;
    case JREAD_NULL:
    case JREAD_END:
    case JREAD_OBJECT_END:
    case JREAD_ARRAY_END:
    case JREAD_KEY:
        buf_str(b, "null");
        return;
    }
    buf_char(b, object ? '{' : '[');
    for (const struct jnode *m = n->first; m != NULL; m = m->next) {
        if (object) {
            buf_json_str(b, m->key.p);
            buf_char(b, ':');
        }
        put_value(b, m);
        if (m->next != NULL)
            buf_char(b, ',');
    }
    buf_char(b, object ? '}' : ']');
}

static bool put_member(struct buf *b, const struct jnode *o, const char *key, bool first)
{
    const struct jnode *m = jnode_get(o, key);

    if (m == NULL)
        return false;
    if (!first)
        buf_char(b, ',');
    buf_json_str(b, key);
    buf_char(b, ':');
    put_value(b, m);
    return true;
}

static int put_document(const struct jnode *costs, const struct jnode *properties,
                        struct buf *out, struct err *e)
{
    buf_char(out, '{');
    if (!put_member(out, costs, "meta", true))
        return err_set(e, ERR_SCHEMA, "part 1: meta is missing");
    if (!put_member(out, costs, "cost-map", false) &&
        !put_member(out, costs, "endpoint-cost-map", false))
        return err_set(e, ERR_SCHEMA, "part 1: neither cost-map nor endpoint-cost-map");
    if (!put_member(out, properties, "property-map", false))
        return err_set(e, ERR_SCHEMA, "part 2: property-map is missing");
    buf_char(out, '}');
    return out->failed ? err_set(e, ERR_NOMEM, "no memory for path vectors") : 0;
}

int parts_join(struct slice body, const char *type, struct arena *a, struct buf *out,
               struct err *e)
{
    const struct jnode *tree[2];
    struct slice boundary, parts[MAX_PARTS];
    size_t n;
    int rc;

    if (type == NULL || strncasecmp(type, "multipart/related", 17) != 0 ||
        !find_boundary(type, &boundary))
        return err_set(e, ERR_PARSE, "answered with %.80s, not multipart/related",
                       type != NULL ? type : "no media type");
    rc = split(body, boundary, parts, &n, e);
    if (rc == 0 && n < 2)
        rc = err_set(e, ERR_SCHEMA, "%zu parts, two were expected", n);
    for (size_t i = 0; i < 2 && rc == 0; i++) {
        rc = document_tree(parts[i], a, &tree[i], e);
        if (rc < 0)
            err_in(e, "part %zu", i + 1);
    }
    return rc == 0 ? put_document(tree[0], tree[1], out, e) : rc;
}
