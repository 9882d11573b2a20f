/* SPDX-License-Identifier: Apache-2.0 */
/* `show interfaces` and `show ip interface brief` of IOS, IOS-XR, NX-OS, EOS and FRR. */
#include "agents/sources/lg/cli.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define KILO 1000
#define MEGA 1000000
#define GIGA 1000000000

static int put_interface(struct cli *c, struct err *e)
{
    return lg_interface_put(c->t, &c->interface, e);
}

static int open_interface(struct cli *c, struct slice name, int64_t up, struct err *e)
{
    int rc = put_interface(c, e);

    if (rc == 0)
        rc = lg_interface_open(c->t, &c->interface, name, e);
    c->interface.fact.up = up;
    c->listing = false;
    return rc;
}

static int add_address(struct cli *c, struct slice word, struct err *e)
{
    int rc = lg_interface_addr(c->t, &c->interface, lg_until(word, " ,"), e);

    return rc < 0 ? rc : 0;
}

/* --- show interfaces --- */

/* "Ethernet2/1", "mgmt0": NX-OS's titles have no other mark, and its details none of these. */
static bool is_numbered(struct slice name)
{
    char first = name.p[0], last = name.p[name.n - 1];

    return ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z')) && last >= '0' &&
           last <= '9';
}

static bool is_state(struct slice s)
{
    return slice_starts(s, "up") || slice_starts(s, "down") ||
           slice_starts(s, "administratively down") || slice_starts(s, "deleted");
}

/* "NAME is up, line protocol is up", "Interface NAME is ...", NX-OS "NAME is up". The first of
 * these is nothing else, wherever it stands and whatever the state ("reset", "standby mode").
 */
static bool read_title(struct cli *c, struct slice *name, int64_t *up)
{
    struct slice line = slice_trim(c->t->line), state, protocol;
    bool full = lg_after(line, ", line protocol is ", &protocol);
    bool inner = lg_indent(c->t->line) > 0;

    if (!lg_after(line, " is ", &state))
        return false;
    *name = (struct slice){line.p, (size_t)(state.p - line.p) - 4};
    if (slice_starts(*name, "Interface "))
        *name = slice_trim((struct slice){name->p + 10, name->n - 10});
    if (name->n == 0 || memchr(name->p, ' ', name->n) != NULL || (!full && !is_state(state)))
        return false;
    *up = slice_starts(state, "up") && (!full || slice_starts(protocol, "up"));
    if (full)
        return true;
    if (c->os == CLI_NXOS)
        return !inner || is_numbered(*name);
    return !inner && c->os == CLI_FRR && slice_starts(line, "Interface ");
}

/* What is said of an interface's addresses alone: IOS-XR's "NAME is Up, ipv4 protocol is Up,
 * Vrfid is NAME", NX-OS's "NAME, Interface status: protocol-up/link-up/admin-up, iod: 4". */
static bool read_ip_title(struct slice line, struct slice *name, int64_t *up)
{
    struct slice rest;

    line = slice_trim(line);
    *name = lg_until(line, ", ");
    if (slice_starts((struct slice){name->p + name->n, line.n - name->n},
                     ", Interface status: ") &&
        lg_after(line, "status: ", &rest)) {
        *up = !lg_has(lg_until(rest, ","), "down");
        return name->n > 0;
    }
    if (!(lg_after(line, ", ipv4 protocol is ", &rest) ||
          lg_after(line, ", ipv6 protocol is ", &rest)))
        return false;
    *up = slice_starts(rest, "Up") && lg_has(line, " is Up,");
    return name->n > 0;
}

static int begin(struct cli *c, struct err *e)
{
    struct slice name, table;
    int64_t up;
    bool ip = read_ip_title(c->t->line, &name, &up);
    int rc = 0;

    if (!ip && !read_title(c, &name, &up))
        return 0;
    if (!ip && c->part != CLI_INTERFACE)
        rc = lg_enter(c->t, (struct slice){"", 0}, e);
    if (rc == 0)
        rc = open_interface(c, name, up, e);
    if (lg_after(c->t->line, ", Vrfid is ", &table))
        lg_keep(c->interface.table, lg_table_name(lg_first(table)));
    c->part = CLI_INTERFACE;
    return rc < 0 ? rc : 1;
}

