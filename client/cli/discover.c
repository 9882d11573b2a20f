/* SPDX-License-Identifier: Apache-2.0 */
/* Finding servers by the DNS, and what their operators write into it. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cli.h"

static void put_json(struct buf *b, const struct rialto_discovery *d)
{
    buf_str(b, "{\"servers\":[");
    for (size_t i = 0; i < rialto_discovery_count(d); i++) {
        const struct rialto_found *f = rialto_discovery_at(d, i);
        buf_str(b, i ? ",{\"uri\":" : "{\"uri\":");
        buf_json_str(b, f->uri);
        buf_printf(b, ",\"order\":%u,\"preference\":%u}", f->order, f->preference);
    }
    buf_str(b, "],\"asked\":[");
    for (size_t i = 0; i < rialto_discovery_asked_count(d); i++) {
        const struct rialto_asked *a = rialto_discovery_asked_at(d, i);
        buf_str(b, i ? ",{\"name\":" : "{\"name\":");
        buf_json_str(b, a->name);
        buf_printf(b, ",\"records\":%zu,\"temporary\":%s}", a->records,
                   a->temporary ? "true" : "false");
    }
    buf_str(b, "]}\n");
}

static void put_servers(struct buf *b, const struct cli *c, const struct rialto_discovery *d)
{
    static const char *const titles[] = {"DIRECTORY", ">ORDER", ">PREFERENCE", NULL};
    struct table t = {0};
    struct buf cell = {0};

    table_titles(&t, titles);
    for (size_t i = 0; i < rialto_discovery_count(d); i++) {
        const struct rialto_found *f = rialto_discovery_at(d, i);
        table_text(&t, f->uri);
        buf_printf(&cell, "%u", f->order);
        table_take(&t, &cell);
        buf_printf(&cell, "%u", f->preference);
        table_take(&t, &cell);
    }
    table_print(&t, c, b);
}

static void tell_asked(const struct cli *c, const struct rialto_discovery *d)
{
    for (size_t i = 0; i < rialto_discovery_asked_count(d); i++) {
        const struct rialto_asked *a = rialto_discovery_asked_at(d, i);
        fprintf(c->err, "rialto: %s: %s\n", a->name,
                a->temporary ? "no answer from the name server; try again later"
                             : "no records of this service");
    }
}

/* The search went on to wider networks: their servers may know less of this one. */
static void tell_failed(const struct cli *c, const struct rialto_discovery *d)
{
    for (size_t i = 0; i < rialto_discovery_asked_count(d); i++) {
        const struct rialto_asked *a = rialto_discovery_asked_at(d, i);
        if (a->temporary)
            fprintf(c->err,
                    "rialto: %s: no answer from the name server; it may name a nearer server: "
                    "try again later\n",
                    a->name);
    }
}

static bool read_options(struct cli *c, struct rialto_discovery_options *o)
{
    const char *timeout = cli_value(c, "query-timeout");
    char *end = NULL;
    long seconds = timeout ? strtol(timeout, &end, 10) : 5;

    rialto_discovery_defaults(o);
    if (timeout && (*end || end == timeout || seconds < 1 || seconds > 60))
        return false;
    o->timeout_ms = (int)seconds * 1000;
    o->domain = cli_value(c, "domain");
    o->nameserver = cli_value(c, "nameserver");
    if (cli_value(c, "service"))
        o->service = cli_value(c, "service");
    return true;
}

int cmd_discover(struct cli *c)
{
    struct rialto_discovery_options o;
    struct rialto_discovery *d;
    struct buf b = {0};
    bool found;

    if (!read_options(c, &o))
        return cli_usage(c, "--query-timeout: seconds from 1 to 60");
    if (rialto_discover(c->n_args ? c->args[0] : NULL, &o, &d, &c->error) < 0)
        return cli_failure(c);
    found = rialto_discovery_count(d) > 0;
    if (c->json)
        put_json(&b, d);
    else if (found)
        put_servers(&b, c, d);
    else
        tell_asked(c, d);
    if (found && !c->json)
        tell_failed(c, d);
    rialto_discovery_free(&d);
    if (!text_print(c, &b))
        return cli_failure(c);
    return found ? CLI_ANSWERED : CLI_NO_ANSWER;
}

/* ---- zone */

struct zone {
    FILE *out;
    const char *const *uris;
    const char *ttl;
};

static int put_records(void *payload, const char *name)
{
    const struct zone *z = payload;

    for (size_t i = 0; z->uris[i]; i++)
        fprintf(z->out, "%s %s IN NAPTR 100 %zu \"u\" \"ALTO:%s\" \"!.*!%s!\" \"\" .\n", name,
                z->ttl, 10 * (i + 1), strncmp(z->uris[i], "https:", 6) == 0 ? "https" : "http",
                z->uris[i]);
    return ferror(z->out) ? RIALTO_E_ARGUMENT : 0;
}

/* What may stand in a quoted string of a zone file and in "!.*!URI!". */
static bool is_uri(const char *s)
{
    if (strncmp(s, "https://", 8) != 0 && strncmp(s, "http://", 7) != 0)
        return false;
    if (strlen(s) > 240) /* a character string of the DNS has 255 bytes */
        return false;
    for (; *s; s++)
        if (*s <= ' ' || *s >= 0x7f || strchr("!\"\\;", *s))
            return false;
    return true;
}

static bool is_number(const char *s)
{
    return *s && strlen(s) < 10 && strspn(s, "0123456789") == strlen(s);
}

int cmd_zone(struct cli *c)
{
    const char *uris[CLI_MAX_SET + 1];
    struct zone z = {.out = c->out, .uris = uris, .ttl = cli_value(c, "ttl")};

    if (cli_values(c, "uri", uris) == 0)
        return cli_usage(c, "--uri is missing: the address of the server's directory");
    for (size_t i = 0; uris[i]; i++)
        if (!is_uri(uris[i]))
            return cli_usage(c, "--uri %s: not an http or https URI that fits a record",
                             uris[i]);
    if (!z.ttl)
        z.ttl = "3600";
    if (!is_number(z.ttl))
        return cli_usage(c, "--ttl: seconds");
    for (size_t i = 0; i < c->n_args; i++)
        if (rialto_discovery_names(c->args[i], put_records, &z, &c->error) < 0)
            return cli_failure(c);
    return CLI_ANSWERED;
}
