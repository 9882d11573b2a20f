/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. */
#include <string.h>

#include "client/cli/cli.h"

const struct cli_option cli_globals[] = {
    {"server", "URL", "the server; default: $RIALTO_SERVER, else http://127.0.0.1:8080"},
    {"json", NULL, "print JSON instead of words and tables"},
    {"directory", "PATH", "the root directory, below the URL; default: /directory"},
    {"credentials", "FILE", "file with USER:PASSWORD for the server"},
    {"ca-file", "FILE", "CA certificates for https; default: the system's"},
    {"timeout", "SECONDS", "how long a request may take; default: 60"},
    {"now", "TIME", "count ages from this RFC 3339 time; default: the clock"},
    {"help", NULL, "print help"},
    {"version", NULL, "print the version"},
    {0},
};

static const struct cli_option path_options[] = {
    {"explain", NULL, "every hop with its evidence"},
    {"table", "TABLE", "the routing table (VRF) of the source; default: any"},
    {"batch", "FILE",
     "lines \"SRC DST\" instead of arguments, - for standard input; JSON Lines"},
    {0},
};

static const struct cli_option rank_options[] = {
    {"client", "ADDR|SITE", "for whom: address, host, RSE or site"},
    {"metric", "METRIC", "cost metric; default: routingcost"},
    {"upload", NULL, "data goes from the client to the hosts; default: from them to it"},
    {0},
};

static const struct cli_option costs_options[] = {
    {"metric", "METRIC", "cost metric; default: routingcost"},
    {0},
};

static const struct cli_option props_options[] = {
    {"property", "NAME", "a property; may be repeated; default: all"},
    {0},
};

static const struct cli_option vector_options[] = {
    {"property", "NAME",
     "a property of elements; may be repeated; "
     "default: max-reservable-bandwidth"},
    {"batch", "FILE",
     "lines \"SRC DST\" or \"SRC... -- DST...\" instead of arguments; JSON Lines"},
    {0},
};

static const struct cli_option sources_options[] = {
    {"stale", NULL, "only those that are stale or failed"},
    {0},
};

static const struct cli_option discover_options[] = {
    {"service", "NAME", "U-NAPTR service; default: ALTO:https"},
    {"domain", "NAME", "domain of local discovery; default: the resolver's search domain"},
    {"nameserver", "ADDR[:PORT]", "whom to ask; default: the system's name servers"},
    {"query-timeout", "SECONDS", "how long one name may take; default: 5"},
    {0},
};

static const struct cli_option zone_options[] = {
    {"uri", "URI", "address of the server's directory; may be repeated, the best first"},
    {"ttl", "SECONDS", "how long resolvers may keep the records; default: 3600"},
    {0},
};

static const struct cli_option rucio_options[] = {
    {"watch", "FILE",
     "csv: keep FILE, as Rucio caches it, up to date; never a part of a table"},
    {"every", "SECONDS", "csv --watch: how often to look; default: 60"},
    {"once", NULL, "csv --watch: look once only"},
    {"apply", "URL", "distances: push what differs to Rucio's REST API"},
    {"token", "FILE", "distances --apply: file with a token of an account that may import"},
    {"dry-run", NULL, "distances --apply: show what would be pushed"},
    {"existing", NULL, "distances --apply: pairs that Rucio has no distance of stay so"},
    {"skip-unknown", NULL, "distances --apply: leave out RSEs that Rucio does not have"},
    {0},
};

static const struct cli_option fts_options[] = {
    {"fts", "URL", "apply: FTS's REST API"},
    {"pairs", "FILE", "apply: pairs as for plan; default: those that FTS's optimizer has"},
    {"loads", "FILE", "apply: file or URL of what links carry, as measured; implies --rates"},
    {"rates", NULL,
     "apply: ask FTS what each pair has, queued and running, instead of averages"},
    {"cert", "FILE", "apply: X.509 certificate (PEM) for FTS, or a proxy with its key"},
    {"key", "FILE", "apply: its private key"},
    {"token-file", "FILE", "apply: file with a bearer token for FTS"},
    {"ca", "FILE", "apply: CA certificates for FTS; default: the system's"},
    {"dry-run", NULL, "apply: show what would be changed; grants put: check only"},
    {"max-step", "PART",
     "apply: part of a pair's number that one run may change; default: 0.25"},
    {"max-age", "DURATION", "apply: release when the plan is of older data; default: 15m"},
    {"every", "DURATION", "apply: again and again, and release at the end"},
    {"keep-on-failure", NULL, "apply: without a plan, pins stay instead of being released"},
    {"release", NULL, "apply: release all pins, and nothing else"},
    {"prefix", "TEXT", "apply: what names of our links start with; default: rialto-"},
    {0},
};