/* "1000Mb/s", "10 Gb/s", "25Gb/s": bits per second, or nothing. */
static void read_speed(struct cli *c, struct slice text)
{
    struct slice s = slice_trim(text);
    uint64_t value;
    size_t n = 0;
    int64_t unit;

    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    if (!slice_u64((struct slice){s.p, n}, 1000000, &value) || value == 0)
        return;
    s = slice_trim((struct slice){s.p + n, s.n - n});
    if (slice_starts(s, "Gb/s") || slice_starts(s, "Gbps"))
        unit = GIGA;
    else if (slice_starts(s, "Mb/s") || slice_starts(s, "Mbps"))
        unit = MEGA;
    else if (slice_starts(s, "Kb/s"))
        unit = KILO;
    else
        return;
    c->interface.fact.speed = (int64_t)value * unit;
}

/* "Full-duplex, 1000Mb/s", "full-duplex, 1000 Mb/s": the speed stands behind a comma. */
static void read_duplex(struct cli *c, struct slice line)
{
    struct slice piece;

    while (slice_split(&line, ',', &piece))
        read_speed(c, piece);
}

static const char *kind_of(struct slice hardware)
{
    static const struct {
        const char *word, *kind;
    } kinds[] = {{"Loopback", "loopback"},
                 {"Aggregated", "aggregate"},
                 {"EtherChannel", "aggregate"},
                 {"Port-Channel", "aggregate"},
                 {"port-channel", "aggregate"},
                 {"Tunnel", "tunnel"},
                 {"VLAN", "vlan"},
                 {"Vlan", "vlan"},
                 {"EtherSVI", "vlan"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (lg_has(hardware, kinds[i].word))
            return kinds[i].kind;
    }
    return NULL;
}

/* FRR: "index 9 metric 0 mtu 1500 speed 1000", in Mbit/s. */
static void read_index(struct cli *c, struct slice line)
{
    struct fact_interface *f = &c->interface.fact;
    int64_t speed;

    lg_number_after(line, " mtu ", &f->mtu);
    if (lg_number_after(line, " speed ", &speed) && speed > 0 && speed < UINT32_MAX)
        f->speed = speed * MEGA;
}

/* "2001:db8::1, subnet is 2001:db8::/64 [EUI]", "IP address: 192.0.2.1, IP subnet:
 * 192.0.2.0/30 secondary": the length is the subnet's. 1, 0 or a code. */
static int add_with_subnet(struct cli *c, struct slice line, struct err *e)
{
    char text[PREFIX_TEXT + 8], address[ADDR_TEXT];
    struct slice subnet, rest;
    struct prefix p;
    struct addr a;

    if (!lg_after(line, ", subnet is ", &subnet) && !lg_after(line, ", IP subnet: ", &subnet))
        return 0;
    if (slice_starts(line, "IP address: ") && lg_after(line, ": ", &rest))
        line = rest;
    if (!lg_addr(line, &a) || !prefix_parse_loose(lg_first(subnet), &p))
        return 0;
    addr_format(&a, address);
    snprintf(text, sizeof(text), "%s/%u", address, (unsigned)p.len);
    return add_address(c, slice_of(text), e) < 0 ? e->code : 1;
}

/* NX-OS: addresses of IPv6 stand below a heading, "2001:db8::1/64 [VALID]". */
static int add_listed(struct cli *c, struct slice line, struct err *e)
{
    struct prefix p;

    if (line.n == 0) /* of blanks that are no spaces */
        return 0;
    if (line.p[line.n - 1] == ':')
        c->listing = slice_eq(line, "IPv6 address:");
    else if (c->listing && prefix_parse_loose(lg_first(line), &p))
        return add_address(c, lg_first(line), e);
    return 0;
}

static int detail(struct cli *c, struct slice line, struct err *e)
{
    static const char *const addresses[] = {"Internet address is ",
                                            "Internet Address is ",
                                            "Secondary address is ",
                                            "Secondary address ",
                                            "IPv6 address is ",
                                            "inet ",
                                            "inet6 "};
    struct fact_interface *f = &c->interface.fact;
    struct slice rest;
    int64_t mtu;
    int rc = 0;

    if (slice_starts(line, "Description"))
        return 0; /* may say anything */
    rc = add_with_subnet(c, line, e);
    if (rc == 0 && c->os == CLI_NXOS)
        rc = add_listed(c, line, e);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
        if (slice_starts(line, addresses[i]) && lg_after(line, addresses[i], &rest))
            return add_address(c, rest, e);
    }
    if (slice_starts(line, "Vrf is ") && lg_after(line, " is ", &rest))
        lg_keep(c->interface.table, lg_table_name(lg_first(rest)));
    if (slice_starts(line, "vrf: ") && lg_after(line, ": ", &rest))
        lg_keep(c->interface.table, lg_table_name(lg_first(rest)));
    if (slice_starts(line, "index "))
        read_index(c, line);
    if (slice_starts(line, "Hardware"))
        f->kind = f->kind == NULL ? kind_of(line) : f->kind;
    if (slice_eq(line, "Type: Loopback"))
        f->kind = "loopback";
    if (lg_number_after(line, "MTU ", &mtu) && mtu > 0 && !lg_has(line, "transport MTU"))
        f->mtu = mtu;
    if (lg_has(line, "uplex,") || lg_has(line, "Duplex, "))
        read_duplex(c, line);
    if (lg_has(line, "admin state is down"))
        f->up = 0;
    return 0;
}

