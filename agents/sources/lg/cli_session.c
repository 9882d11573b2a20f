/* SPDX-License-Identifier: Apache-2.0 */
/* BGP sessions: `show ip bgp summary` and `show ip bgp neighbors` of IOS, XR, NX-OS, EOS, FRR.
 */
#include "agents/sources/lg/cli.h"

#include <string.h>

#include "net/asn.h"

static void start_session(struct cli *c)
{
    c->session = (struct cli_session){.open = true};
    fact_init(FACT_BGP_SESSION, &c->session.fact);
    c->session.fact.node = c->t->lg->node;
    memcpy(c->session.table, c->t->table, sizeof(c->session.table));
}

static int put_family(struct cli *c, int64_t family, struct err *e)
{
    struct fact_bgp_session *f = &c->session.fact;

    f->table = c->session.table;
    f->family = family;
    return lg_put(c->t->lg, FACT_BGP_SESSION, f, e);
}

/* --- summary --- */

static int begin_summary(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line);

    (void)e;
    if (!lg_has(line, "Neighbor ") || !lg_has(line, " AS ") || !lg_has(line, "MsgSent"))
        return 0;
    c->part = CLI_SUMMARY;
    c->before = (struct slice){"", 0};
    return 1;
}

/* The AS number: the number after the version ("4"), or XR's speaker ("0"). */
static bool read_as(struct slice rest, int64_t *asn)
{
    struct slice first, second;
    uint32_t n;

    if (!slice_word(&rest, &first) || !slice_word(&rest, &second) || first.n > 2 ||
        !asn_parse(second, &n))
        return false;
    *asn = n;
    return true;
}

/*
 * Behind the neighbour: version or speaker, AS, messages received and sent, table version (not
 * in EOS), queues in and out, time, state. Where a number of prefixes stands for the state, or
 * "(Policy)", the session is established.
 */
static int64_t read_state(const struct cli *c, struct slice rest)
{
    unsigned before = c->os == CLI_EOS ? 7 : 8;
    struct slice word = {"", 0};
    int64_t n;

    for (unsigned i = 0; i <= before; i++) {
        if (!slice_word(&rest, &word))
            return FACT_NONE;
    }
    if (slice_starts(word, "Estab") || slice_starts(word, "(Policy)"))
        return 1;
    return lg_number(lg_until(word, "/!"), &n) ? 1 : 0;
}

static int summary_row(struct cli *c, struct addr peer, struct slice rest, struct err *e)
{
    start_session(c);
    c->session.open = false;
    c->session.fact.peer_addr = peer;
    if (!read_as(rest, &c->session.fact.peer_asn)) {
        lg_note(c->t, "neighbours without an AS number");
        return 0;
    }
    c->session.fact.established = read_state(c, rest);
    return put_family(c, c->family, e);
}

/* "192.0.2.1 4 64500 ..."; a long address stands on a line of its own. EOS has descriptions
 * first, FRR last. */
static int summary_line(struct cli *c, struct err *e)
{
    struct slice rest = c->t->line, word;
    struct addr peer = {0};
    bool wrapped;
    int64_t number;
    int rc;

    if (c->t->skipping)
        return 1;
    if (slice_starts(rest, "Total number of ") || slice_starts(rest, "Displayed "))
        return 1;
    wrapped = lg_addr(c->before, &peer) && lg_indent(rest) > 0;
    if (!wrapped) {
        while (slice_word(&rest, &word) && !addr_parse(lg_strip(word, "*"), &peer)) {
        }
    }
    if (!addr_is_set(&peer))
        return 0;
    if (slice_trim(rest).n == 0) {
        c->before = slice_trim(c->t->line);
        return 1;
    }
    c->before = (struct slice){"", 0};
    if (!lg_number(rest, &number))
        return 0;
    rc = summary_row(c, peer, rest, e);
    return rc < 0 ? rc : 1;
}

const struct cli_reader cli_summary = {CLI_SUMMARY, begin_summary, summary_line, NULL};

/* --- neighbors --- */

