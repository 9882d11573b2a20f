/* SPDX-License-Identifier: Apache-2.0 */
/* BIRD's `show protocols all` and `show interfaces [summary]`. */
#include "agents/sources/lg/bird.h"

#include <string.h>

/* --- protocols --- */

static int put_session(struct bird *b, struct err *e)
{
    struct bird_protocol *p = &b->protocol;
    struct fact_bgp_session f;

    fact_init(FACT_BGP_SESSION, &f);
    f.node = b->t->lg->node;
    f.table = p->table;
    f.family = p->family != FACT_NONE ? p->family : p->peer.family;
    f.local_asn = p->local_asn;
    f.local_addr = p->local;
    f.local_interface = p->interface[0] != '\0' ? p->interface : NULL;
    f.peer_addr = p->peer;
    f.peer_asn = p->peer_asn;
    f.established = p->established;
    return lg_put(b->t->lg, FACT_BGP_SESSION, &f, e);
}

/* A session for each channel; BIRD 1 has none and carries the family of its neighbour. */
static int end_channel(struct bird *b, struct err *e)
{
    struct bird_protocol *p = &b->protocol;
    int rc = 0;

    if (!p->is_bgp || !addr_is_set(&p->peer))
        return 0;
    if (p->channel_open ? p->family != FACT_NONE : !p->has_channel)
        rc = put_session(b, e);
    p->channel_open = false;
    return rc;
}

int bird_protocol_end(struct bird *b, struct err *e)
{
    struct bird_protocol *p = &b->protocol;
    int rc = end_channel(b, e);

    if (p->is_bgp && !addr_is_set(&p->peer))
        lg_note(b->t, "BGP protocols without the neighbour's address (`show protocols all` "
                      "has it)");
    if (p->local_asn != FACT_NONE && p->is_bgp)
        b->asn = b->asn == FACT_NONE || b->asn == p->local_asn ? p->local_asn : -1;
    *p = (struct bird_protocol){
        .family = FACT_NONE, .local_asn = FACT_NONE, .peer_asn = FACT_NONE};
    return rc;
}

static void read_neighbor(struct bird_protocol *p, struct slice value)
{
    struct slice zone;

    lg_addr(value, &p->peer);
    if (lg_after(value, "%", &zone))
        lg_keep(p->interface, lg_first(zone));
}

static void read_detail(struct bird *b, struct slice name, struct slice value)
{
    struct bird_protocol *p = &b->protocol;

    if (slice_eq(name, "BGP state"))
        p->established = slice_eq(value, "Established");
    else if (slice_eq(name, "Neighbor address"))
        read_neighbor(p, value);
    else if (slice_eq(name, "Neighbor AS"))
        lg_number(value, &p->peer_asn);
    else if (slice_eq(name, "Local AS"))
        lg_number(value, &p->local_asn);
    else if (slice_eq(name, "Source address"))
        lg_addr(value, &p->local);
    else if (slice_eq(name, "Table") && p->channel_open)
        lg_keep(p->table, bird_table(value));
}

/* "Channel ipv4", "Channel ipv6-mc": only unicast ones carry what packets follow. */
static int read_channel(struct bird *b, struct slice kind, struct err *e)
{
    struct bird_protocol *p = &b->protocol;
    int rc = p->has_channel ? end_channel(b, e) : 0;

    p->has_channel = p->channel_open = true;
    p->table[0] = '\0';
    p->family = slice_eq(kind, "ipv4") ? 4 : slice_eq(kind, "ipv6") ? 6 : FACT_NONE;
    return rc < 0 ? rc : 1;
}

/* "name BGP table up since info". */
static int read_row(struct bird *b, struct err *e)
{
    struct slice rest = b->t->line, name, proto, table, state;
    int rc = bird_protocol_end(b, e);

    if (rc < 0)
        return rc;
    if (!slice_word(&rest, &name) || !slice_word(&rest, &proto) || !slice_word(&rest, &table) ||
        !slice_word(&rest, &state))
        return 0;
    b->protocol.is_bgp = slice_eq(proto, "BGP");
    if (!slice_eq(table, "---"))
        lg_keep(b->protocol.table, bird_table(table));
    return 1;
}

