/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/static_fields.h"

#include <string.h>

#include "net/asn.h"

static int no_memory(struct static_reader *r)
{
    return err_set(r->err, ERR_NOMEM, "static facts: out of memory");
}

static int check_text(struct static_reader *r, const struct conf *c, const char *key)
{
    const char *text = conf_text(c);

    if (text[0] == '\0')
        return conf_err(c, r->err, "%s: is empty", key);
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return conf_err(c, r->err, "%s: has a control character", key);
    }
    return 0;
}

int field_text(struct static_reader *r, const struct conf *map, const char *key,
               const char **out)
{
    const struct conf *c = conf_get(map, key);
    int rc;

    if (c == NULL)
        return 0;
    rc = check_text(r, c, key);
    if (rc == 0)
        *out = conf_text(c);
    return rc;
}

int field_texts(struct static_reader *r, const struct conf *map, const char *key,
                struct strs *out)
{
    const struct conf *list = conf_get(map, key);
    size_t n = conf_count(list);
    int rc = 0;

    if (n == 0)
        return 0;
    out->v = ARENA_ARRAY(r->out->arena, n, const char *);
    if (out->v == NULL)
        return no_memory(r);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = check_text(r, conf_at(list, i), key);
        out->v[out->n++] = conf_text(conf_at(list, i));
    }
    return rc;
}

static int read_addr(struct static_reader *r, const struct conf *c, const char *key,
                     struct addr *out)
{
    struct slice text = slice_of(conf_text(c));

    if (!addr_parse(text, out))
        return conf_err(c, r->err, "%s: %s is not an IP address", key, conf_text(c));
    return 0;
}

int field_addr(struct static_reader *r, const struct conf *map, const char *key,
               struct addr *out)
{
    const struct conf *c = conf_get(map, key);

    return c != NULL ? read_addr(r, c, key, out) : 0;
}

int field_addrs(struct static_reader *r, const struct conf *map, const char *key,
                struct addrs *out)
{
    const struct conf *list = conf_get(map, key);
    size_t n = conf_count(list);
    int rc = 0;

    if (n == 0)
        return 0;
    out->v = ARENA_ARRAY(r->out->arena, n, struct addr);
    if (out->v == NULL)
        return no_memory(r);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = read_addr(r, conf_at(list, i), key, &out->v[out->n++]);
    return rc;
}

int field_ifaddrs(struct static_reader *r, const struct conf *map, const char *key,
                  struct ifaddrs_list *out)
{
    const struct conf *list = conf_get(map, key);
    size_t n = conf_count(list);

    if (n == 0)
        return 0;
    out->v = ARENA_ARRAY(r->out->arena, n, struct ifaddr);
    if (out->v == NULL)
        return no_memory(r);
    for (size_t i = 0; i < n; i++) {
        const struct conf *c = conf_at(list, i);

        if (!ifaddr_parse(slice_of(conf_text(c)), &out->v[out->n++]) ||
            strchr(conf_text(c), '/') == NULL)
            return conf_err(c, r->err,
                            "%s: %s is not an address with its subnet's length (as "
                            "192.0.2.1/30)",
                            key, conf_text(c));
    }
    return 0;
}

int field_prefix(struct static_reader *r, const struct conf *scalar, struct prefix *out)
{
    struct slice text = slice_of(conf_text(scalar));
    char hint[PREFIX_TEXT];

    if (prefix_parse(text, out))
        return 0;
    if (prefix_parse_loose(text, out))
        return conf_err(scalar, r->err,
                        "prefixes: %s has bits behind its length (did you mean %s?)",
                        conf_text(scalar), prefix_format(out, hint));
    return conf_err(scalar, r->err, "prefixes: %s is not a prefix", conf_text(scalar));
}

int field_prefixes(struct static_reader *r, const struct conf *map, const char *key,
                   struct strs *out)
{
    const struct conf *list = conf_get(map, key);
    size_t n = conf_count(list);

