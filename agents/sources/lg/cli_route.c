/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `show ip route` and `show ipv6 route` of IOS, IOS-XR, EOS and FRR. A legend says what the
 * codes mean; then
 *
 *     O E2     10.203.0.0/16 [110/1] via 192.168.1.1, 01:14:49, GigabitEthernet0/2
 *                            [110/1] via 192.168.2.1, 01:14:49, GigabitEthernet0/3
 *           10.0.0.0/24 is subnetted, 1 subnets        lengths of the networks below
 *     B        10.0.1.0 [200/50] via 10.13.22.3, 00:12:22
 *     C        10.1.0.0/16 is directly connected, Loopback0
 *     B>  203.0.113.0/28 [200/50] via 198.51.100.2 (recursive), weight 1, 00:00:33    (FRR)
 *       *                         via 10.11.2.0, eth0, weight 1, 00:00:33
 *
 * All that IOS, IOS-XR and EOS list is installed. FRR marks what is chosen with > and what
 * stands in the forwarding table with *.
 */
#include "agents/sources/lg/cli.h"

#include <string.h>

/* --- codes --- */

struct code {
    char letter;
    const char *protocol;
};

static const struct code ios_codes[] = {
    {'L', "local"},  {'C', "connected"}, {'S', "static"},      {'R', "rip"},  {'M', "mobile"},
    {'B', "bgp"},    {'D', "eigrp"},     {'O', "ospf"},        {'i', "isis"}, {'I', "isis"},
    {'U', "static"}, {'o', "odr"},       {'P', "static"},      {'H', "nhrp"}, {'l', "lisp"},
    {'E', "eigrp"},  {'N', "nd"},        {'a', "application"}, {0, NULL}};
static const struct code xr_codes[] = {
    {'L', "local"},  {'C', "connected"},  {'S', "static"},
    {'R', "rip"},    {'M', "mobile"},     {'B', "bgp"},
    {'D', "eigrp"},  {'O', "ospf"},       {'i', "isis"},
    {'U', "static"}, {'o', "odr"},        {'l', "lisp"},
    {'G', "dagr"},   {'A', "subscriber"}, {'a', "application"},
    {'r', "rpl"},    {'E', "egp"},        {'t', "te"},
    {0, NULL}};
static const struct code eos_codes[] = {
    {'C', "connected"}, {'S', "static"},  {'K', "kernel"},    {'O', "ospf"},   {'B', "bgp"},
    {'R', "rip"},       {'I', "isis"},    {'A', "aggregate"}, {'N', "static"}, {'V', "vxlan"},
    {'D', "static"},    {'M', "martian"}, {'L', "local"},     {'G', "gribi"},  {0, NULL}};
static const struct code frr_codes[] = {
    {'K', "kernel"},     {'C', "connected"}, {'L', "local"}, {'S', "static"}, {'R', "rip"},
    {'O', "ospf"},       {'I', "isis"},      {'B', "bgp"},   {'E', "eigrp"},  {'N', "nhrp"},
    {'T', "table"},      {'v', "vnc"},       {'V', "vnc"},   {'A', "babel"},  {'F', "pbr"},
    {'f', "openfabric"}, {'D', "sharp"},     {'t', "table"}, {0, NULL}};

static const struct code *const vendor_codes[] = {
    [CLI_IOS] = ios_codes, [CLI_XR] = xr_codes,   [CLI_NXOS] = ios_codes,
    [CLI_EOS] = eos_codes, [CLI_FRR] = frr_codes,
};

static const char *protocol_of(enum cli_os os, char letter)
{
    for (const struct code *k = vendor_codes[os]; k->letter != 0; k++) {
        if (k->letter == letter)
            return k->protocol;
    }
    return NULL;
}

/* --- a route's lines --- */

