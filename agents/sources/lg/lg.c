/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/lg/lg.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/asn.h"

void lg_json_limits(struct jread_limits *l)
{
    jread_defaults(l);
    l->max_depth = 32;
    l->max_keys = 1000;
    l->many = true;
    l->unique_depth = 0; /* the parsers ask for it below their tables */
}

void lg_reset(struct lg *lg)
{
    for (size_t i = 0; i < lg->tables.n; i++)
        free(lg->tables.v[i].name);
    VEC_FREE(&lg->tables);
    lg->n_routes = lg->n_facts = 0;
    lg->skips = (struct lg_skips){0};
}

int lg_put(struct lg *lg, enum fact_kind kind, const void *fact, struct err *e)
{
    if (lg->n_facts++ % 1024 == 0 && lg->cancelled != NULL && lg->cancelled(lg->payload))
        return err_set(e, ERR_CANCELLED, "cancelled");
    if (kind == FACT_ROUTE && ++lg->n_routes > LG_MAX_ROUTES)
        return err_set(e, ERR_LIMIT, "more than %d routes in a table", LG_MAX_ROUTES);
    return lg->sink->put(lg->sink, kind, fact, e);
}

int lg_copy(struct lg *lg, struct slice s, const char **out, struct err *e)
{
    *out = arena_strndup(lg->arena, s.n > 0 ? s.p : "", s.n);
    return *out != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a route");
}

struct slice lg_table_name(struct slice vrf)
{
    if (slice_eq(vrf, "default") || slice_eq(vrf, "Default-IP-Routing-Table")) /* old IOS */
        return (struct slice){"", 0};
    return vrf;
}

bool lg_split_vpn(struct slice s, struct slice *rd, struct slice *network)
{
    size_t colons = 0, i;

    for (i = 0; i < s.n && colons < 2; i++) {
        if (memchr("0123456789.:L", s.p[i], 13) == NULL)
            return false; /* "70000L:1" has an AS of four bytes */
        colons += s.p[i] == ':';
    }
    if (colons < 2)
        return false;
    *rd = (struct slice){s.p, i - 1};
    *network = (struct slice){s.p + i, s.n - i};
    return true;
}

/* One word of a path, which may hold several ASes of a set: "64500", "{64501,64502}". */
static int add_ases(struct slice word, struct asns *out, struct err *e)
{
    struct slice piece;

    while (slice_split(&word, ',', &piece)) {
        if (out->n >= LG_MAX_PATH)
            return err_set(e, ERR_LIMIT, "an AS path of more than %d ASes", LG_MAX_PATH);
        if (!asn_parse(piece, &out->v[out->n]))
            return err_set(e, ERR_SCHEMA, "\"%.*s\" in an AS path is no AS number",
                           (int)(piece.n < 40 ? piece.n : 40), piece.p);
        out->n++;
    }
    return 0;
}

static char closing(char open)
{
    switch (open) {
    case '{':
        return '}'; /* AS_SET */
    case '(':
        return ')'; /* AS_CONFED_SEQUENCE */
    case '[':
        return ']'; /* AS_CONFED_SET */
    default:
        return '\0';
    }
}

