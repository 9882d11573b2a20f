/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Differences of cost maps. What is written follows what wire_put_costs() leaves out: cells
 * without a cost, and rows without cells.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wire/cells.h"
#include "wire/encode.h"
#include "wire/lines.h"
#include "wire/patch.h"

#define MEMBER   ",\"cost-map\":"
#define VALUE    "\",\"value\":"
#define MAX_HEAD ((size_t)64 << 10) /* bytes before the costs */
#define LANES    4                  /* thousandths that are compared at once */

struct cells {
    enum wire_patch kind;
    const struct wire_costs *from, *to; /* both numbers or both thousandths, */
    size_t size;                        /* of so many bytes */
    struct cells_names dsts;            /* `"name":`, or for operations `name","value":` */
    uint32_t *changed;                  /* room for the columns of a row */
    struct buf src;                     /* token of the row that operations are of */
    size_t row;                         /* + 1; 0: none yet */
    size_t widest;                      /* of `dsts` */
    struct buf stage;                   /* of operations */
    struct buf *out;
    bool some;
};

/* A JSON string without its first quote and, in a pointer, without its last (RFC 6901: "~", "/"
 * are no letters of PID names, but who knows). */
static void put_token(struct buf *b, const char *name)
{
    struct buf escaped = {0};
    for (; *name; name++) {
        if (*name == '~' || *name == '/')
            buf_str(&escaped, *name == '~' ? "~0" : "~1");
        else
            buf_char(&escaped, *name);
    }
    struct buf quoted = {0};
    buf_json_str(&quoted, buf_cstr(&escaped));
    if (quoted.len > 2)
        buf_add(b, quoted.data + 1, quoted.len - 2);
    b->failed |= escaped.failed || quoted.failed;
    buf_free(&escaped);
    buf_free(&quoted);
}

static void put_column(struct buf *b, const char *name)
{
    put_token(b, name);
    buf_str(b, VALUE);
}

static double cost_at(const struct wire_costs *c, size_t i, size_t j)
{
    size_t at = i * c->n_dsts + j;
    return c->thousandths ? thousandths_value(c->thousandths[at]) : c->value[at];
}

static bool has_cost(const struct wire_costs *c, size_t i, size_t j)
{
    size_t at = i * c->n_dsts + j;
    return c->thousandths ? c->thousandths[at] != THOUSANDTHS_NONE : !isnan(c->value[at]);
}

static bool has_cells(const struct wire_costs *c, size_t i)
{
    for (size_t j = 0; j < c->n_dsts; j++) {
        if (has_cost(c, i, j))
            return true;
    }
    return false;
}

static void put_separator(struct cells *p)
{
    if (p->some)
        buf_char(p->out, ',');
    p->some = true;
}

/* {"op":...,"path":"/cost-map/SRC/DST" -- the value and a "}" are the caller's. */
static void begin_operation(struct cells *p, const char *op, size_t i, size_t j)
{
    put_separator(p);
    buf_str(p->out, "{\"op\":\"");
    buf_str(p->out, op);
    buf_str(p->out, "\",\"path\":\"/cost-map/");
    if (p->row != i + 1) {
        buf_reset(&p->src);
        put_token(&p->src, p->to->srcs[i]);
        p->row = i + 1;
        p->out->failed |= p->src.failed;
    }
    buf_add(p->out, p->src.data, p->src.len);
    if (j < p->to->n_dsts) {
        buf_char(p->out, '/');
        buf_add(p->out, p->dsts.text.data + p->dsts.at[j],
                p->dsts.at[j + 1] - p->dsts.at[j] - strlen(VALUE));
    }
    buf_char(p->out, '"');
}

/* A whole row as JSON. */
static void put_cells(struct buf *b, const struct wire_costs *c, size_t i)
{
    bool some = false;
    for (size_t j = 0; j < c->n_dsts; j++) {
        double cost = cost_at(c, i, j);
        if (isnan(cost))
            continue;
        buf_char(b, some ? ',' : '{');
        buf_json_str(b, c->dsts[j]);
        buf_char(b, ':');
        wire_put_cost(b, cost);
        some = true;
    }
    buf_char(b, '}');
}

static void operate_cell(struct cells *p, size_t i, size_t j)
{
    double was = cost_at(p->from, i, j), is = cost_at(p->to, i, j);
    begin_operation(p, isnan(was) ? "add" : isnan(is) ? "remove" : "replace", i, j);
    if (!isnan(is)) {
        buf_str(p->out, ",\"value\":");
        wire_put_cost(p->out, is);
    }
    buf_char(p->out, '}');
}

