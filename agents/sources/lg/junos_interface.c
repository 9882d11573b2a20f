/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Junos's `show interfaces`, also `detail` and `extensive`: ports and their units.
 *
 *     Physical interface: ge-0/0/0, Enabled, Physical link is Up
 *       Link-level type: Ethernet, MTU: 1514, Speed: 1000mbps, ...
 *       Logical interface ge-0/0/0.0 (Index 333) (SNMP ifIndex 606)
 *         Flags: Up SNMP-Traps 0x4004000 Encapsulation: ENET2
 *         Protocol inet, MTU: 1500
 *           Flags: No-Redirects
 *           Addresses, Flags: Is-Preferred Is-Primary
 *             Destination: 192.0.2.92/30, Local: 192.0.2.93, Broadcast: 192.0.2.95
 *
 * Words tell the lines apart, not their indentation.
 */
#include <stdio.h>
#include <string.h>

#include "agents/sources/lg/junos.h"

static int open_one(struct junos *j, struct slice name, struct err *e)
{
    int rc = lg_interface_put(j->t, &j->interface, e);

    if (rc == 0)
        rc = lg_interface_open(j->t, &j->interface, name, e);
    j->interface.fact.kind = lg_junos_kind(name);
    return rc;
}

/* "Physical interface: ge-0/0/0, Enabled, Physical link is Up" */
static int open_port(struct junos *j, struct slice line, struct err *e)
{
    struct slice name, rest;
    int rc;

    lg_after(line, ": ", &rest);
    name = lg_until(rest, ", ");
    rc = open_one(j, name, e);
    j->port = (struct junos_port){0};
    lg_keep(j->port.name, name);
    j->port.up = lg_has(rest, ", Enabled") && lg_has(rest, "link is Up");
    j->interface.fact.up = j->port.up;
    return rc;
}

/* "Logical interface ge-0/0/0.0 (Index 333) (SNMP ifIndex 606)". Its port may stand in an
 * answer of its own. */
static int open_unit(struct junos *j, struct slice line, struct err *e)
{
    struct slice name = {"", 0}, parent;
    int rc;

    lg_after(line, "interface ", &name);
    name = lg_first(name);
    parent = lg_until(name, ".");
    rc = open_one(j, name, e);
    if (parent.n < name.n)
        lg_keep(j->interface.parent, parent);
    if (strcmp(j->port.name, j->interface.parent) != 0) {
        j->port = (struct junos_port){.up = FACT_NONE};
        lg_keep(j->port.name, parent);
    }
    j->port.unit = j->port.flags = true;
    j->port.internal = true; /* until its protocol is read */
    j->interface.fact.up = j->port.up;
    if (lg_junos_is_internal_unit(j->interface.name))
        j->interface.open = false;
    return rc;
}

int junos_interface_begin(struct junos *j, struct err *e)
{
    struct slice line = slice_trim(j->t->line);
    bool port = slice_starts(line, "Physical interface: ");
    int rc = 0;

    if (!port && !slice_starts(line, "Logical interface "))
        return 0;
    if (j->part != JUNOS_INTERFACE) {
        rc = junos_route_end(j, e);
        if (rc == 0)
            rc = junos_state_end(j, e);
        if (rc == 0)
            rc = lg_enter(j->t, (struct slice){"", 0}, e);
    }
    j->part = JUNOS_INTERFACE;
    j->t->skipping = false;
    if (rc == 0)
        rc = port ? open_port(j, line, e) : open_unit(j, line, e);
    return rc < 0 ? rc : 1;
}

/* "Flags: Up SNMP-Traps 0x4004000 Encapsulation: ENET2", "Flags: Hardware-Down Device-Down". */
static void read_flags(struct junos *j, struct slice line)
{
    struct slice rest = line, word;
    bool up = false, down = false;

    j->port.flags = false;
    while (slice_word(&rest, &word) && !slice_eq(word, "Encapsulation:")) {
        up |= slice_eq(word, "Up");
        down |= lg_has(word, "Down");
    }
    if (down)
        j->interface.fact.up = 0;
    else if (up && j->interface.fact.up == FACT_NONE)
        j->interface.fact.up = 1;
}

/* "Destination: 192.0.2.92/30, Local: 192.0.2.93, Broadcast: 192.0.2.95" */
static int read_address(struct junos *j, struct slice line, struct err *e)
{
    struct slice local, destination = {"", 0};
    char text[ADDR_TEXT + 8], address[ADDR_TEXT];
    struct ifaddr a;
    int rc;

    if (!lg_after(line, "Local: ", &local) || !addr_parse(lg_first(local), &a.addr))
        return 0;
    if (lg_after(line, "Destination: ", &destination))
        destination = lg_until(destination, ",");
    if (!lg_junos_length(destination, &a.addr, &a.len)) {
        lg_note(j->t, "addresses without the length of their subnet");
        return 0;
    }
    if (lg_junos_is_internal(&a)) {
        j->t->lg->skips.addresses++;
        return 0;
    }
    snprintf(text, sizeof(text), "%s/%u", addr_format(&a.addr, address), (unsigned)a.len);
    rc = lg_interface_addr(j->t, &j->interface, slice_of(text), e);
    return rc < 0 ? rc : 0;
}

/* "Protocol inet, MTU: 1500": addresses and MTU of others are of no use here. */
static void read_protocol(struct junos *j, struct slice line)
{
    struct fact_interface *f = &j->interface.fact;
    int64_t mtu;

    j->port.internal =
        !slice_starts(line, "Protocol inet,") && !slice_starts(line, "Protocol inet6,");
    if (!j->port.internal && lg_number_after(line, "MTU: ", &mtu) && mtu > 0)
        f->mtu = mtu;
}

static void read_port(struct junos *j, struct slice line)
{
    struct fact_interface *f = &j->interface.fact;
    struct slice speed;
    int64_t mtu;

    if (f->mtu == FACT_NONE && lg_number_after(line, "MTU: ", &mtu) && mtu > 0)
        f->mtu = mtu;
    if (f->speed == FACT_NONE && lg_after(line, "Speed: ", &speed))
        f->speed = lg_junos_speed(lg_first(speed));
}

/* What else is said of an interface are counters and settings: all lines are its own. */
int junos_interface_line(struct junos *j, struct err *e)
{
    struct slice line = slice_trim(j->t->line);
    int rc = 0;

    if (!j->interface.open || slice_starts(line, "Description: "))
        return 1; /* may say anything */
    if (!j->port.unit)
        read_port(j, line);
    else if (j->port.flags && slice_starts(line, "Flags: "))
        read_flags(j, line);
    else if (slice_starts(line, "Protocol "))
        read_protocol(j, line);
    else if (!j->port.internal)
        rc = read_address(j, line, e);
    return rc < 0 ? rc : 1;
}