/* What is read of an interface even where its lines lost their indentation. */
static bool is_detail(struct slice line)
{
    static const char *const begins[] = {"Internet address is ",
                                         "Internet Address is ",
                                         "Secondary address ",
                                         "IPv6 address is ",
                                         "Vrf is ",
                                         "MTU ",
                                         "Hardware",
                                         "admin state is "};

    for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
        if (slice_starts(line, begins[i]))
            return true;
    }
    return lg_has(line, "uplex, ");
}

static int interface_line(struct cli *c, struct err *e)
{
    struct slice line = slice_trim(c->t->line);
    int rc;

    if (!c->interface.open)
        return 0;
    if (lg_indent(c->t->line) == 0 && !is_detail(line))
        return 0;
    rc = detail(c, line, e);
    return rc < 0 ? rc : 1;
}

const struct cli_reader cli_interfaces = {CLI_INTERFACE, begin, interface_line, put_interface};

/* --- show ip interface brief --- */

static int begin_brief(struct cli *c, struct err *e)
{
    struct slice line = c->t->line, rest;

    (void)e;
    if (!slice_starts(line, "Interface ") ||
        !(lg_after(line, "IP-Address", &rest) || lg_after(line, "IP Address", &rest)))
        return 0;
    c->brief_address = (size_t)(rest.p - line.p) - 10;
    c->brief_status = lg_after(line, "Status", &rest) ? (size_t)(rest.p - line.p) - 6 : 0;
    c->part = CLI_BRIEF;
    return 1;
}

/* "up" and "down" of status and protocol, or NX-OS's "protocol-up/link-up/admin-up". */
static int64_t state_of(struct slice s)
{
    int64_t up = FACT_NONE;
    struct slice word;

    while (slice_word(&s, &word)) {
        if (lg_has(word, "down") || lg_has(word, "Down") || lg_has(word, "Shutdown"))
            up = 0;
        else if (up == FACT_NONE && (lg_has(word, "up") || lg_has(word, "Up")))
            up = 1;
    }
    return up;
}

/* Addresses stand there without their length, but for EOS. */
static int brief_line(struct cli *c, struct err *e)
{
    struct slice rest = c->t->line, name, address;
    struct addr bare;
    int rc;

    if (lg_indent(rest) > 0 || !slice_word(&rest, &name) || !slice_word(&rest, &address) ||
        slice_starts(name, "---"))
        return 0;
    if (!lg_addr(address, &bare) && memchr(address.p, '/', address.n) == NULL &&
        !slice_eq(address, "unassigned"))
        return 0;
    rc = open_interface(c, name, state_of(rest), e);
    if (rc == 0)
        rc = add_address(c, address, e);
    if (rc == 0 && addr_parse(address, &bare))
        lg_note(c->t, "addresses without the length of their subnet");
    if (rc == 0)
        rc = put_interface(c, e);
    return rc < 0 ? rc : 1;
}

const struct cli_reader cli_brief = {CLI_BRIEF, begin_brief, brief_line, NULL};
