/* SPDX-License-Identifier: Apache-2.0 */
/* rialto fts grants: what domains grant, as a table; and handing a document in. */
#include <string.h>

#include "client/cli/fts.h"

#define MAX_DOCUMENT ((size_t)64 << 20) /* bytes; servers take less by default */

static const struct rialto_value *get(const struct rialto_value *v, const char *name)
{
    return rialto_get(v, name);
}

/* ---- The table ---- */

static void put_subject(struct table *t, const struct rialto_value *grant)
{
    struct buf b = {0};

    if (rialto_text(get(grant, "group")))
        buf_str(&b, "group ");
    text_value(&b, rialto_text(get(grant, "group")) ? get(grant, "group") : get(grant, "link"));
    table_take(t, &b);
}

static void put_amount(struct table *t, const struct rialto_value *grant)
{
    double share = rialto_number(get(grant, "share"), -1);
    struct buf b = {0};

    if (share >= 0)
        buf_printf(&b, "%.4g %%", share * 100);
    else
        text_rate(&b, rialto_number(get(grant, "limit"), 0));
    table_take(t, &b);
}

static void put_weights(struct table *t, const struct rialto_value *weights)
{
    struct rialto_cursor i = {0};
    struct buf b = {0};

    while (rialto_next(weights, &i)) {
        buf_str(&b, b.len > 0 ? ", " : "");
        text_safe(&b, i.key);
        buf_char(&b, ' ');
        text_value(&b, i.value);
    }
    buf_str(&b, b.len > 0 ? "" : "-");
    table_take(t, &b);
}

static void put_row(struct table *t, const struct rialto_value *grant)
{
    const char *state = rialto_text(get(grant, "state"));

    table_value(t, get(grant, "domain"));
    put_subject(t, grant);
    table_value(t, get(grant, "user"));
    put_amount(t, grant);
    put_weights(t, get(grant, "weights"));
    table_value(t, get(grant, "from"));
    table_value(t, get(grant, "until"));
    table_value(t, get(grant, "scope"));
    table_value(t, get(grant, "state"));
    if (state && (strcmp(state, "conflict") == 0 || strcmp(state, "ignored") == 0))
        table_paint(t, PAINT_RED);
}

/* What is wrong with a grant, below the table. */
static void put_notes(struct buf *b, const struct rialto_value *grant)
{
    static const char *const names[] = {"why", "note"};

    for (size_t i = 0; i < 2; i++) {
        if (!rialto_text(get(grant, names[i])))
            continue;
        buf_char(b, '\n');
        text_value(b, get(grant, "domain"));
        buf_str(b, ", ");
        text_value(b,
                   rialto_text(get(grant, "group")) ? get(grant, "group") : get(grant, "link"));
        buf_str(b, ": ");
        text_value(b, get(grant, names[i]));
    }
}

static int list(struct cli *c)
{
    static const char *const titles[] = {"DOMAIN", "LINK",  "USER",  ">GRANTED", "WEIGHTS",
                                         "FROM",   "UNTIL", "SCOPE", "STATE",    NULL};
    struct rialto_cursor i = {0}, note = {0};
    struct rialto_document *d;
    struct table t = {0};
    struct buf b = {0};

    if (cli_value(c, "dry-run"))
        return cli_usage(c, "--dry-run is for put");
    if (rialto_fts_grants(c->server, &d, &c->error) != 0)
        return cli_failure(c);
    if (c->json) {
        text_json(c->out, rialto_document_root(d));
        rialto_document_free(&d);
        return CLI_ANSWERED;
    }
    table_titles(&t, titles);
    while (rialto_next(get(rialto_document_root(d), "grants"), &i))
        put_row(&t, i.value);
    table_print(&t, c, &b);
    size_t rows = b.len;
    while (rialto_next(get(rialto_document_root(d), "grants"), &note))
        put_notes(&b, note.value);
    buf_str(&b, b.len > rows ? "\n" : "");
    rialto_document_free(&d);
    return text_print(c, &b) ? CLI_ANSWERED : cli_failure(c);
}

/* ---- Handing in ---- */

static int tell_receipt(struct cli *c, const struct rialto_value *receipt)
{
    struct buf b = {0};

    if (c->json) {
        text_json(c->out, receipt);
        return CLI_ANSWERED;
    }
    text_value(&b, get(receipt, "domain"));
    if (rialto_true(get(receipt, "dry_run"))) {
        buf_str(&b, ": the document is good; nothing was changed\n");
    } else {
        buf_str(&b, ": version ");
        text_value(&b, get(receipt, "version"));
        buf_str(&b, " is in force\n");
    }
    return text_print(c, &b) ? CLI_ANSWERED : cli_failure(c);
}

static int put(struct cli *c, const char *domain, const char *file)
{
    struct rialto_document *receipt = NULL;
    struct buf document = {0};
    int rc = CLI_FAILED;

    if (!fts_read_file(c, file, MAX_DOCUMENT, &document))
        goto out;
    const struct rialto_hand_in what = {domain, buf_cstr(&document),
                                        cli_value(c, "dry-run") != NULL};
    rc = rialto_fts_put_grants(c->server, &what, &receipt, &c->error) == 0
             ? tell_receipt(c, rialto_document_root(receipt))
             : cli_failure(c);
out:
    rialto_document_free(&receipt);
    buf_free(&document);
    return rc;
}

int fts_grants(struct cli *c)
{
    if (c->n_args == 1)
        return list(c);
    if (strcmp(c->args[1], "put") != 0)
        return cli_usage(c, "fts grants %s: put is expected", c->args[1]);
    if (c->n_args != 4)
        return cli_usage(c, "fts grants put: DOMAIN and FILE are needed");
    return put(c, c->args[2], c->args[3]);
}