/* Appends ,{"op":"replace","path":"/cost-map/SRC/ */
static void put_replace(struct cells *p, size_t i, struct buf *b)
{
    buf_str(b, ",{\"op\":\"replace\",\"path\":\"/cost-map/");
    put_token(b, p->to->srcs[i]);
    buf_char(b, '/');
    b->failed |= !buf_room(b, CELLS_PIECE); /* what is read over its end */
}

static const char *row_of(const struct cells *p, const struct wire_costs *c, size_t i)
{
    const char *v = c->thousandths ? (const char *)c->thousandths : (const char *)c->value;
    return v + i * c->n_dsts * p->size;
}

/* Matrices are larger than caches: with the k-th cell of a row that is written, memory begins
 * to bring the k-th lines of the next row. */
static inline void expect_line(const struct cells *p, size_t i, size_t k)
{
    const size_t n = p->to->n_dsts, at = k * LINES_LINE;
    if (at >= n * p->size || i + 1 >= p->to->n_srcs)
        return;
    __builtin_prefetch(row_of(p, p->from, i + 1) + at);
    __builtin_prefetch(row_of(p, p->to, i + 1) + at);
}

/* Rows of both in one of the two forms, apart from what writing may change. */
struct rows {
    const double *from, *to;
    const uint32_t *was, *is; /* thousandths; NULL: numbers */
};

static struct rows rows_of(const struct cells *p, size_t i)
{
    const size_t at = i * p->to->n_dsts;
    if (p->to->thousandths)
        return (struct rows){.was = p->from->thousandths + at, .is = p->to->thousandths + at};
    return (struct rows){.from = p->from->value + at, .to = p->to->value + at};
}

static inline bool both_have(const struct rows *r, size_t j)
{
    if (r->is)
        return (r->was[j] != THOUSANDTHS_NONE) & (r->is[j] != THOUSANDTHS_NONE);
    return !isnan(r->from[j]) && !isnan(r->to[j]);
}

/* Writes a cost that is there. */
static inline char *put_cost(struct buf *out, char *at, const struct rows *r, size_t j)
{
    return r->is ? cells_thousandths(at, r->is[j]) : cells_any_cost(out, at, r->to[j]);
}

/* Where operations are staged, each of which has so much before its column. NULL: no memory. */
static char *stage_of(struct cells *p, size_t head)
{
    buf_reset(&p->stage);
    char *stage = buf_room(&p->stage, LINES_FULL + LINES_LINE + head + p->widest + CELLS_COST +
                                          3 * CELLS_PIECE);
    p->out->failed |= !stage;
    return stage;
}

/* From the k-th of n changed columns on, as far as both have costs: copied from parts made
 * before, into room for all of the row. Returns the first one that is not. */
static size_t replace_cells(struct cells *p, const struct buf *head, size_t i, size_t k,
                            size_t n)
{
    const struct cells_names names = p->dsts; /* which nothing that is written can change */
    const struct rows rows = rows_of(p, i);
    const char *open = head->data;
    const size_t len = head->len;
    const uint32_t *changed = p->changed;
    char *at = stage_of(p, len);
    struct lines lines = {.stage = at,
                          .to = buf_room(p->out, (n - k) * len + cells_room(&names, n - k)),
                          .past = p->to->n_srcs * p->to->n_dsts * p->size >= LINES_PAST};
    size_t skip = p->some ? 0 : 1; /* the comma */
    for (; at && lines.to && k < n && both_have(&rows, changed[k]); k++) {
        expect_line(p, i, k);
        at = cells_copy(at, open + skip, len - skip);
        at = cells_name(at, &names, changed[k]);
        at = put_cost(p->out, at, &rows, changed[k]);
        *at++ = '}';
        at = lines_next(&lines, at);
        p->some = true;
        skip = 0;
    }
    if (at && lines.to)
        buf_end(p->out, lines_end(&lines, at));
    return k;
}

static void operate_cells(struct cells *p, size_t i, size_t n)
{
    struct buf head = {0};
    put_replace(p, i, &head);
    p->out->failed |= head.failed;
    for (size_t k = 0; k < n && !p->out->failed;) {
        size_t next = replace_cells(p, &head, i, k, n);
        if (next == k && !p->out->failed)
            operate_cell(p, i, p->changed[next++]);
        k = next;
    }
    buf_free(&head);
}

static void merge_cells(struct cells *p, size_t i, size_t n)
{
    put_separator(p);
    buf_json_str(p->out, p->to->srcs[i]);
    buf_char(p->out, ':');
    const struct cells_names names = p->dsts; /* which nothing that is written can change */
    const struct rows rows = rows_of(p, i);
    const uint32_t *changed = p->changed;
    char *at = buf_room(p->out, cells_room(&names, n)), *open = at;
    for (size_t k = 0; at && k < n; k++) {
        size_t j = changed[k];
        expect_line(p, i, k);
        at = cells_name(at, &names, j);
        if (rows.is ? rows.is[j] != THOUSANDTHS_NONE : !isnan(rows.to[j]))
            at = put_cost(p->out, at, &rows, j);
        else
            at = (char *)memcpy(at, "null", 4) + 4;
    }
    if (at) {
        *open = '{';
        *at = '}';
        buf_end(p->out, at + 1);
    }
}

