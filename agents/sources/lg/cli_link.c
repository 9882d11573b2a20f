/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adjacencies: `show lldp neighbors detail`, `show cdp neighbors detail`, `show ip ospf
 * neighbor`, `show isis neighbors`. OSPF knows a neighbour by its router id alone: that stands
 * for its name.
 */
#include "agents/sources/lg/cli.h"

#include <string.h>

static int put_adjacency(struct cli *c, const char *protocol, struct err *e)
{
    char mine[LG_MAX_NAME + 1], theirs[LG_MAX_NAME + 1];
    struct fact_link f;

    lg_whole_name(c->t->lg->platform, slice_of(c->link.interface), mine);
    lg_whole_name(NULL, slice_of(c->link.b_interface), theirs);
    fact_init(FACT_LINK, &f);
    f.a_node = c->t->lg->node;
    f.a_interface = mine;
    f.b_node = c->link.b_node;
    f.b_interface = theirs[0] != '\0' ? theirs : NULL;
    f.protocol = protocol;
    return lg_put(c->t->lg, FACT_LINK, &f, e);
}

static void forget_link(struct cli *c)
{
    c->link.b_node[0] = c->link.b_interface[0] = '\0';
}

static bool keep_after(struct slice line, const char *key, char out[LG_MAX_NAME + 1])
{
    struct slice rest;

    if (!slice_starts(line, key) || !lg_after(line, key, &rest))
        return false;
    rest = lg_strip(rest, " \t");
    if (rest.n > 0 && rest.p[0] == ':')
        rest = lg_strip((struct slice){rest.p + 1, rest.n - 1}, " \t");
    lg_keep(out, lg_strip(rest, "\""));
    return true;
}

/* --- LLDP --- */

static int put_lldp(struct cli *c, struct err *e)
{
    int rc = 0;

    if (c->link.interface[0] != '\0' && c->link.b_node[0] != '\0')
        rc = put_adjacency(c, "lldp", e);
    else if (c->link.b_interface[0] != '\0')
        lg_note(c->t, "neighbours without a name");
    forget_link(c);
    return rc;
}

/* EOS: "Interface Ethernet1 detected 1 LLDP neighbors:". */
static bool is_eos_title(struct slice line, struct slice *name)
{
    struct slice rest;

    if (!slice_starts(line, "Interface ") || !lg_after(line, " detected ", &rest))
        return false;
    *name = lg_first((struct slice){line.p + 10, line.n - 10});
    return true;
}

static int begin_lldp(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line), name;
    char local[LG_MAX_NAME + 1];
    int rc;

    if (c->os == CLI_NXOS && slice_starts(line, "Chassis id:")) {
        rc = put_lldp(c, e); /* it begins with the neighbour */
        c->part = CLI_LLDP;
        return rc < 0 ? rc : 1;
    }
    if (is_eos_title(line, &name))
        lg_keep(local, name);
    else if (!keep_after(line, "Local Interface:", local) &&
             !keep_after(line, "Local Intf:", local) &&
             !keep_after(line, "Local Port id:", local))
        return 0;
    /* NX-OS says its own port after the neighbour's. */
    if (c->os == CLI_NXOS && c->link.b_interface[0] != '\0') {
        memcpy(c->link.interface, local, sizeof(local));
        c->part = CLI_LLDP;
        return 1;
    }
    rc = put_lldp(c, e);
    memcpy(c->link.interface, local, sizeof(local));
    c->part = CLI_LLDP;
    return rc < 0 ? rc : 1;
}

static int lldp_line(struct cli *c, struct err *e)
{
    struct slice line = lg_strip(slice_trim(c->t->line), "- ");

    (void)e;
    if (slice_starts(line, "Port id:") || slice_starts(line, "Port ID "))
        keep_after(line, slice_starts(line, "Port id:") ? "Port id:" : "Port ID",
                   c->link.b_interface);
    else if (slice_starts(line, "System Name:"))
        keep_after(line, "System Name:", c->link.b_node);
    return 1;
}

const struct cli_reader cli_lldp = {CLI_LLDP, begin_lldp, lldp_line, put_lldp};

/* --- CDP --- */

static int put_cdp(struct cli *c, struct err *e)
{
    int rc = 0;

    if (c->link.interface[0] != '\0' && c->link.b_node[0] != '\0')
        rc = put_adjacency(c, "cdp", e);
    forget_link(c);
    c->link.interface[0] = '\0';
    return rc;
}

static int begin_cdp(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line);
    int rc;

    if (!slice_starts(line, "Device ID:"))
        return 0;
    rc = put_cdp(c, e);
    keep_after(line, "Device ID:", c->link.b_node);
    c->part = CLI_CDP;
    return rc < 0 ? rc : 1;
}

/* "Interface: GigabitEthernet0/1,  Port ID (outgoing port): GigabitEthernet0/2". */
static int cdp_line(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line), rest;

    (void)e;
    if (slice_starts(line, "Interface:") && lg_after(line, ":", &rest))
        lg_keep(c->link.interface, lg_first(lg_until(rest, ",")));
    if (lg_after(line, "(outgoing port):", &rest))
        lg_keep(c->link.b_interface, lg_first(rest));
    if (slice_starts(line, "System Name:") && lg_after(line, ":", &rest) &&
        slice_trim(rest).n > 0)
        lg_keep(c->link.b_node, lg_first(rest));
    return 1;
}

const struct cli_reader cli_cdp = {CLI_CDP, begin_cdp, cdp_line, put_cdp};

/* --- OSPF --- */

static int begin_ospf(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line);

    (void)e;
    if (!slice_starts(line, "Neighbor ID") || !lg_has(line, "Pri") ||
        !lg_has(line, "Interface"))
        return 0;
    c->part = CLI_OSPF;
    return 1;
}