int lg_as_path(struct lg *lg, struct slice text, struct asns *out, struct err *e)
{
    struct slice rest = slice_trim(text), word;

    *out = (struct asns){lg->as_path, 0};
    if (slice_eq(rest, "Local"))
        return 0;
    while (rest.n > 0) {
        char end = closing(rest.p[0]);
        const char *stop = memchr(rest.p, end != '\0' ? end : ' ', rest.n);
        bool confed = end == ')' || end == ']';
        struct slice piece;
        int rc = 0;

        if (end != '\0' && stop == NULL)
            return err_set(e, ERR_SCHEMA, "an AS set that does not end");
        word = (struct slice){rest.p, stop != NULL ? (size_t)(stop - rest.p) : rest.n};
        rest = slice_trim((struct slice){rest.p + word.n, rest.n - word.n});
        if (end != '\0') {
            word = (struct slice){word.p + 1, word.n - 1};
            rest = slice_trim((struct slice){rest.p + 1, rest.n - 1});
        }
        lg->skips.confed += confed;
        while (!confed && rc == 0 && slice_word(&word, &piece))
            rc = add_ases(piece, out, e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* "NO_EXPORT" is "no-export". */
static bool same_word(struct slice s, const char *word)
{
    size_t i = 0;

    while (i < s.n && word[i] != '\0' &&
           (s.p[i] == '_' ? '-' : tolower((unsigned char)s.p[i])) == word[i])
        i++;
    return i == s.n && word[i] == '\0';
}

const char *lg_known_community(struct slice name)
{
    /* IANA "BGP Well-known Communities", in the ways that FRR and OpenBGPD write them. */
    static const struct {
        const char *name, *json, *number;
    } known[] = {
        {"internet", "internet", "0:0"},
        {"graceful-shutdown", "gracefulShutdown", "65535:0"},
        {"accept-own", "acceptOwn", "65535:1"},
        {"llgr-stale", "llgrStale", "65535:6"},
        {"no-llgr", "noLlgr", "65535:7"},
        {"accept-own-nexthop", "acceptOwnNexthop", "65535:8"},
        {"blackhole", "blackhole", "65535:666"},
        {"no-export", "noExport", "65535:65281"},
        {"no-advertise", "noAdvertise", "65535:65282"},
        {"local-as", "localAs", "65535:65283"},
        {"no-export-subconfed", "noExportSubconfed", "65535:65283"},
        {"no-peer", "noPeer", "65535:65284"},
    };

    if (name.n > 0 && name.p[0] >= '0' && name.p[0] <= '9')
        return NULL;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (same_word(name, known[i].name) || slice_eq(name, known[i].json))
            return known[i].number;
    }
    return NULL;
}

void lg_pass(struct lg *lg, const char *what)
{
    if (lg->passed[0] == '\0')
        snprintf(lg->passed, sizeof(lg->passed), "%s", what);
}

int lg_says_nothing(const struct lg *lg, struct err *e)
{
    if (lg->passed[0] != '\0')
        return err_set(e, ERR_NOENT, "nothing that is read here: %s", lg->passed);
    return err_set(e, ERR_NOENT, "the answer holds no routes and nothing else that is known");
}

void lg_tell_skips(struct lg *lg, const char *where)
{
    struct lg_skips *k = &lg->skips;
    char text[200];

    if (k->invalid > 0) {
        snprintf(text, sizeof(text), "%zu paths that are not valid (the first: %s)", k->invalid,
                 k->first);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->confed > 0) {
        snprintf(text, sizeof(text), "confederation members of %zu AS paths", k->confed);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->unusable > 0) {
        snprintf(text, sizeof(text), "%zu next hops that are not used", k->unusable);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->addresses > 0) {
        snprintf(text, sizeof(text), "%zu unnumbered or loopback addresses", k->addresses);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->extended > 0) {
        snprintf(text, sizeof(text), "%zu extended communities", k->extended);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->rejected > 0) {
        snprintf(text, sizeof(text), "%zu routes that its policy rejected or does not send",
                 k->rejected);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->unnamed > 0) {
        snprintf(text, sizeof(text), "%zu routes of VRFs whose names the answer does not tell",
                 k->unnamed);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->foreign > 0) {
        snprintf(text, sizeof(text), "%zu routes of families other than IPv4 and IPv6",
                 k->foreign);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->ranges > 0) {
        snprintf(text, sizeof(text), "%zu neighbours that are ranges of addresses", k->ranges);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->tunnels > 0) {
        snprintf(text, sizeof(text), "%zu next hops that are far ends of VXLAN tunnels",
                 k->tunnels);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->families > 0) {
        snprintf(text, sizeof(text), "%zu sessions for families other than IPv4 and IPv6",
                 k->families);
        lg->sink->ignore(lg->sink, where, text);
    }
    if (k->withdrawn > 0) {
        snprintf(text, sizeof(text), "%zu prefixes that are not announced any more",
                 k->withdrawn);
        lg->sink->ignore(lg->sink, where, text);
    }
    *k = (struct lg_skips){0};
}

static struct lg_table *find_table(struct lg *lg, const char *name)
{
    for (size_t i = 0; i < lg->tables.n; i++) {
        if (strcmp(lg->tables.v[i].name, name) == 0)
            return &lg->tables.v[i];
    }
    return NULL;
}

static struct lg_table *add_table(struct lg *lg, const char *name, struct err *e)
{
    struct lg_table *t;

    if (lg->tables.n >= LG_MAX_TABLES) {
        err_set(e, ERR_LIMIT, "more than %d tables", LG_MAX_TABLES);
        return NULL;
    }
    t = VEC_PUSH(&lg->tables);
    if (t != NULL) {
        *t = (struct lg_table){.asn = FACT_NONE, .local_pref = FACT_NONE};
        t->name = strdup(name);
        if (t->name != NULL)
            return t;
        lg->tables.n--;
    }
    err_set(e, ERR_NOMEM, "no memory for a table");
    return NULL;
}

/* Every answer may tell it: what was said first is kept, and the AS must not contradict it. */
int lg_remember(struct lg *lg, const char *table, const struct lg_table *said, struct err *e)
{
    struct lg_table *t = find_table(lg, table);

    if (t != NULL && t->asn != FACT_NONE && said->asn != FACT_NONE && t->asn != said->asn)
        return err_set(e, ERR_CONFLICT, "AS %lld and AS %lld for one table (\"%s\")",
                       (long long)t->asn, (long long)said->asn, table);
    if (t == NULL)
        t = add_table(lg, table, e);
    if (t == NULL)
        return e != NULL ? e->code : ERR_NOMEM;
    if (t->asn == FACT_NONE)
        t->asn = said->asn;
    if (t->local_pref == FACT_NONE)
        t->local_pref = said->local_pref;
    if (!addr_is_set(&t->router_id))
        t->router_id = said->router_id;
    return 0;
}

int lg_finish(struct lg *lg, struct err *e)
{
    struct fact_node node;
    int rc = 0;

    if (lg->elsewhere)
        return 0;
    fact_init(FACT_NODE, &node);
    node.node = lg->node;
    node.kind = "router";
    node.platform = lg->platform;
    for (size_t i = 0; i < lg->tables.n && rc == 0; i++) {
        const struct lg_table *t = &lg->tables.v[i];
        struct fact_bgp bgp;

        if (t->name[0] == '\0')
            node.router_id = t->router_id;
        if (t->asn == FACT_NONE)
            continue;
        fact_init(FACT_BGP, &bgp);
        bgp.node = lg->node;
        bgp.table = t->name;
        bgp.asn = t->asn;
        bgp.router_id = t->router_id;
        bgp.local_pref = t->local_pref;
        rc = lg_put(lg, FACT_BGP, &bgp, e);
    }
    return rc == 0 ? lg_put(lg, FACT_NODE, &node, e) : rc;
}