static bool equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Are the 64 bytes the same? */
static inline bool same_bits(const void *from, const void *to)
{
    uint64_t differ = 0, a, b;
    for (size_t at = 0; at < LINES_LINE; at += sizeof(a)) {
        memcpy(&a, (const char *)from + at, sizeof(a));
        memcpy(&b, (const char *)to + at, sizeof(b));
        differ |= a ^ b;
    }
    return differ == 0;
}

/* Which of four differ, and how many: by a bit for each. */
static const struct {
    uint32_t n, lane[LANES];
} differing[1 << LANES] = {
    {0, {0}},    {1, {0}},       {1, {1}},       {2, {0, 1}},       {1, {2}},    {2, {0, 2}},
    {2, {1, 2}}, {3, {0, 1, 2}}, {1, {3}},       {2, {0, 3}},       {2, {1, 3}}, {3, {0, 1, 3}},
    {2, {2, 3}}, {3, {0, 2, 3}}, {3, {1, 2, 3}}, {4, {0, 1, 2, 3}},
};

/* A bit for each that differs. */
static inline unsigned difference(const uint32_t *from, const uint32_t *to)
{
#ifdef __SSE2__
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)from);
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)to);
    return 15U ^ (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(a, b)));
#else
    unsigned bits = 0;
    for (unsigned k = 0; k < LANES; k++)
        bits |= (unsigned)(from[k] != to[k]) << k;
    return bits;
#endif
}

/* Columns of thousandths that differ, without a branch for each; up to three that say nothing
 * are written behind them. */
static size_t gather_thousandths(const uint32_t *from, const uint32_t *to, size_t n,
                                 uint32_t *out)
{
    size_t count = 0, j = 0;
    for (; j + LANES <= n; j += LANES) {
        unsigned bits = difference(from + j, to + j);
        for (unsigned k = 0; k < LANES; k++)
            out[count + k] = (uint32_t)j + differing[bits].lane[k];
        count += differing[bits].n;
    }
    for (; j < n; j++) {
        out[count] = (uint32_t)j;
        count += from[j] != to[j];
    }
    return count;
}

/*
 * Columns that differ. Whether the next one does can't be foreseen, so the numbers of those
 * whose bits differ are stored without a branch; among them some may be equal all the same (0
 * and -0, two kinds of NAN).
 */
static size_t gather(const double *from, const double *to, size_t n, uint32_t *out)
{
    size_t count = 0, kept = 0, j = 0;
    uint64_t a[8], b[8];
    for (; j + 8 <= n; j += 8) {
        memcpy(a, from + j, sizeof(a));
        memcpy(b, to + j, sizeof(b));
        if (same_bits(a, b))
            continue;
        for (size_t k = 0; k < 8; k++) {
            out[count] = (uint32_t)(j + k);
            count += a[k] != b[k];
        }
    }
    for (; j < n; j++)
        out[count++] = (uint32_t)j;
    for (size_t k = 0; k < count; k++) {
        if (!equal(from[out[k]], to[out[k]]))
            out[kept++] = out[k];
    }
    return kept;
}

/* Rows that both have, or that is new (then all cells are). */
static void diff_row(struct cells *p, size_t i)
{
    size_t n = p->to->n_dsts, at = i * n;
    size_t changed = p->to->thousandths
                         ? gather_thousandths(p->from->thousandths + at,
                                              p->to->thousandths + at, n, p->changed)
                         : gather(p->from->value + at, p->to->value + at, n, p->changed);
    if (changed > 0 && p->kind == WIRE_PATCH_JSON)
        operate_cells(p, i, changed);
    else if (changed > 0)
        merge_cells(p, i, changed);
}

static void remove_row(struct cells *p, size_t i)
{
    if (p->kind == WIRE_PATCH_JSON) {
        begin_operation(p, "remove", i, SIZE_MAX);
        buf_char(p->out, '}');
        return;
    }
    put_separator(p);
    buf_json_str(p->out, p->to->srcs[i]);
    buf_str(p->out, ":null");
}

static void add_row(struct cells *p, size_t i)
{
    begin_operation(p, "add", i, SIZE_MAX);
    buf_str(p->out, ",\"value\":");
    put_cells(p->out, p->to, i);
    buf_char(p->out, '}');
}

