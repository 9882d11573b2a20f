/* SPDX-License-Identifier: Apache-2.0 */
/* rialto fts plan: what pairs of storages should get. */
#include "client/cli/fts.h"

#include <errno.h>
#include <math.h>
#include <string.h>

bool fts_read_file(struct cli *c, const char *name, size_t most, struct buf *out)
{
    bool input = strcmp(name, "-") == 0;
    FILE *f = input ? stdin : fopen(name, "re");
    char block[65536];
    size_t n = 0;
    bool ok = f != NULL;

    while (ok && out->len <= most && (n = fread(block, 1, sizeof(block), f)) > 0)
        buf_add(out, block, n);
    ok = ok && !ferror(f);
    if (!ok)
        fprintf(c->err, "rialto: %s: %s\n", name, strerror(errno));
    else if (out->failed || out->len > most || out->len == 0)
        fprintf(c->err, "rialto: %s: is empty, or larger than %zu MiB\n", name, most >> 20);
    else if (strlen(buf_cstr(out)) != out->len)
        fprintf(c->err, "rialto: %s: is no text: byte %zu is 0\n", name,
                strlen(buf_cstr(out)) + 1);
    ok = ok && !out->failed && out->len > 0 && out->len <= most &&
         strlen(buf_cstr(out)) == out->len;
    if (f && !input)
        fclose(f);
    return ok;
}

/* ---- plan ---- */

/* Of a link that may be told its name, else its id. */
static const struct rialto_value *name_of(const struct rialto_value *links,
                                          const struct rialto_value *id)
{
    struct rialto_cursor c = {0};
    const char *wanted = rialto_text(id);

    while (wanted && rialto_next(links, &c)) {
        const char *own = rialto_text(rialto_get(c.value, "id"));
        const struct rialto_value *name = rialto_get(c.value, "name");
        if (own && strcmp(own, wanted) == 0 && rialto_text(name))
            return name;
    }
    return id;
}

static void put_bottlenecks(struct table *t, const struct rialto_value *row,
                            const struct rialto_value *links)
{
    struct rialto_cursor c = {0};
    struct buf b = {0};

    while (rialto_next(rialto_get(row, "bottlenecks"), &c)) {
        buf_str(&b, b.len > 0 ? ", " : "");
        text_value(&b, name_of(links, c.value));
    }
    if (b.len == 0)
        buf_char(&b, '-');
    table_take(t, &b);
}

/* How sure the path is that the rate rests on, and how old what is known of it. */
static void put_trust(struct table *t, const struct rialto_value *row)
{
    const char *class = rialto_text(rialto_get(row, "class"));
    double age = rialto_number(rialto_get(row, "age"), NAN);
    struct buf b = {0};

    table_text(t, class);
    table_paint(t, class ? text_class(class) : PAINT_NONE);
    if (isnan(age))
        buf_char(&b, '-');
    else
        text_age(&b, age);
    table_take(t, &b);
}

static void put_row(struct table *t, const struct rialto_value *row,
                    const struct rialto_value *links, bool trust)
{
    double rate = rialto_number(rialto_get(row, "rate"), NAN);
    struct buf b = {0};

    table_value(t, rialto_get(row, "source_se"));
    table_value(t, rialto_get(row, "dest_se"));
    text_value(&b, rialto_get(row, "vo"));
    if (rialto_get(row, "activity")) {
        buf_char(&b, '/');
        text_value(&b, rialto_get(row, "activity"));
    }
    table_take(t, &b);
    if (rate == 0)
        buf_char(&b, '0');
    else
        text_rate(&b, isnan(rate) ? 0 : rate);
    table_take(t, &b);
    table_value(t, rialto_get(row, "connections"));
    if (trust)
        put_trust(t, row);
    put_bottlenecks(t, row, links);
}

static void put_unknown(struct buf *b, const struct rialto_value *unknown)
{
    struct rialto_cursor c = {0};

    while (rialto_next(unknown, &c)) {
        text_value(b, rialto_get(c.value, "source_se"));
        buf_str(b, " to ");
        text_value(b, rialto_get(c.value, "dest_se"));
        buf_str(b, ": ");
        text_value(b, rialto_get(c.value, "why"));
        buf_char(b, '\n');
    }
}

static int show_plan(struct cli *c, const struct rialto_value *plan)
{
    static const char *const titles[][9] = {
        {"FROM", "TO", "WHOSE", ">RATE", ">CONNECTIONS", "BOTTLENECKS", NULL},
        {"FROM", "TO", "WHOSE", ">RATE", ">CONNECTIONS", "CLASS", "AGE", "BOTTLENECKS", NULL}};
    const struct rialto_value *links = rialto_get(plan, "links");
    struct rialto_cursor row = {0};
    struct table t = {0};
    struct buf b = {0};

    bool trust =
        rialto_get(rialto_at(rialto_get(plan, "plan"), 0), "class"); /* newer servers */

    table_titles(&t, titles[trust]);
    while (rialto_next(rialto_get(plan, "plan"), &row))
        put_row(&t, row.value, links, trust);
    table_print(&t, c, &b);
    put_unknown(&b, rialto_get(plan, "unknown"));
    return text_print(c, &b) ? CLI_ANSWERED : cli_failure(c);
}

int fts_plan(struct cli *c)
{
    struct rialto_document *d = NULL;
    struct buf question = {0};
    int rc = CLI_FAILED;

    if (c->n_args != 2)
        return cli_usage(c, "fts plan: a FILE of pairs is expected, or -");
    if (fts_read_file(c, c->args[1], FTS_MAX_QUESTION, &question)) {
        rc = CLI_ANSWERED;
        if (rialto_fts_plan(c->server, buf_cstr(&question), &d, &c->error) != 0)
            rc = cli_failure(c);
        else if (c->json)
            text_json(c->out, rialto_document_root(d));
        else
            rc = show_plan(c, rialto_document_root(d));
    }
    rialto_document_free(&d);
    buf_free(&question);
    return rc;
}
