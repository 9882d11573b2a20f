/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/encode.h"

#include <math.h>
#include <time.h>

#include "wire/cells.h"

#define EXACT_INTEGER 1e15
#define LIKELY_COST   6                 /* bytes, "123.45" */
#define SHORT         ((size_t)960)     /* bytes, with what it takes to be written */
#define MOST_EXPECTED ((size_t)1 << 20) /* bytes: more grows on its way */

static void put_vtag(struct buf *b, const struct wire_vtag *v, size_t *tag_at)
{
    buf_str(b, "{\"resource-id\":");
    buf_json_str(b, v->id);
    buf_str(b, ",\"tag\":");
    if (tag_at)
        *tag_at = b->len + 1;
    buf_json_str(b, v->tag);
    buf_char(b, '}');
}

/* A comma before each member but the first. */
static void put_name(struct buf *b, bool *first, const char *name)
{
    if (!*first)
        buf_char(b, ',');
    *first = false;
    buf_json_str(b, name);
    buf_char(b, ':');
}

static void put_cost_type(struct buf *b, const char *mode, const char *metric)
{
    buf_str(b, "{\"cost-mode\":");
    buf_json_str(b, mode);
    buf_str(b, ",\"cost-metric\":");
    buf_json_str(b, metric);
    buf_char(b, '}');
}

