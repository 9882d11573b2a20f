/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos's tables of sessions, interfaces and neighbours: `show bgp summary`, `show interfaces
 * terse`, `show isis adjacency`, `show ospf neighbor`, `show lldp neighbors`.
 */
#include "agents/sources/lg/junos.h"

#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/entry.h"
#include "net/asn.h"

/* --- show bgp summary --- */

static int put_session(struct junos *j, struct err *e)
{
    struct junos_session *s = &j->session;

    if (!s->open)
        return 0;
    s->open = false;
    if (j->part == JUNOS_PEER) {
        s->fact.table = s->table;
        return lg_put_session(j->t->lg, &s->fact, s->families, e);
    }
    if (s->told)
        return 0;
    s->fact.table = "";
    return lg_put(j->t->lg, FACT_BGP_SESSION, &s->fact, e);
}

/* Established is shown by the counts of its tables, or the word. */
static bool is_established(struct slice rest)
{
    struct slice word;
    int64_t n;

    while (slice_word(&rest, &word)) {
        if (slice_starts(word, "Establ"))
            return true;
        if (memchr(word.p, '/', word.n) != NULL && lg_number(lg_until(word, "/"), &n))
            return true;
    }
    return false;
}

/* "10.0.0.1   65001   100   101   0   0   1d 2:03 Establ". */
static int read_peer(struct junos *j, struct err *e)
{
    struct junos_session *s = &j->session;
    struct slice rest = j->t->line, peer, word;
    struct addr a;
    uint32_t asn;
    int rc;

    if (!slice_word(&rest, &peer) || !lg_addr(lg_until(peer, "+"), &a) ||
        !slice_word(&rest, &word) || !asn_parse(word, &asn))
        return 0;
    rc = put_session(j, e);
    *s = (struct junos_session){.open = true};
    fact_init(FACT_BGP_SESSION, &s->fact);
    s->fact.node = j->t->lg->node;
    s->fact.peer_addr = a;
    s->fact.peer_asn = asn;
    s->fact.established = is_established(rest);
    return rc < 0 ? rc : 1;
}

/* "  CUST.inet.0: 1/1/1/0": the table that its routes go to. */
static int read_peer_table(struct junos *j, struct err *e)
{
    struct junos_session *s = &j->session;
    struct slice line = slice_trim(j->t->line), table;
    char name[LG_MAX_NAME + 1];
    int64_t family;
    int rc;

    if (!s->open || !lg_has(line, ": "))
        return 0;
    if (!junos_table(lg_until(line, ":"), &table, &family) || table.n > LG_MAX_NAME ||
        !str_is_utf8(table.p, table.n))
        return 1;
    s->fact.family = family;
    if (table.n > 0)
        memcpy(name, table.p, table.n);
    name[table.n] = '\0';
    s->fact.table = name;
    s->told = true;
    rc = lg_put(j->t->lg, FACT_BGP_SESSION, &s->fact, e);
    s->fact.table = NULL;
    return rc < 0 ? rc : 1;
}

static int summary_line(struct junos *j, struct err *e)
{
    int rc = lg_indent(j->t->line) > 0 ? read_peer_table(j, e) : 0;

    return rc != 0 ? rc : read_peer(j, e);
}

/* --- show interfaces terse --- */

static int open_interface(struct junos *j, struct slice name, struct err *e)
{
    struct slice parent = lg_until(name, ".");
    int rc = lg_interface_put(j->t, &j->interface, e);

    if (rc == 0)
        rc = lg_interface_open(j->t, &j->interface, name, e);
    if (rc == 0 && parent.n < name.n)
        lg_keep(j->interface.parent, parent);
    if (slice_eq(parent, "lo0"))
        j->interface.fact.kind = "loopback";
    return rc;
}

/* Addresses among the words; one without length is a host's. */
static int read_addresses(struct junos *j, struct slice rest, struct err *e)
{
    struct slice word;
    struct addr a;
    int rc = 0;

    while (rc >= 0 && slice_word(&rest, &word) && !slice_eq(word, "-->")) {
        char host[ADDR_TEXT + 4];

        if (addr_parse(word, &a)) {
            snprintf(host, sizeof(host), "%.*s/%u", (int)word.n, word.p, addr_bits(&a));
            word = slice_of(host);
        }
        rc = lg_interface_addr(j->t, &j->interface, word, e);
    }
    return rc < 0 ? rc : 0;
}

static int interface_line(struct junos *j, struct err *e)
{
    struct slice rest = j->t->line, name, admin, link = {"", 0};
    int rc;

    if (lg_indent(rest) > 0) {
        if (!j->interface.open)
            return 0;
        rc = read_addresses(j, rest, e);
        return rc < 0 ? rc : 1;
    }
    if (!slice_word(&rest, &name) || !slice_word(&rest, &admin) ||
        !(slice_eq(admin, "up") || slice_eq(admin, "down")))
        return 0;
    slice_word(&rest, &link);
    rc = open_interface(j, name, e);
    j->interface.fact.up = slice_eq(admin, "up") && slice_eq(link, "up");
    if (rc == 0)
        rc = read_addresses(j, rest, e);
    return rc < 0 ? rc : 1;
}

/* --- neighbours --- */

static int put_link(struct junos *j, const struct slice names[3], const char *protocol,
                    struct err *e)
{
    struct arena_mark mark = arena_mark(j->t->lg->arena);
    struct fact_link f;
    int rc;

    fact_init(FACT_LINK, &f);
    f.a_node = j->t->lg->node;
    f.protocol = protocol;
    rc = lg_copy(j->t->lg, names[0], &f.a_interface, e);
    if (rc == 0)
        rc = lg_copy(j->t->lg, names[1], &f.b_node, e);
    if (rc == 0 && names[2].n > 0)
        rc = lg_copy(j->t->lg, names[2], &f.b_interface, e);
    if (rc == 0)
        rc = lg_put(j->t->lg, FACT_LINK, &f, e);
    arena_rewind(j->t->lg->arena, mark);
    return rc < 0 ? rc : 1;
}

/* "ge-0/0/0.0  r2  2  Up  7". */
static int isis_line(struct junos *j, struct err *e)
{
    struct slice rest = j->t->line, w[4];

    for (size_t i = 0; i < 4; i++) {
        if (!slice_word(&rest, &w[i]))
            return 0;
    }
    if (!slice_eq(w[3], "Up")) {
        lg_note(j->t, "IS-IS neighbours that are not up");
        return 1;
    }
    return put_link(j, (const struct slice[]){w[0], w[1], {"", 0}}, "isis", e);
}

/* "10.0.0.2  ge-0/0/0.0  Full  10.255.0.2  128  35": by its router id. */
static int ospf_line(struct junos *j, struct err *e)
{
    struct slice rest = j->t->line, w[4];
    struct addr a;

    for (size_t i = 0; i < 4; i++) {
        if (!slice_word(&rest, &w[i]))
            return 0;
    }
    if (!addr_parse(w[3], &a) || a.family != 4)
        return 0;
    if (!slice_eq(w[2], "Full")) {
        lg_note(j->t, "OSPF neighbours that are not fully adjacent");
        return 1;
    }
    return put_link(j, (const struct slice[]){w[1], w[3], {"", 0}}, "ospf", e);
}

/* "10.255.0.2  ge-0/0/0.0  Full  128  35", and the neighbour's address on a line of its own. */
static int ospf3_line(struct junos *j, struct err *e)
{
    struct slice rest = j->t->line, w[3];
    struct addr a;

    if (slice_starts(slice_trim(rest), "Neighbor-address "))
        return 1;
    for (size_t i = 0; i < 3; i++) {
        if (!slice_word(&rest, &w[i]))
            return 0;
    }
    if (!addr_parse(w[0], &a) || a.family != 4)
        return 0;
    if (!slice_eq(w[2], "Full")) {
        lg_note(j->t, "OSPF neighbours that are not fully adjacent");
        return 1;
    }
    return put_link(j, (const struct slice[]){w[1], w[0], {"", 0}}, "ospf", e);
}

static struct slice cell(struct slice line, size_t from, size_t to)
{
    if (from >= line.n)
        return (struct slice){"", 0};
    if (to > line.n || to == 0)
        to = line.n;
    return slice_trim((struct slice){line.p + from, to > from ? to - from : 0});
}

/* Columns: a port's text may have blanks. */
static int lldp_line(struct junos *j, struct err *e)
{
    struct slice line = j->t->line, local = lg_first(line);
    struct slice port = cell(line, j->columns[0], j->columns[1]);
    struct slice system = cell(line, j->columns[1], 0);

    if (lg_indent(line) > 0 || local.n == 0)
        return 0;
    if (system.n == 0 || !str_is_utf8(line.p, line.n)) {
        lg_note(j->t, "neighbours without a name");
        return 1;
    }
    return put_link(j, (const struct slice[]){local, system, port}, "lldp", e);
}

/* --- which table --- */

int junos_state_end(struct junos *j, struct err *e)
{
    int rc = put_session(j, e);

    return rc < 0 ? rc : lg_interface_put(j->t, &j->interface, e);
}

static bool find_column(struct slice line, const char *name, size_t *at)
{
    struct slice rest;

    if (!lg_after(line, name, &rest))
        return false;
    *at = (size_t)(rest.p - line.p) - strlen(name);
    return true;
}

static enum junos_part part_of(struct junos *j, struct slice line)
{
    if (slice_starts(line, "Peer ") && lg_has(line, " AS ") && lg_has(line, "Up/Dwn"))
        return JUNOS_SUMMARY;
    if (slice_starts(line, "Interface ") && lg_has(line, "Admin Link Proto"))
        return JUNOS_TERSE_IF;
    if (slice_starts(line, "Interface ") && lg_has(line, "System ") && lg_has(line, "SNPA"))
        return JUNOS_ISIS;
    if (slice_starts(line, "Address ") && lg_has(line, "Interface ") && lg_has(line, "Dead"))
        return JUNOS_OSPF;
    if (slice_starts(line, "ID ") && lg_has(line, "Interface ") && lg_has(line, "Dead"))
        return JUNOS_OSPF3;
    if (slice_starts(line, "Local Interface ") &&
        find_column(line, "Port info", &j->columns[0]) &&
        find_column(line, "System Name", &j->columns[1]))
        return JUNOS_LLDP;
    return JUNOS_NONE;
}

int junos_state_line(struct junos *j, struct err *e)
{
    static int (*const lines[])(struct junos *, struct err *) = {
        [JUNOS_SUMMARY] = summary_line, [JUNOS_TERSE_IF] = interface_line,
        [JUNOS_ISIS] = isis_line,       [JUNOS_OSPF] = ospf_line,
        [JUNOS_OSPF3] = ospf3_line,     [JUNOS_PEER] = junos_peer_line,
        [JUNOS_LLDP] = lldp_line,       [JUNOS_INTERFACE] = junos_interface_line,
    };
    enum junos_part part = part_of(j, j->t->line);
    int rc = junos_interface_begin(j, e);

    if (rc == 0)
        rc = junos_peer_begin(j, e);
    if (rc != 0)
        return rc;
    if (part != JUNOS_NONE) {
        rc = junos_state_end(j, e);
        if (rc == 0)
            rc = junos_route_end(j, e);
        if (rc == 0)
            rc = lg_enter(j->t, (struct slice){"", 0}, e);
        j->part = part;
        j->t->skipping = false;
        return rc < 0 ? rc : 1;
    }
    return j->part >= JUNOS_SUMMARY ? lines[j->part](j, e) : 0;
}
