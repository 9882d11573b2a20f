/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "model/facts.h"

/* Opens a list of n elements and calls `one` between commas. */
#define JSON_LIST(out, n, one)                                                                 \
    do {                                                                                       \
        buf_char(out, '[');                                                                    \
        for (size_t i = 0; i < (n); i++) {                                                     \
            if (i > 0)                                                                         \
                buf_char(out, ',');                                                            \
            one;                                                                               \
        }                                                                                      \
        buf_char(out, ']');                                                                    \
    } while (0)

static void json_addr(const struct addr *a, struct buf *out)
{
    char text[ADDR_TEXT];
    buf_json_str(out, addr_format(a, text));
}

static void json_key(struct buf *out, bool *first, const char *name)
{
    buf_str(out, *first ? "\"" : ",\"");
    *first = false;
    buf_str(out, name);
    buf_str(out, "\":");
}

static void json_count(struct buf *out, bool *first, const char *name, int64_t v)
{
    if (v == FACT_NONE)
        return;
    json_key(out, first, name);
    buf_i64(out, v);
}

static void json_text(struct buf *out, bool *first, const char *name, const char *s)
{
    if (s == NULL)
        return;
    json_key(out, first, name);
    buf_json_str(out, s);
}

static void json_responder(const struct responder *r, struct buf *out)
{
    bool first = true;
    buf_char(out, '{');
    if (addr_is_set(&r->addr)) {
        json_key(out, &first, "addr");
        json_addr(&r->addr, out);
    }
    if (isfinite(r->rtt)) {
        json_key(out, &first, "rtt");
        buf_json_real(out, r->rtt);
    }
    json_count(out, &first, "asn", r->asn);
    json_text(out, &first, "label", r->label);
    json_text(out, &first, "note", r->note);
    buf_char(out, '}');
}

static void json_hop(const struct hop *h, struct buf *out)
{
    bool first = true;
    buf_char(out, '{');
    json_count(out, &first, "ttl", h->ttl);
    json_count(out, &first, "probes", h->probes);
    json_count(out, &first, "lost", h->lost);
    json_key(out, &first, "responders");
    JSON_LIST(out, h->n, json_responder(&h->v[i], out));
    buf_char(out, '}');
}

static void json_ifaddrs(const struct ifaddrs_list *l, struct buf *out)
{
    char text[PREFIX_TEXT];
    JSON_LIST(out, l->n, buf_json_str(out, ifaddr_format(&l->v[i], text)));
}

static bool field_present(enum fact_type type, const void *p)
{
    switch (type) {
    case FACT_TYPE_STR:
        return *(const char *const *)p != NULL;
    case FACT_TYPE_I64:
    case FACT_TYPE_TIME:
        return *(const int64_t *)p != FACT_NONE;
    case FACT_TYPE_REAL:
        return isfinite(*(const double *)p);
    case FACT_TYPE_ADDR:
        return addr_is_set(p);
    case FACT_TYPE_PREFIX:
        return addr_is_set(&((const struct prefix *)p)->addr);
    case FACT_TYPE_STRS:
        return ((const struct strs *)p)->n > 0;
    case FACT_TYPE_ADDRS:
        return ((const struct addrs *)p)->n > 0;
    case FACT_TYPE_IFADDRS:
        return ((const struct ifaddrs_list *)p)->n > 0;
    case FACT_TYPE_ASNS:
        return ((const struct asns *)p)->n > 0;
    case FACT_TYPE_HOPS:
        return ((const struct hops *)p)->n > 0;
    }
    return false;
}

static void field_list_json(enum fact_type type, const void *p, struct buf *out)
{
    const struct strs *strs = p;
    const struct addrs *addrs = p;
    const struct asns *asns = p;
    const struct hops *hops = p;
    if (type == FACT_TYPE_STRS)
        JSON_LIST(out, strs->n, buf_json_str(out, strs->v[i]));
    else if (type == FACT_TYPE_ADDRS)
        JSON_LIST(out, addrs->n, json_addr(&addrs->v[i], out));
    else if (type == FACT_TYPE_IFADDRS)
        json_ifaddrs(p, out);
    else if (type == FACT_TYPE_ASNS)
        JSON_LIST(out, asns->n, buf_i64(out, asns->v[i]));
    else
        JSON_LIST(out, hops->n, json_hop(&hops->v[i], out));
}

static void field_json(enum fact_type type, const void *p, struct buf *out)
{
    char text[PREFIX_TEXT];
    switch (type) {
    case FACT_TYPE_STR:
        buf_json_str(out, *(const char *const *)p);
        break;
    case FACT_TYPE_I64:
        buf_i64(out, *(const int64_t *)p);
        break;
    case FACT_TYPE_TIME:
        buf_json_str(out, str_time_format(*(const int64_t *)p, text));
        break;
    case FACT_TYPE_REAL:
        buf_json_real(out, *(const double *)p);
        break;
    case FACT_TYPE_ADDR:
        json_addr(p, out);
        break;
    case FACT_TYPE_PREFIX:
        buf_json_str(out, prefix_format(p, text));
        break;
    case FACT_TYPE_STRS:
    case FACT_TYPE_ADDRS:
    case FACT_TYPE_IFADDRS:
    case FACT_TYPE_ASNS:
    case FACT_TYPE_HOPS:
        field_list_json(type, p, out);
        break;
    }
}

bool fact_field_present(const struct fact_field *field, const void *fact)
{
    return field_present(field->type, (const char *)fact + field->offset);
}

void fact_field_json(const struct fact_field *field, const void *fact, struct buf *out)
{
    field_json(field->type, (const char *)fact + field->offset, out);
}

void fact_json(enum fact_kind kind, const void *fact, struct buf *out)
{
    const struct fact_kind_info *info = fact_kind_info(kind);
    bool first = true;
    buf_char(out, '{');
    for (size_t i = 0; i < info->n_fields; i++) {
        const struct fact_field *f = &info->fields[i];
        if (!fact_field_present(f, fact))
            continue;
        json_key(out, &first, f->name);
        fact_field_json(f, fact, out);
    }
    buf_char(out, '}');
}