    if (n == 0)
        return 0;
    out->v = ARENA_ARRAY(r->out->arena, n, const char *);
    if (out->v == NULL)
        return no_memory(r);
    for (size_t i = 0; i < n; i++) {
        char text[PREFIX_TEXT];
        struct prefix p;
        int rc = field_prefix(r, conf_at(list, i), &p);

        if (rc != 0)
            return rc;
        out->v[out->n] = arena_strdup(r->out->arena, prefix_format(&p, text));
        if (out->v[out->n++] == NULL)
            return no_memory(r);
    }
    return 0;
}

static int read_asn(struct static_reader *r, const struct conf *c, const char *key,
                    uint32_t *out)
{
    if (!asn_parse(slice_of(conf_text(c)), out))
        return conf_err(c, r->err, "%s: %s is not an AS number", key, conf_text(c));
    return 0;
}

int field_asns(struct static_reader *r, const struct conf *map, const char *key,
               struct asns *out)
{
    const struct conf *list = conf_get(map, key);
    size_t n = conf_count(list);
    int rc = 0;

    if (n == 0)
        return 0;
    out->v = ARENA_ARRAY(r->out->arena, n, uint32_t);
    if (out->v == NULL)
        return no_memory(r);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = read_asn(r, conf_at(list, i), key, &out->v[out->n++]);
    return rc;
}

int field_asn(struct static_reader *r, const struct conf *map, const char *key, int64_t *out)
{
    const struct conf *c = conf_get(map, key);
    uint32_t asn;
    int rc;

    if (c == NULL)
        return 0;
    rc = read_asn(r, c, key, &asn);
    if (rc == 0)
        *out = asn;
    return rc;
}

int field_time(struct static_reader *r, const struct conf *map, const char *key, int64_t *out)
{
    const struct conf *c = conf_get(map, key);

    if (c != NULL && !str_time(slice_of(conf_text(c)), out))
        return conf_err(c, r->err, "%s: %s is not a time (as 2026-12-01T00:00:00Z)", key,
                        conf_text(c));
    return 0;
}

int field_real(struct static_reader *r, const struct conf *map, const char *key,
               const double range[2], double *out)
{
    const struct conf *c = conf_get(map, key);
    double v = conf_real(map, key);

    if (c != NULL && (v < range[0] || v > range[1]))
        return conf_err(c, r->err, "%s: %s is not within %g and %g", key, conf_text(c),
                        range[0], range[1]);
    *out = v;
    return 0;
}

/* Types whose names are addresses (RFC 9240 section 6.1). */
static bool entity_address_is_good(struct slice type, struct slice name)
{
    struct prefix p;
    uint8_t family = slice_eq(type, "ipv4") ? 4 : slice_eq(type, "ipv6") ? 6 : 0;

    return family == 0 || (prefix_parse(name, &p) && p.addr.family == family);
}

int field_entity(struct static_reader *r, const struct conf *map, const char *key,
                 const char **out)
{
    const struct conf *c = conf_get(map, key);
    struct slice type, name;
    int rc = field_text(r, map, key, out);

    if (c == NULL || rc != 0)
        return rc;
    name = slice_of(conf_text(c));
    if (!slice_split(&name, ':', &type) || type.n == 0 || name.n == 0)
        return conf_err(c, r->err, "%s: %s has no type (as link:a|b or ipv4:192.0.2.1)", key,
                        conf_text(c));
    if (!entity_address_is_good(type, name))
        return conf_err(c, r->err, "%s: %.*s is not an %.*s address or prefix", key,
                        (int)name.n, name.p, (int)type.n, type.p);
    return 0;
}

int field_unique(struct static_reader *r, const struct conf *at, const char *what,
                 const char *name)
{
    struct buf key = {0};
    union map_value *line;
    int rc = 0;

    buf_printf(&key, "%s\n%s", what, name);
    line = key.failed ? NULL : map_at(r->seen, key.data, key.len);
    if (line == NULL)
        rc = no_memory(r);
    else if (line->u != 0)
        rc = conf_err(at, r->err, "%s %s is there twice (first at line %zu)", what, name,
                      (size_t)line->u);
    else
        line->u = conf_line(at);
    buf_free(&key);
    return rc;
}
