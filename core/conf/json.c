/* SPDX-License-Identifier: Apache-2.0 */
/* A tree as JSON, for values that are passed on as they are. */
#include <string.h>

#include "conf/tree.h"

static const char *digits(const char *p)
{
    return p + strspn(p, "0123456789");
}

/* RFC 8259 section 6: -0, 1.5, 1e9; not 01, .5, +1, 0x1. */
static bool is_number(const char *p)
{
    const char *start;

    if (*p == '-')
        p++;
    start = p;
    p = digits(p);
    if (p == start || (*start == '0' && p > start + 1))
        return false;
    if (*p == '.') {
        start = ++p;
        p = digits(p);
        if (p == start)
            return false;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '+' || *p == '-')
            p++;
        start = p;
        p = digits(p);
        if (p == start)
            return false;
    }
    return *p == '\0';
}

static void scalar_json(const struct conf *c, struct buf *out)
{
    if (c->plain && (c->text[0] == '\0' || strcmp(c->text, "~") == 0))
        buf_str(out, "null");
    else if (c->plain && (strcmp(c->text, "true") == 0 || strcmp(c->text, "false") == 0 ||
                          strcmp(c->text, "null") == 0 || is_number(c->text)))
        buf_str(out, c->text);
    else
        buf_json_str(out, c->text);
}

void conf_json(const struct conf *c, struct buf *out)
{
    bool mapping = c->shape == SHAPE_MAPPING;

    if (c->shape == SHAPE_SCALAR) {
        scalar_json(c, out);
        return;
    }
    buf_char(out, mapping ? '{' : '[');
    for (size_t i = 0; i < c->n; i++) {
        if (i > 0)
            buf_char(out, ',');
        if (mapping) {
            buf_json_str(out, c->v[i].key);
            buf_char(out, ':');
        }
        conf_json(c->v[i].value, out);
    }
    buf_char(out, mapping ? '}' : ']');
}