static void diff_cells(struct cells *p)
{
    size_t bytes = p->to->n_dsts * p->size;
    for (size_t i = 0; i < p->to->n_srcs; i++) {
        if (memcmp(row_of(p, p->from, i), row_of(p, p->to, i), bytes) == 0)
            continue;
        bool was = has_cells(p->from, i), is = has_cells(p->to, i);
        if (was && !is)
            remove_row(p, i);
        else if (!was && is && p->kind == WIRE_PATCH_JSON)
            add_row(p, i);
        else
            diff_row(p, i);
    }
}

/* What stands before the costs, as a document of its own. */
static int read_head(struct slice text, struct buf *out)
{
    size_t n = text.n < MAX_HEAD ? text.n : MAX_HEAD;
    const char *at = n > 0 ? memmem(text.p, n, MEMBER, strlen(MEMBER)) : NULL;
    if (!at)
        return ERR_PARSE;
    buf_add(out, text.p, (size_t)(at - text.p));
    buf_char(out, '}');
    return out->failed ? ERR_NOMEM : 0;
}

static int diff_heads(enum wire_patch kind, struct slice from, struct slice to, struct buf *out)
{
    struct buf a = {0}, b = {0};
    int rc = read_head(from, &a);
    if (rc == 0)
        rc = read_head(to, &b);
    if (rc == 0)
        rc = wire_patch_diff(kind, (struct slice){a.data, a.len}, (struct slice){b.data, b.len},
                             out);
    buf_free(&a);
    buf_free(&b);
    return rc;
}

static void drop_last(struct buf *b)
{
    if (!b->failed)
        b->data[--b->len] = 0;
}

/* Behind the patch of the heads, inside its last bracket. */
static bool append_cells(struct cells *p, bool some)
{
    struct buf *out = p->out;
    size_t start = out->len;
    drop_last(out);
    p->some = some;
    if (p->kind == WIRE_PATCH_MERGE) {
        buf_str(out, some ? MEMBER "{" : &MEMBER "{"[1]);
        p->some = false;
    }
    size_t before = out->len;
    diff_cells(p);
    bool changed = out->len > before;
    if (!changed && !out->failed)
        out->len = start - 1;
    else if (p->kind == WIRE_PATCH_MERGE)
        buf_char(out, '}');
    buf_char(out, p->kind == WIRE_PATCH_MERGE ? '}' : ']');
    return changed;
}

static int patch(enum wire_patch kind, const struct wire_cost_body *from,
                 const struct wire_cost_body *to, struct buf *out)
{
    struct cells p = {.kind = kind, .from = from->costs, .to = to->costs, .out = out};
    p.size = p.to->thousandths ? sizeof(*p.to->thousandths) : sizeof(*p.to->value);
    size_t start = out->len;
    int rc = diff_heads(kind, from->text, to->text, out);
    p.changed = calloc(to->costs->n_dsts + LANES, sizeof(*p.changed));
    if (rc >= 0 &&
        (!p.changed || !cells_names(&p.dsts, to->costs,
                                    kind == WIRE_PATCH_MERGE ? cells_put_member : put_column)))
        rc = ERR_NOMEM;
    for (size_t j = 0; rc >= 0 && j < to->costs->n_dsts; j++) {
        size_t width = p.dsts.at[j + 1] - p.dsts.at[j];
        p.widest = width > p.widest ? width : p.widest;
    }
    if (rc >= 0)
        rc |= append_cells(&p, rc == 1);
    if (out->failed)
        rc = ERR_NOMEM;
    if (rc < 0 && out->data) {
        out->len = start;
        out->data[start] = 0;
    }
    cells_names_free(&p.dsts);
    buf_free(&p.src);
    buf_free(&p.stage);
    free(p.changed);
    return rc;
}

/* The same as numbers, which *c is then of; they are the caller's. NULL: no memory. */
static double *as_numbers(struct wire_costs *c)
{
    size_t n = c->n_srcs * c->n_dsts;
    double *value = calloc(n + 1, sizeof(*value));
    for (size_t i = 0; value && i < n; i++)
        value[i] = thousandths_value(c->thousandths[i]);
    c->value = value;
    c->thousandths = NULL;
    return value;
}

int wire_patch_costs(enum wire_patch kind, const struct wire_cost_body *from,
                     const struct wire_cost_body *to, struct buf *out)
{
    if (from->costs->thousandths && to->costs->thousandths)
        return patch(kind, from, to, out);
    struct wire_costs was = *from->costs, is = *to->costs;
    double *before = was.thousandths ? as_numbers(&was) : NULL;
    double *behind = is.thousandths ? as_numbers(&is) : NULL;
    const struct wire_cost_body a = {from->text, &was}, b = {to->text, &is};
    int rc = was.value && is.value ? patch(kind, &a, &b, out) : ERR_NOMEM;
    free(before);
    free(behind);
    return rc;
}
