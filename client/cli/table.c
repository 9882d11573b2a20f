/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "client/cli/cli.h"

static struct table_cell *add(struct table *t, char *text)
{
    struct table_cell *cell = text ? VEC_PUSH(t) : NULL;

    if (!cell) {
        free(text);
        t->failed = true;
        return NULL;
    }
    *cell = (struct table_cell){.text = text, .width = text_width(text)};
    if (t->columns > 0 && t->n > t->columns)
        cell->right = t->v[(t->n - 1) % t->columns].right;
    return cell;
}

void table_titles(struct table *t, const char *const *titles)
{
    assert(t->columns == 0);
    for (; *titles; titles++) {
        bool right = (*titles)[0] == '>';
        struct table_cell *cell = add(t, strdup(*titles + right));
        if (!cell)
            return;
        cell->right = right;
        cell->paint = PAINT_BOLD;
    }
    t->columns = t->n;
}

void table_take(struct table *t, struct buf *b)
{
    if (t->failed || b->failed) {
        t->failed = true;
        buf_free(b);
        return;
    }
    add(t, b->len > 0 ? buf_take(b, NULL) : strdup(""));
}

void table_text(struct table *t, const char *s)
{
    struct buf b = {0};

    text_safe(&b, s);
    table_take(t, &b);
}

void table_value(struct table *t, const struct rialto_value *v)
{
    struct buf b = {0};

    text_value(&b, v);
    table_take(t, &b);
}

void table_paint(struct table *t, enum paint paint)
{
    if (t->n > 0)
        t->v[t->n - 1].paint = paint;
}

static size_t column_width(const struct table *t, size_t column)
{
    size_t width = 0;

    for (size_t i = column; i < t->n; i += t->columns)
        if (t->v[i].width > width)
            width = t->v[i].width;
    return width;
}

static void spaces(struct buf *b, size_t n)
{
    buf_printf(b, "%*s", (int)n, "");
}

void table_print(struct table *t, const struct cli *c, struct buf *b)
{
    size_t *widths = calloc(t->columns + 1, sizeof(*widths));

    if (!widths || t->failed) {
        b->failed = true;
        goto out;
    }
    assert(t->columns > 0 && t->n % t->columns == 0);
    for (size_t i = 0; i < t->columns; i++)
        widths[i] = column_width(t, i);
    for (size_t i = 0; i < t->n; i++) {
        const struct table_cell *cell = &t->v[i];
        size_t column = i % t->columns;
        bool last = column + 1 == t->columns;
        size_t pad = widths[column] - cell->width;
        if (cell->right)
            spaces(b, pad);
        text_paint(b, c, cell->paint, cell->text);
        if (!last)
            spaces(b, 2 + (cell->right ? 0 : pad));
        else
            buf_char(b, '\n');
    }
out:
    free(widths);
    for (size_t i = 0; i < t->n; i++)
        free(t->v[i].text);
    VEC_FREE(t);
}