static const struct cli_option none[] = {{0}};

#define ANY 4096 /* arguments */

#define LIST(title, opts, about)                                                               \
    {                                                                                          \
        .name = title, .arguments = "", .help = about, .options = opts, .run = cmd_list,       \
        .list = title                                                                          \
    }

const struct cli_command cli_commands[] = {
    {.name = "path",
     .arguments = "SRC DST",
     .help = "the path of packets from SRC to DST, hop by hop",
     .more =
         "SRC and DST are addresses, names of endpoints, RSEs or hosts that the server lists,\n"
         "or host names of the DNS.\n",
     .options = path_options,
     .run = cmd_path,
     .max_args = 2},
    {.name = "rank",
     .arguments = "HOST...",
     .help = "hosts in order of preference for a client",
     .options = rank_options,
     .run = cmd_rank,
     .min_args = 1,
     .max_args = ANY},
    {.name = "costs",
     .arguments = "[SRC-PID DST-PID]",
     .help = "the cost map, or one cost in it",
     .options = costs_options,
     .run = cmd_costs,
     .max_args = 2},
    {.name = "map",
     .arguments = "[ADDR]",
     .help = "the network map, or the PID of an address",
     .options = none,
     .run = cmd_map,
     .max_args = 1},
    {.name = "props",
     .arguments = "ENTITY...",
     .help = "properties of entities",
     .more =
         "An entity is an address, or DOMAIN:NAME with a domain of the server's directory.\n",
     .options = props_options,
     .run = cmd_props,
     .min_args = 1,
     .max_args = ANY},
    LIST("domains", none, "the domains and what is known of them"),
    LIST("sources", sources_options,
         "the sources: freshness, errors, what was ignored and why"),
    LIST("disagreements", none, "where sources contradict each other"),
    LIST("links", none, "the links between routers"),
    LIST("endpoints", none, "the storage endpoints"),
    {.name = "vector",
     .arguments = "SRC... -- DST...",
     .help = "network elements that flows share (path vector)",
     .options = vector_options,
     .run = cmd_vector,
     .max_args = ANY,
     .separator = true},
    {.name = "discover",
     .arguments = "[ADDR|PREFIX|DOMAIN]",
     .help = "ALTO servers that the DNS names for an address (RFC 8686) or domain (RFC 7286)",
     .more = "Without argument, and for private addresses: those of the local domain.\n",
     .options = discover_options,
     .run = cmd_discover,
     .max_args = 1,
     .offline = true},
    {.name = "zone",
     .arguments = "PREFIX|DOMAIN...",
     .help = "the records that let a server be discovered, for a zone file",
     .options = zone_options,
     .run = cmd_zone,
     .min_args = 1,
     .max_args = ANY,
     .offline = true},
    {.name = "rucio",
     .arguments = "csv|distances",
     .help = "distances for Rucio: its table of sites and RSEs, or those between RSEs",
     .options = rucio_options,
     .run = cmd_rucio,
     .min_args = 1,
     .max_args = 1},
    {.name = "fts",
     .arguments = "plan FILE|-, apply --fts URL, or grants [put DOMAIN FILE|-]",
     .help = "plans for transfers, having FTS follow them, and what domains grant",
     .more = "FILE is the body of a request for a plan: "
             "{\"pairs\":[{\"source_se\",\"dest_se\",…}]}.\n",
     .options = fts_options,
     .run = cmd_fts,
     .min_args = 1,
     .max_args = 4},
    LIST("status", none, "the server's version and generation"),
    {.name = "version",
     .arguments = "",
     .help = "the version of this program",
     .options = none,
     .run = cmd_version,
     .offline = true},
    {.name = "help",
     .arguments = "[COMMAND]",
     .help = "help about a command",
     .options = none,
     .run = cmd_help,
     .max_args = 1,
     .offline = true},
    {.name = "completion",
     .arguments = "bash",
     .help = "the completion script of a shell",
     .options = none,
     .run = cmd_completion,
     .min_args = 1,
     .max_args = 1,
     .offline = true},
    {0},
};

const struct cli_command *cli_command(const char *name)
{
    for (const struct cli_command *i = cli_commands; i->name; i++)
        if (strcmp(i->name, name) == 0)
            return i;
    return NULL;
}

int cmd_version(struct cli *c)
{
    if (c->json)
        fprintf(c->out, "{\"program\":\"rialto\",\"version\":\"%s\"}\n", rialto_version());
    else
        fprintf(c->out, "rialto %s\n", rialto_version());
    return CLI_ANSWERED;
}