void wire_put_http_date(struct buf *b, int64_t us)
{
    char text[40];
    struct tm tm;
    time_t seconds = (time_t)(us / 1000000);
    if (!gmtime_r(&seconds, &tm) ||
        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
        b->failed = true;
    else
        buf_json_str(b, text);
}

static void put_calendar(struct buf *b, const struct wire_meta_calendar *c)
{
    buf_char(b, '{');
    if (c->name) {
        buf_str(b, "\"cost-type-names\":[");
        buf_json_str(b, c->name);
        buf_str(b, "],");
    }
    buf_str(b, "\"calendar-start-time\":");
    wire_put_http_date(b, c->when->start);
    buf_str(b, ",\"time-interval-size\":");
    wire_put_cost(b, c->when->size);
    buf_printf(b, ",\"number-of-intervals\":%u", c->when->n);
    if (c->when->repeated > 0)
        buf_printf(b, ",\"repeated\":%u", c->when->repeated);
    buf_char(b, '}');
}

void wire_put_head(struct buf *b, const struct wire_meta *m, const char *member)
{
    bool first = true;
    buf_str(b, "{\"meta\":{");
    if (m->vtag) {
        put_name(b, &first, "vtag");
        put_vtag(b, m->vtag, m->tag_at);
    }
    if (m->n_dependent > 0) {
        put_name(b, &first, "dependent-vtags");
        for (size_t i = 0; i < m->n_dependent; i++) {
            buf_char(b, i == 0 ? '[' : ',');
            put_vtag(b, &m->dependent[i], NULL);
        }
        buf_char(b, ']');
    }
    if (m->mode) {
        put_name(b, &first, "cost-type");
        put_cost_type(b, m->mode, m->metric);
    }
    if (m->n_multi > 0) {
        put_name(b, &first, "cost-type");
        buf_str(b, "{},\"multi-cost-types\":");
        for (size_t i = 0; i < m->n_multi; i++) {
            buf_char(b, i == 0 ? '[' : ',');
            put_cost_type(b, m->multi[i].mode, m->multi[i].metric);
        }
        buf_char(b, ']');
    }
    if (m->n_calendars > 0) {
        put_name(b, &first, "calendar-response-attributes");
        for (size_t i = 0; i < m->n_calendars; i++) {
            buf_char(b, i == 0 ? '[' : ',');
            put_calendar(b, &m->calendars[i]);
        }
        buf_char(b, ']');
    }
    buf_str(b, "},");
    buf_json_str(b, member);
    buf_char(b, ':');
}

void wire_put_typed(struct buf *b, const struct addr *a)
{
    char text[ADDR_TEXT];
    buf_printf(b, "\"ipv%u:%s\"", (unsigned)a->family, addr_format(a, text));
}

void wire_put_typed_prefix(struct buf *b, const struct prefix *p)
{
    char text[PREFIX_TEXT];
    if (p->len == addr_bits(&p->addr))
        wire_put_typed(b, &p->addr);
    else
        buf_printf(b, "\"ipv%u:%s\"", (unsigned)p->addr.family, prefix_format(p, text));
}

void wire_put_cost(struct buf *b, double cost)
{
    char digits[24];
    size_t n = sizeof(digits);
    char *end = cells_cost(digits, cost);
    if (end) {
        buf_add(b, digits, (size_t)(end - digits));
        return;
    }
    if (cost < 0 || cost >= EXACT_INTEGER || cost != floor(cost)) {
        buf_json_real(b, cost);
        return;
    }
    uint64_t whole = (uint64_t)cost;
    do {
        digits[--n] = (char)('0' + whole % 10);
        whole /= 10;
    } while (whole > 0);
    buf_add(b, digits + n, sizeof(digits) - n);
}

/* RFC 7285 section 11.2.1.7: a PID stays valid though none of its prefixes is shown. */
static void put_group(struct buf *b, const struct pid *pid, unsigned family, bool *first)
{
    char text[PREFIX_TEXT];
    bool open = false;
    for (size_t i = 0; i < pid->n_prefixes; i++) {
        if (pid->prefixes[i].addr.family != family)
            continue;
        if (open) {
            buf_char(b, ',');
        } else {
            put_name(b, first, family == 4 ? "ipv4" : "ipv6");
            buf_char(b, '[');
            open = true;
        }
        buf_json_str(b, prefix_format(&pid->prefixes[i], text));
    }
    if (open)
        buf_char(b, ']');
}

void wire_put_network_map(struct buf *b, const struct wire_network_map *m)
{
    struct wire_meta meta = {.vtag = &m->vtag};
    wire_put_head(b, &meta, "network-map");
    buf_char(b, '{');
    for (size_t i = 0; i < m->n; i++) {
        const struct pid *pid = &m->pids[m->which ? m->which[i] : i];
        bool none = i == 0, first = true;
        put_name(b, &none, pid->name);
        buf_char(b, '{');
        if (m->v4)
            put_group(b, pid, 4, &first);
        if (m->v6)
            put_group(b, pid, 6, &first);
        buf_char(b, '}');
    }
    buf_str(b, "}}");
}

/* Values of a row, in one of two forms. */
struct row {
    const char *src;
    const double *value;
    const uint32_t *thousandths;
    size_t n;
};

static size_t first_cost(const struct row *r)
{
    size_t i = 0;
    if (r->thousandths)
        while (i < r->n && r->thousandths[i] == THOUSANDTHS_NONE)
            i++;
    else
        while (i < r->n && isnan(r->value[i]))
            i++;
    return i;
}

/* Cells from the first one on; returns where they end. */
static char *put_values(struct buf *b, char *p, const struct row *r, size_t first,
                        const struct cells_names *of)
{
    const struct cells_names names = *of; /* which nothing that is written can change */
    const double *value = r->value;
    const size_t n = r->n;
    for (size_t j = first; j < n; j++) {
        char *at = cells_name(p, &names, j), *end = cells_cost(at, value[j]);
        if (!end && !isnan(value[j]))
            end = cells_other_cost(b, at, value[j]);
        p = end ? end : p;
    }
    return p;
}

static char *put_thousandths(char *p, const struct row *r, size_t first,
                             const struct cells_names *of)
{
    const struct cells_names names = *of;
    const uint32_t *value = r->thousandths;
    const size_t n = r->n;
    for (size_t j = first; j < n; j++) {
        if (value[j] != THOUSANDTHS_NONE)
            p = cells_thousandths(cells_name(p, &names, j), value[j]);
    }
    return p;
}

/* False: it has no costs, nothing was written. */
static bool put_row(struct buf *b, const struct row *r, const struct cells_names *names)
{
    size_t first = first_cost(r);
    if (first == r->n)
        return false;
    buf_json_str(b, r->src);
    buf_str(b, ":{");
    char *p = buf_room(b, cells_room(names, r->n));
    if (!p)
        return true;
    char *open = --p;
    p = r->thousandths ? put_thousandths(p, r, first, names)
                       : put_values(b, p, r, first, names);
    *open = '{';
    *p = '}';
    buf_end(b, p + 1);
    return true;
}

/* Room for all rows at once, as far as it is likely to be filled. */
static void expect_rows(struct buf *b, const struct wire_costs *c,
                        const struct cells_names *names)
{
    size_t row = names->text.len + c->n_dsts * LIKELY_COST;
    if (row < MOST_EXPECTED && c->n_srcs < MOST_EXPECTED / (row + 1))
        (void)buf_room(b, c->n_srcs * row + cells_room(names, c->n_dsts));
}

void wire_put_cost_rows(struct buf *b, const struct wire_meta *meta, const char *member,
                        const struct wire_costs *c, const struct wire_cost_rows *rows)
{
    struct cells_names names = {0};
    bool some = false;
    (void)buf_room(b, SHORT); /* a short answer at once; any other one grows */
    wire_put_head(b, meta, member);
    buf_char(b, '{');
    b->failed |= !cells_names(&names, c, cells_put_member);
    expect_rows(b, c, &names);
    for (size_t i = 0; i < c->n_srcs && !b->failed; i++) {
        struct row row = {.src = c->srcs[i], .n = c->n_dsts};
        if (rows->thousandths)
            row.thousandths = rows->thousandths(rows->self, i);
        else
            row.value = rows->row(rows->self, i);
        if (some)
            buf_char(b, ',');
        if (put_row(b, &row, &names))
            some = true;
        else if (some && !b->failed)
            b->data[--b->len] = 0; /* takes the comma back */
    }
    buf_str(b, "}}");
    cells_names_free(&names);
}

static const double *row_of(void *self, size_t i)
{
    const struct wire_costs *c = self;
    return c->value + i * c->n_dsts;
}

static const uint32_t *thousandths_row(void *self, size_t i)
{
    const struct wire_costs *c = self;
    return c->thousandths + i * c->n_dsts;
}

void wire_put_costs(struct buf *b, const struct wire_meta *meta, const char *member,
                    const struct wire_costs *c)
{
    const struct wire_cost_rows rows = {row_of, (void *)(uintptr_t)c,
                                        c->thousandths ? thousandths_row : NULL};
    wire_put_cost_rows(b, meta, member, c, &rows);
}

static void put_number(struct buf *b, double value)
{
    if (isnan(value))
        buf_str(b, "null");
    else
        wire_put_cost(b, value);
}

/* One value, or those of a calendar with null where there is none; false: no value at all. */
static bool put_column(struct buf *b, const struct wire_cost_column *c, size_t pair)
{
    bool some = false;
    if (c->put)
        return c->put(c->self, pair, b);
    const double *value = c->value + pair * c->width;
    for (size_t i = 0; i < c->width; i++)
        some |= !isnan(value[i]);
    if (!some)
        return false;
    if (!c->calendar) {
        put_number(b, *value);
        return true;
    }
    for (size_t i = 0; i < c->width; i++) {
        buf_char(b, i == 0 ? '[' : ',');
        put_number(b, value[i]);
    }
    buf_char(b, ']');
    return true;
}

static bool put_cell(struct buf *b, const struct wire_cost_cells *c, size_t pair)
{
    bool some = false;
    if (c->dropped && c->dropped[pair])
        return false;
    if (!c->multi)
        return put_column(b, &c->columns[0], pair);
    for (size_t i = 0; i < c->n_columns; i++) {
        buf_char(b, i == 0 ? '[' : ',');
        bool has = put_column(b, &c->columns[i], pair);
        if (!has)
            buf_str(b, "null");
        some |= has;
    }
    buf_char(b, ']');
    return some;
}

static void rewind_to(struct buf *b, size_t len)
{
    if (b->failed)
        return;
    b->len = len;
    b->data[len] = 0;
}

void wire_put_cells(struct buf *b, const struct wire_meta *meta, const char *member,
                    const struct wire_cost_cells *c)
{
    const struct wire_costs of = {.dsts = c->dsts, .n_dsts = c->n_dsts};
    struct cells_names names = {0};
    bool rows = false;
    wire_put_head(b, meta, member);
    buf_char(b, '{');
    b->failed |= !cells_names(&names, &of, cells_put_member);
    for (size_t i = 0; i < c->n_srcs && !b->failed; i++) {
        size_t before = b->len;
        bool cells = false;
        buf_str(b, rows ? "," : "");
        buf_json_str(b, c->srcs[i]);
        buf_str(b, ":{");
        for (size_t j = 0; j < c->n_dsts; j++) {
            size_t at = b->len, from = names.at[j] + !cells; /* no comma before the first */
            buf_add(b, names.text.data + from, names.at[j + 1] - from);
            if (put_cell(b, c, i * c->n_dsts + j))
                cells = true;
            else
                rewind_to(b, at);
        }
        buf_char(b, '}');
        if (cells)
            rows = true;
        else
            rewind_to(b, before);
    }
    buf_str(b, "}}");
    cells_names_free(&names);
}

static void put_text(struct buf *b, bool *first, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    put_name(b, first, name);
    buf_json_str(b, text);
}

void wire_put_error(struct buf *b, const struct wire_error *error)
{
    bool first = true;
    buf_str(b, "{\"meta\":{");
    put_text(b, &first, "code", error->code);
    put_text(b, &first, "syntax-error", error->text);
    put_text(b, &first, "field", error->field);
    put_text(b, &first, "value", error->value);
    buf_str(b, "}}");
}

void wire_put_strings(struct buf *b, const char *const *v, size_t n)
{
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_char(b, ',');
        buf_json_str(b, v[i]);
    }
    buf_char(b, ']');
}

void wire_put_entry(struct buf *b, const struct wire_entry *entry)
{
    bool first = true;
    buf_json_str(b, entry->id);
    buf_str(b, ":{");
    put_text(b, &first, "uri", entry->uri);
    put_text(b, &first, "media-type", entry->media_type);
    put_text(b, &first, "accepts", entry->accepts);
    if (entry->capabilities && *entry->capabilities) {
        put_name(b, &first, "capabilities");
        buf_str(b, entry->capabilities);
    }
    if (entry->n_uses > 0) {
        put_name(b, &first, "uses");
        wire_put_strings(b, entry->uses, entry->n_uses);
    }
    buf_char(b, '}');
}

void wire_put_part(struct buf *b, const struct wire_part *part)
{
    if (b->len > 0)
        buf_str(b, "\r\n");
    buf_printf(b, "--%s\r\nContent-ID: <%s@%s>\r\nContent-Type: %s\r\n\r\n", part->boundary,
               part->part_id, part->domain, part->type);
}

void wire_put_parts_end(struct buf *b, const char *boundary)
{
    buf_printf(b, "\r\n--%s--\r\n", boundary);
}