/* "GigabitEthernet 0/3/0/2": XR may part an interface's kind from its number. */
static void keep_interface(struct cli *c, struct slice name, struct slice rest)
{
    struct slice number;
    size_t n = name.n;

    lg_keep(c->link.interface, name);
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] >= '0' && name.p[i] <= '9')
            return;
    }
    if (!slice_word(&rest, &number) || memchr(number.p, '/', number.n) == NULL ||
        number.p[0] < '0' || number.p[0] > '9' || n + number.n > LG_MAX_NAME)
        return;
    memcpy(c->link.interface + n, number.p, number.n);
    c->link.interface[n + number.n] = '\0';
}

/* "2.2.2.2  0  FULL/ -  00:00:31  192.168.2.1  GigabitEthernet0/3": id first, the state
 * somewhere, the interface behind the neighbour's address (FRR has counters after it). */
static int ospf_line(struct cli *c, struct err *e)
{
    struct slice rest = c->t->line, word, id;
    struct addr a;
    bool full = false, behind = false, timed = false;
    int64_t number;
    int rc;

    if (!slice_word(&rest, &id) || !addr_parse(id, &a) || a.family != 4)
        return lg_indent(c->t->line) > 0 || slice_starts(c->t->line, "Total n");
    forget_link(c);
    c->link.interface[0] = '\0';
    lg_keep(c->link.b_node, id);
    while (slice_word(&rest, &word)) {
        if (slice_starts(word, "FULL") || slice_starts(word, "Full"))
            full = true;
        if (behind) {
            keep_interface(c, lg_until(word, ":"), rest);
            break;
        }
        /* OSPFv3 numbers the neighbour's interfaces instead */
        behind = addr_parse(word, &a) || (timed && lg_number(word, &number));
        timed |= cli_is_age(word);
    }
    if (!full || c->link.interface[0] == '\0') {
        lg_note(c->t, "OSPF neighbours that are not fully adjacent");
        return 1;
    }
    rc = put_adjacency(c, "ospf", e);
    return rc < 0 ? rc : 1;
}

const struct cli_reader cli_ospf = {CLI_OSPF, begin_ospf, ospf_line, NULL};

/* --- IS-IS --- */

static bool column_of(struct slice line, const char *name, size_t *at)
{
    struct slice rest;

    if (!lg_after(line, name, &rest))
        return false;
    *at = (size_t)(rest.p - line.p) - strlen(name);
    return true;
}

static int begin_isis(struct cli *c, struct err *e)
{
    struct slice line = c->t->line;

    (void)e;
    if (line.n > LG_MAX_COLUMN || !lg_has(line, "State") ||
        !(column_of(line, "System Id", &c->isis_system) ||
          column_of(line, "System ID", &c->isis_system)) ||
        !column_of(line, "Interface", &c->isis_interface) ||
        !column_of(line, "State", &c->isis_state))
        return 0;
    c->part = CLI_ISIS;
    c->isis_worded = c->os == CLI_IOS && lg_has(line, "Type Interface ");
    c->isis_name[0] = '\0';
    return 1;
}

/* The word that stands where the header's column begins. */
static struct slice cell(struct slice line, size_t at)
{
    if (at >= line.n || (at > 0 && line.p[at - 1] != ' '))
        return (struct slice){"", 0};
    return lg_until((struct slice){line.p + at, line.n - at}, " \t");
}

static int put_isis(struct cli *c, struct slice state, struct err *e)
{
    int rc;

    if (c->link.b_node[0] == '\0' || c->link.interface[0] == '\0')
        return 0;
    if (!slice_starts(state, "UP") && !slice_starts(state, "Up")) {
        lg_note(c->t, "IS-IS neighbours that are not up");
        return 1;
    }
    rc = put_adjacency(c, "isis", e);
    return rc < 0 ? rc : 1;
}

static bool is_level(struct slice s)
{
    return slice_eq(s, "L1") || slice_eq(s, "L2") || slice_eq(s, "L1L2");
}

/* IOS: name, level, interface, address, state. A long name has a line of its own that ends
 * with a backslash, and what follows need not stand below its headings. */
static int isis_words(struct cli *c, struct err *e)
{
    struct slice rest = c->t->line, name, word, state = {"", 0};

    if (rest.p[rest.n - 1] == '\\' && slice_word(&rest, &name)) {
        lg_keep(c->isis_name, name);
        return 1;
    }
    forget_link(c);
    if (!slice_word(&rest, &word))
        return 0;
    if (!is_level(word) || c->isis_name[0] == '\0') {
        lg_keep(c->isis_name, word);
        if (!slice_word(&rest, &word) || !is_level(word))
            return 0;
    }
    memcpy(c->link.b_node, c->isis_name, sizeof(c->link.b_node));
    c->isis_name[0] = '\0';
    if (!slice_word(&rest, &word))
        return 0;
    lg_keep(c->link.interface, word);
    while (state.n == 0 && slice_word(&rest, &word)) {
        if (slice_eq(word, "UP") || slice_eq(word, "INIT") || slice_eq(word, "DOWN"))
            state = word;
    }
    return put_isis(c, state, e);
}

static int isis_line(struct cli *c, struct err *e)
{
    struct slice line = c->t->line;

    if (slice_starts(line, "Total ") || lg_has(line, "level-") || slice_starts(line, "---") ||
        slice_starts(line, "Tag "))
        return 1;
    if (c->isis_worded)
        return isis_words(c, e);
    forget_link(c);
    lg_keep(c->link.b_node, cell(line, c->isis_system));
    lg_keep(c->link.interface, cell(line, c->isis_interface));
    return put_isis(c, cell(line, c->isis_state), e);
}

const struct cli_reader cli_isis = {CLI_ISIS, begin_isis, isis_line, NULL};