int cli_put_route(struct cli *c, struct err *e)
{
    struct lg_route *r = &c->t->route;
    int rc = 0;

    if (!r->open)
        return 0;
    if (c->os == CLI_FRR)
        r->fact.best = c->rib.selected && c->rib.any_fib;
    else
        r->fact.best = 1;
    if (r->n_hops > 0)
        r->fact.discard = FACT_NONE;
    if (!c->t->skipping)
        rc = lg_route_put(c->t, "rib", e);
    lg_route_end(c->t);
    return rc;
}

/* Words between commas that name no interface. */
static bool is_remark(struct slice s)
{
    static const char *const remarks[] = {
        "weight",    "label",     "onlink",   "inactive", "recursive", "receive",    "tag",
        "seg6",      "seg6local", "encap",    "src",      "directly",  "(",          "nexthop",
        "permanent", "type",      "rmap-set", "backup",   "trapped",   "metric",     "from",
        "IPv4-mpls", "external",  "internal", "vrf",      "VNI",       "router-mac", "is",
        "distance",  "flags",     "bh",       "weighted"};

    if (s.n == 0 || cli_is_age(s))
        return true;
    for (size_t i = 0; i < sizeof(remarks) / sizeof(*remarks); i++) {
        if (slice_starts(s, remarks[i]) && (remarks[i][0] == '(' || s.n == strlen(remarks[i]) ||
                                            s.p[strlen(remarks[i])] == ' '))
            return true;
    }
    return false;
}

static bool drops(struct slice s)
{
    return slice_starts(s, "Null") || slice_starts(s, "blackhole") ||
           slice_starts(s, "unreachable") || slice_starts(s, "reject") ||
           slice_starts(s, "discard");
}

/* The interface among the words behind the next hop. */
static struct slice find_interface(struct slice rest)
{
    struct slice piece;

    while (slice_split(&rest, ',', &piece)) {
        piece = slice_trim(piece);
        if (!is_remark(piece))
            return lg_until(piece, " (");
    }
    return (struct slice){"", 0};
}

static int add_hop(struct cli *c, const struct addr *a, struct slice interface, struct err *e)
{
    if (drops(interface)) {
        c->t->route.fact.discard = 1;
        return 0;
    }
    return lg_route_hop(c->t, a, interface, e);
}

/* "via 192.0.2.1, eth0, weight 1", "via Null0, directly connected". */
static int read_via(struct cli *c, struct slice text, bool fib, struct err *e)
{
    struct slice target = slice_trim(lg_until(text, ",")), rest = text;
    struct addr a = {0};
    bool recursive = lg_has(text, "(recursive"), backup = lg_has(text, "(!)");

    rest.p += lg_until(text, ",").n;
    rest.n -= lg_until(text, ",").n;
    /* What a recursive next hop resolves to stands below it, and it is that which forwards. */
    if ((c->os == CLI_FRR && c->rib.selected && (recursive || !fib)) || backup ||
        lg_has(text, " inactive")) {
        if (!recursive)
            c->t->lg->skips.unusable++;
        return 0;
    }
    if (lg_addr(target, &a))
        return add_hop(c, &a, find_interface(rest), e);
    if (slice_starts(target, "VTEP ") || target.n == 0) {
        lg_note(c->t, "next hops of a kind that is not known");
        return 0;
    }
    return add_hop(c, &a, lg_until(target, " ("), e);
}

/* "is directly connected, 00:02:51, Loopback0", "is a summary, 00:23, Null0". */
static int read_connected(struct cli *c, struct slice text, struct err *e)
{
    struct slice interface = find_interface(text);
    const struct addr none = {0};

    if (lg_has(text, "unreachable") || lg_has(text, "blackhole"))
        c->t->route.fact.discard = 1;
    return interface.n > 0 ? add_hop(c, &none, interface, e) : 0;
}

/* "[110/20]": administrative distance and metric. */
static void read_distance(struct cli *c, struct slice text)
{
    struct slice inside, metric;

    if (!lg_after(text, "[", &inside))
        return;
    inside = lg_until(inside, "]");
    lg_number(lg_until(inside, "/"), &c->t->route.fact.distance);
    if (lg_after(inside, "/", &metric))
        lg_number(metric, &c->t->route.fact.metric);
}