static bool is_header(struct slice line)
{
    return (slice_starts(line, "Name ") || slice_starts(line, "name ")) &&
           (lg_has(line, " Proto ") || lg_has(line, " proto "));
}

int bird_protocol_line(struct bird *b, struct err *e)
{
    struct slice line = b->t->line, inner = slice_trim(line);
    const char *colon;

    if (is_header(line)) {
        b->part = BIRD_PROTOCOLS;
        return bird_protocol_end(b, e) < 0 ? e->code : 1;
    }
    if (b->part != BIRD_PROTOCOLS)
        return 0;
    if (lg_indent(line) == 0)
        return read_row(b, e);
    if (slice_starts(inner, "Channel "))
        return read_channel(b, lg_first((struct slice){inner.p + 8, inner.n - 8}), e);
    colon = memchr(inner.p, ':', inner.n);
    if (colon != NULL) {
        size_t n = (size_t)(colon - inner.p);

        read_detail(b, (struct slice){inner.p, n},
                    slice_trim((struct slice){colon + 1, inner.n - n - 1}));
    }
    return 1;
}

/* --- interfaces --- */

int bird_interface_end(struct bird *b, struct err *e)
{
    return lg_interface_put(b->t, &b->interface, e);
}

static int open_interface(struct bird *b, struct slice name, bool up, struct err *e)
{
    int rc = bird_interface_end(b, e);

    if (rc == 0)
        rc = lg_interface_open(b->t, &b->interface, name, e);
    b->interface.fact.up = up;
    return rc;
}

/* "MultiAccess Broadcast AdminUp LinkUp Loopback MTU=1500". */
static int read_flags(struct bird *b, struct slice line)
{
    struct fact_interface *f = &b->interface.fact;
    struct slice rest;

    if (!lg_after(line, "MTU=", &rest))
        return 0;
    lg_number(rest, &f->mtu);
    if (lg_has(line, " Loopback "))
        f->kind = "loopback";
    return 1;
}

/* "eth0  up  10.0.0.1/24  2001:db8::1/64": the addresses are the main ones only. */
static int read_summary(struct bird *b, struct err *e)
{
    struct slice rest = b->t->line, name, state, word;
    int rc;

    if (!slice_word(&rest, &name) || !slice_word(&rest, &state) ||
        !(slice_eq(state, "up") || slice_eq(state, "down") || slice_eq(state, "DOWN")))
        return 0;
    rc = open_interface(b, name, slice_eq(state, "up"), e);
    while (rc >= 0 && slice_word(&rest, &word))
        rc = lg_interface_addr(b->t, &b->interface, word, e);
    if (rc >= 0)
        rc = bird_interface_end(b, e);
    return rc < 0 ? rc : 1;
}

int bird_interface_line(struct bird *b, struct err *e)
{
    struct slice line = b->t->line, rest, name, state;

    if ((slice_starts(line, "Interface ") || slice_starts(line, "interface ")) &&
        (lg_has(line, "address") || lg_has(line, "Address"))) {
        b->part = BIRD_INTERFACES_SUMMARY;
        return 1;
    }
    if (b->part == BIRD_INTERFACES_SUMMARY)
        return lg_indent(line) == 0 ? read_summary(b, e) : 0;
    if (lg_indent(line) == 0 && lg_has(line, " (index=")) {
        rest = line;
        b->part = BIRD_INTERFACE;
        if (!slice_word(&rest, &name) || !slice_word(&rest, &state))
            return 0;
        return open_interface(b, name, slice_eq(state, "up"), e) < 0 ? e->code : 1;
    }
    if (b->part != BIRD_INTERFACE || lg_indent(line) == 0 || !b->interface.open)
        return 0;
    if (read_flags(b, line) || lg_has(line, "AdminUp") || lg_has(line, "AdminDown"))
        return 1;
    return lg_interface_addr(b->t, &b->interface, lg_first(line), e) < 0 ? e->code : 1;
}