static int put_session(struct cli *c, struct err *e)
{
    struct cli_session *s = &c->session;
    int rc = 0;

    if (!s->open)
        return 0;
    s->open = false;
    if (s->families[0])
        rc = put_family(c, 4, e);
    if (s->families[1] && rc == 0)
        rc = put_family(c, 6, e);
    if (!s->families[0] && !s->families[1])
        rc = put_family(c, FACT_NONE, e);
    return rc;
}

static void read_link_type(struct cli *c, struct slice line)
{
    struct fact_bgp_session *f = &c->session.fact;
    struct slice rest, word;
    uint32_t asn;

    if (lg_after(line, "emote AS ", &rest) || lg_after(line, "emote AS, ", &rest)) {
        word = lg_first(rest);
        if (asn_parse(word, &asn))
            f->peer_asn = asn;
    }
    if ((lg_after(line, "ocal AS is ", &rest) || lg_after(line, "ocal AS ", &rest)) &&
        asn_parse(lg_until(lg_first(rest), ","), &asn))
        f->local_asn = asn;
    if (lg_after(line, "vrf ", &rest) || lg_after(line, ", VRF ", &rest))
        lg_keep(c->session.table, lg_table_name(lg_first(rest)));
}

/* "*192.0.2.1," of a dynamic neighbour; "eth0: fe80::1," of FRR's unnumbered ones, with "None"
 * while nobody answered. */
static void read_peer(struct cli *c, struct slice rest)
{
    struct fact_bgp_session *f = &c->session.fact;
    struct slice word = {"", 0};

    slice_word(&rest, &word);
    if (lg_addr(lg_until(lg_strip(word, "*"), "("), &f->peer_addr))
        return;
    lg_keep(c->link.interface, lg_until(word, ":"));
    f->local_interface = c->link.interface;
    if (slice_word(&rest, &word))
        lg_addr(word, &f->peer_addr);
}

static int begin_neighbor(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line), rest;
    int rc;

    if (!slice_starts(line, "BGP neighbor ") ||
        (!lg_after(line, "neighbor is ", &rest) && !lg_after(line, "neighbor on ", &rest)))
        return 0;
    rc = put_session(c, e);
    c->part = CLI_NEIGHBOR;
    start_session(c);
    read_peer(c, rest);
    read_link_type(c, line);
    return rc < 0 ? rc : 1;
}

/* "For address family: IPv4 Unicast", EOS "IPv4 Unicast: advertised and received". */
static void read_family(struct cli_session *s, struct slice line)
{
    bool heading = slice_starts(line, "For address family: ") ||
                   slice_starts(line, "For Address Family: ");
    bool negotiated = lg_has(line, "advertised and received") ||
                      (lg_has(line, "advertised") && lg_has(line, " received"));

    if (!heading && !negotiated)
        return;
    s->families[0] |= lg_has(line, "IPv4 Unicast");
    s->families[1] |= lg_has(line, "IPv6 Unicast");
}

static int neighbor_line(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line), rest;
    struct fact_bgp_session *f = &c->session.fact;

    (void)e;
    if (!c->session.open)
        return 0;
    if (lg_after(line, "BGP state = ", &rest) || lg_after(line, "BGP state is ", &rest))
        f->established = slice_starts(rest, "Established");
    else if (slice_starts(line, "Remote AS ") || slice_starts(line, "Local AS is ") ||
             slice_starts(line, "BGP version "))
        read_link_type(c, line);
    else if (lg_after(line, "Local host: ", &rest) ||
             lg_after(line, "Local TCP address is ", &rest))
        lg_addr(rest, &f->local_addr);
    else if (slice_starts(line, "VRF: ") && lg_after(line, ": ", &rest))
        lg_keep(c->session.table, lg_table_name(lg_first(rest)));
    if (slice_starts(line, "Administratively shut down") ||
        lg_has(line, "Administratively shut down"))
        f->shutdown = 1;
    read_family(&c->session, line);
    return 1;
}

const struct cli_reader cli_neighbors = {CLI_NEIGHBOR, begin_neighbor, neighbor_line,
                                         put_session};