/* What stands behind the network, or on a line of its own. */
static int read_target(struct cli *c, struct slice text, bool fib, struct err *e)
{
    struct slice via, rest;

    c->rib.any_fib |= fib;
    if (text.n > 0 && text.p[0] == '[')
        read_distance(c, text);
    if (lg_after(text, "via ", &via))
        return read_via(c, via, fib, e);
    if (lg_has(text, "directly connected") || lg_has(text, "is a summary"))
        return read_connected(c, lg_after(text, ",", &rest) ? rest : (struct slice){"", 0}, e);
    if (lg_has(text, "unreachable") || lg_has(text, "blackhole") || lg_has(text, "Null0"))
        c->t->route.fact.discard = 1;
    return 0;
}

/* --- lines --- */

/* Codes, network, and what follows; the network may lack its length. */
struct entry {
    struct slice codes, network, rest;
};

static bool is_code(struct slice word)
{
    if (word.n > 4)
        return false;
    for (size_t i = 0; i < word.n; i++) {
        char k = word.p[i];

        if (!((k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || (k >= '0' && k <= '9') ||
              strchr("*>%+&#()!", k) != NULL))
            return false;
    }
    return word.n > 0;
}

static bool is_network(struct slice word)
{
    struct addr a;

    return memchr(word.p, '/', word.n) != NULL
               ? prefix_parse_loose(word, &(struct prefix){{0}, 0})
               : addr_parse(word, &a) && a.family == 4;
}

static bool split_entry(struct slice line, struct entry *h)
{
    struct slice rest = line, word;
    unsigned n = 0;

    while (slice_word(&rest, &word)) {
        if (is_network(word)) {
            h->codes = slice_trim((struct slice){line.p, (size_t)(word.p - line.p)});
            h->network = word;
            h->rest = slice_trim(rest);
            return true;
        }
        if (n++ >= 4 || !is_code(word))
            return false;
    }
    return false;
}

/* The length of a network without one is that of the "is subnetted" line above it. */
static bool network_of(struct cli *c, struct slice word, struct prefix *p)
{
    struct addr a;

    if (memchr(word.p, '/', word.n) != NULL)
        return prefix_parse_loose(word, p);
    if (!c->rib.has_parent)
        return lg_network(word, p);
    if (!addr_parse(word, &a))
        return false;
    *p = prefix_of(&a, c->rib.parent.len);
    return addr_eq(&p->addr, &a);
}

/* FRR's "B>*": in the forwarding table. */
static bool status_fib(struct slice codes)
{
    return memchr(codes.p, '*', codes.n) != NULL;
}

/* "10.0.0.0/24 is subnetted, 3 subnets": of one length; "variably": each has its own. */
static bool read_parent(struct cli *c, const struct entry *h)
{
    if (h->codes.n > 0 || !lg_has(h->rest, "subnetted"))
        return false;
    c->rib.has_parent =
        !lg_has(h->rest, "variably") && prefix_parse_loose(h->network, &c->rib.parent);
    return true;
}

static int begin_entry(struct cli *c, const struct entry *h, struct err *e)
{
    struct prefix p;
    bool fib = status_fib(h->codes);
    int rc = cli_put_route(c, e);

    if (rc < 0)
        return rc;
    if (!network_of(c, h->network, &p)) {
        lg_note(c->t, "networks whose length is not known");
        return 0;
    }
    lg_route_open(c->t, &p);
    c->rib.selected = memchr(h->codes.p, '>', h->codes.n) != NULL;
    c->rib.any_fib = false;
    c->t->route.fact.protocol = protocol_of(c->os, h->codes.p[0]);
    return read_target(c, h->rest, fib, e);
}

static bool is_legend(struct slice line)
{
    return slice_starts(slice_trim(line), "Codes:") ||
           slice_starts(line, "Gateway of last resort") || slice_starts(line, "Known via") ||
           (lg_indent(line) > 0 && lg_has(line, " - ") && !lg_has(line, "via "));
}

static int routes_line(struct cli *c, struct err *e);

/* "[20/0] via 192.0.2.1", "is directly connected, Vlan1"; of IPv6 "[20/0]" with the rest below.
 */
static bool is_target(const struct entry *h)
{
    return slice_starts(h->rest, "is directly connected") ||
           (slice_starts(h->rest, "[") &&
            (lg_has(h->rest, "] via ") || (h->rest.p[h->rest.n - 1] == ']' &&
                                           memchr(h->network.p, ':', h->network.n) != NULL)));
}

/* A route without a legend before it, as IOS-XR tells the routes of one protocol and people cut
 * out what they show; or the line "is subnetted" that such routes stand below. */
static bool is_bare(struct cli *c)
{
    struct entry h;

    if (c->part != CLI_NONE || c->os == CLI_NXOS || !split_entry(c->t->line, &h))
        return false;
    return h.codes.n > 0 ? protocol_of(c->os, h.codes.p[0]) != NULL && is_target(&h)
                         : lg_has(h.rest, "subnetted, ");
}

/* EOS parts BGP's routes by a letter: "B E", "B I". */
static bool has_eos_codes(const struct entry *h)
{
    return slice_eq(h->codes, "B E") || slice_eq(h->codes, "B I") || slice_eq(h->codes, "A B");
}

bool cli_looks_bare(struct slice head, enum cli_os os)
{
    bool found = false, eos = false, frr = false;
    struct slice line;
    struct entry h;

    while (slice_line(&head, &line)) {
        if (slice_starts(slice_trim(line), "Codes:"))
            return false; /* a legend that is of nobody known */
        if (!split_entry(line, &h) || h.codes.n == 0 || !is_target(&h) ||
            protocol_of(os, h.codes.p[0]) == NULL)
            continue;
        found = true;
        eos |= has_eos_codes(&h);
        frr |= memchr(h.codes.p, '>', h.codes.n) != NULL;
    }
    return found && eos == (os == CLI_EOS) && frr == (os == CLI_FRR);
}

static int begin(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line);

    if (is_bare(c)) {
        c->part = CLI_ROUTES;
        c->rib = (struct cli_rib){0};
        return routes_line(c, e);
    }
    if (!slice_starts(line, "Codes: ") && !slice_starts(line, "Source Codes:"))
        return 0;
    c->part = CLI_ROUTES;
    c->rib = (struct cli_rib){0};
    /* FRR names a VRF below its legend, and the default one not at all. */
    return c->os == CLI_FRR && lg_enter(c->t, (struct slice){"", 0}, e) < 0 ? e->code : 1;
}

