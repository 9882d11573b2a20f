/* SPDX-License-Identifier: Apache-2.0 */
/* `rialto path`: names to addresses, one question or thousands. */
#include <string.h>

#include "client/cli/cli.h"

static bool is_known(const struct rialto_value *path)
{
    const struct rialto_value *known = rialto_get(path, "known");

    return !known || rialto_true(known);
}

static bool is_ipv6(const char *address)
{
    return strchr(address, ':') != NULL;
}

/** The first address of a family, or NULL. */
static const char *of_family(const struct rialto_addresses *a, bool ipv6)
{
    for (size_t i = 0; i < rialto_addresses_count(a); i++)
        if (is_ipv6(rialto_addresses_at(a, i)) == ipv6)
            return rialto_addresses_at(a, i);
    return NULL;
}

/** Asks in each family that both ends have, IPv6 first as hosts do, until a path is known. */
static int ask(struct cli *c, const struct rialto_addresses *src,
               const struct rialto_addresses *dst, struct rialto_document **out)
{
    bool tried = false;
    int rc = 0;

    for (int ipv6 = 1; ipv6 >= 0 && rc == 0; ipv6--) {
        const char *from = of_family(src, ipv6), *to = of_family(dst, ipv6);
        struct rialto_document *d;
        if (!from || !to)
            continue;
        rc =
            rialto_path(c->server, &(struct rialto_path_query){from, to, cli_value(c, "table")},
                        &d, &c->error);
        if (rc != 0 || (tried && !is_known(rialto_document_root(d)))) {
            rialto_document_free(&d);
            break;
        }
        rialto_document_free(out);
        *out = d;
        tried = true;
        if (is_known(rialto_document_root(d)))
            break;
    }
    if (rc == 0 && !tried) {
        rc = RIALTO_E_NOT_FOUND;
        c->error = (struct rialto_error){
            .code = rc, .message = "source and destination have no address family in common"};
    }
    return rc;
}

static int find_path(struct cli *c, const char *src, const char *dst,
                     struct rialto_document **out)
{
    struct rialto_addresses *from = NULL, *to = NULL;
    int rc = rialto_resolve(c->server, src, &from, &c->error);

    *out = NULL;
    if (rc == 0)
        rc = rialto_resolve(c->server, dst, &to, &c->error);
    if (rc == 0)
        rc = ask(c, from, to, out);
    rialto_addresses_free(&from);
    rialto_addresses_free(&to);
    if (rc != 0)
        rialto_document_free(out);
    return rc;
}

/** One line of a batch: its document, or why there is none. */
static int batch_path(struct cli *c, const struct batch_line *line)
{
    struct rialto_document *d = NULL;
    const char *src = line->words[0], *dst = line->n > 1 ? line->words[1] : "";
    int rc;

    if (line->n != 2 || line->too_many) {
        rc = RIALTO_E_ARGUMENT;
        c->error = (struct rialto_error){.code = rc, .message = "expected: SRC DST"};
    } else {
        rc = find_path(c, src, dst, &d);
    }
    if (rc != 0) {
        batch_failure(c, src, dst);
        return rc == RIALTO_E_ARGUMENT ? CLI_NO_ANSWER : cli_exit_code(rc);
    }
    text_json(c->out, rialto_document_root(d));
    rc = is_known(rialto_document_root(d)) ? CLI_ANSWERED : CLI_NO_ANSWER;
    rialto_document_free(&d);
    return rc;
}

int cmd_path(struct cli *c)
{
    const char *batch = cli_value(c, "batch");
    struct rialto_document *d;
    const struct rialto_value *path;
    struct buf b = {0};
    bool known;

    if (batch)
        return c->n_args == 0 ? batch_run(c, batch, batch_path)
                              : cli_usage(c, "--batch takes SRC and DST from the file");
    if (c->n_args != 2)
        return cli_usage(c, "path: SRC and DST are needed");
    if (find_path(c, c->args[0], c->args[1], &d) != 0)
        return cli_failure(c);
    path = rialto_document_root(d);
    known = is_known(path);
    if (c->json)
        text_json(c->out, path);
    else
        path_words(&b, c, path, cli_value(c, "explain") != NULL);
    rialto_document_free(&d);
    if (!c->json && !text_print(c, &b))
        return cli_failure(c);
    return known ? CLI_ANSWERED : CLI_NO_ANSWER;
}