static int routes_line(struct cli *c, struct err *e)
{
    struct slice line = c->t->line, inner = slice_trim(line), rest;
    struct entry h;
    bool fib;
    int rc;

    if (is_legend(line))
        return 1;
    if (split_entry(line, &h)) {
        if (read_parent(c, &h))
            return 1;
        if (h.codes.n == 0)
            return 0;
        rc = begin_entry(c, &h, e);
        return rc < 0 ? rc : 1;
    }
    if (lg_indent(line) == 0 && !(slice_starts(line, "[") && lg_has(line, "] via ")))
        return 0;
    if (!c->t->route.open)
        return 1;
    fib = slice_starts(inner, "*");
    rest = fib ? slice_trim((struct slice){inner.p + 1, inner.n - 1}) : inner;
    if (slice_starts(rest, "via ") || slice_starts(rest, "[") ||
        lg_has(rest, "directly connected") || drops(rest))
        rc = read_target(c, rest, fib, e);
    else if (c->t->route.n_hops == 0 && find_interface(rest).n > 0)
        rc = read_connected(c, rest, e); /* XR: the interface on a line of its own */
    else
        rc = 0;
    return rc < 0 ? rc : 1;
}

const struct cli_reader cli_routes = {CLI_ROUTES, begin, routes_line, cli_put_route};
