/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firewalls, load balancers and routers whose languages have no reader. Some share most of
 * their words with one that has (ASA with IOS, ACOS with NX-OS, VyOS with Junos): read as that
 * one they would give half of the truth. As among the dialects, lines that are typical are
 * counted, each kind twice at most; a hundred and more decides against what it resembles.
 */
#include "agents/sources/config_foreign.h"

enum vendor {
    A10,
    ASA,
    PANOS,
    FORTIOS,
    GAIA,
    BIGIP,
    VRP,
    COMWARE,
    ROUTEROS,
    VYOS,
    NCLU,
    NVUE,
    SONIC,
    SRLINUX,
    EXOS,
    OPENBGPD,
    VENDORS
};

static const char *const names[VENDORS] = {
    [A10] = "looks like A10's ACOS, which is not read",
    [ASA] = "looks like Cisco's ASA, which is not read",
    [PANOS] = "looks like Palo Alto's PAN-OS, which is not read",
    [FORTIOS] = "looks like Fortinet's FortiOS, which is not read",
    [GAIA] = "looks like Check Point's Gaia, which is not read",
    [BIGIP] = "looks like F5's BIG-IP, which is not read",
    [VRP] = "looks like Huawei's VRP, which is not read",
    [COMWARE] = "looks like Comware of H3C and HPE, which is not read",
    [ROUTEROS] = "looks like MikroTik's RouterOS, which is not read",
    [VYOS] = "looks like VyOS, which is not read",
    [NCLU] = "looks like Cumulus Linux' NCLU, which is not read (its /etc/frr/frr.conf and "
             "/etc/network/interfaces are)",
    [NVUE] = "looks like Cumulus Linux' NVUE, which is not read (its /etc/frr/frr.conf and "
             "/etc/network/interfaces are)",
    [SONIC] = "looks like SONiC's config_db.json, which is not read (its frr.conf is)",
    [SRLINUX] = "looks like Nokia's SR Linux, which is not read",
    [EXOS] = "looks like Extreme's EXOS, which is not read",
    [OPENBGPD] = "looks like OpenBGPD, which is not read",
};

/** The line, without blanks and signs of comments before it, begins so. */
static const struct {
    const char *start;
    enum vendor vendor;
    int weight;
} marks[] = {
    {"RANCID-CONTENT-TYPE: a10", A10, 1000},
    {"RANCID-CONTENT-TYPE: acos", A10, 1000},
    {"64-bit Advanced Core OS", A10, 500},
    {"slb server ", A10, 100},
    {"slb virtual-server ", A10, 100},
    {"slb service-group ", A10, 100},
    {"slb template ", A10, 100},
    {"health monitor ", A10, 60},
    {"aam ", A10, 60},
    {"vrrp-a ", A10, 100},
    {"interface ethernet ", A10, 30}, /* NX-OS and EOS print Ethernet1 */
    {"interface ve ", A10, 60},
    {"interface trunk ", A10, 30},
    {"ip nat pool ", A10, 10},
    {"RANCID-CONTENT-TYPE: cisco-asa", ASA, 1000},
    {"ASA Version ", ASA, 500},
    {"PIX Version ", ASA, 500},
    {"FWSM Version ", ASA, 500},
    {"Serial Number: JAD", ASA, 10},
    {"nameif ", ASA, 100},
    {"security-level ", ASA, 100},
    {"same-security-traffic ", ASA, 100},
    {"object network ", ASA, 60},
    {"nat (", ASA, 60},
    {"RANCID-CONTENT-TYPE: paloalto", PANOS, 1000},
    {"RANCID-CONTENT-TYPE: panos", PANOS, 1000},
    {"set deviceconfig ", PANOS, 200},
    {"set mgt-config ", PANOS, 200},
    {"set network interface ", PANOS, 100},
    {"set network virtual-router ", PANOS, 200},
    {"set network ", PANOS, 60},
    {"set rulebase ", PANOS, 100},
    {"set device-group ", PANOS, 100},
    {"set template ", PANOS, 60},
    {"set template-stack ", PANOS, 100},
    {"set shared ", PANOS, 60},
    {"set vsys ", PANOS, 100},
    {"set zone ", PANOS, 30},
    {"set address ", PANOS, 30},
    {"deviceconfig {", PANOS, 200},
    {"mgt-config {", PANOS, 200},
    {"RANCID-CONTENT-TYPE: fortigate", FORTIOS, 1000},
    {"RANCID-CONTENT-TYPE: fortinet", FORTIOS, 1000},
    {"config-version=F", FORTIOS, 500},
    {"config system ", FORTIOS, 100},
    {"config firewall ", FORTIOS, 100},
    {"config router ", FORTIOS, 60},
    {"RANCID-CONTENT-TYPE: checkpoint", GAIA, 1000},
    {"RANCID-CONTENT-TYPE: gaia", GAIA, 1000},
    {"Exported by ", GAIA, 30},
    {"Configuration of ", GAIA, 10},
    {"set static-route ", GAIA, 60},
    {"set installer ", GAIA, 60},
    {"set hostname ", GAIA, 20},
    {"set interface ", GAIA, 30},
    {"add bonding group ", GAIA, 100},
    {"set bonding group ", GAIA, 100},
    {"RANCID-CONTENT-TYPE: bigip", BIGIP, 1000},
    {"RANCID-CONTENT-TYPE: f5", BIGIP, 1000},
    {"TMSH-VERSION:", BIGIP, 500},
    {"ltm virtual ", BIGIP, 200},
    {"ltm pool ", BIGIP, 200},
    {"ltm node ", BIGIP, 200},
    {"sys global-settings {", BIGIP, 200},
    {"net self ", BIGIP, 200},
    {"net route ", BIGIP, 100},
    {"imish", BIGIP, 50},
    {"RANCID-CONTENT-TYPE: vrp", VRP, 1000},
    {"RANCID-CONTENT-TYPE: huawei", VRP, 1000},
    {"Software Version V", VRP, 200},
    {"sysname ", VRP, 40},
    {"undo ", VRP, 20},
    {"ip vpn-instance ", VRP, 20},
    {"interface Vlanif", VRP, 60},
    {"interface NULL0", VRP, 10},
    {"interface LoopBack", VRP, 20},
    {"interface Eth-Trunk", VRP, 60},
    {"interface 40GE", VRP, 60},
    {"interface 100GE", VRP, 60},
    {"RANCID-CONTENT-TYPE: h3c", COMWARE, 1000},
    {"RANCID-CONTENT-TYPE: hp-comware", COMWARE, 1000},
    {"version 7.1.", COMWARE, 60},
    {"version 5.20", COMWARE, 60},
    {"sysname ", COMWARE, 40},
    {"undo ", COMWARE, 20},
    {"irf mac-address ", COMWARE, 60},
    {"port link-mode ", COMWARE, 100},
    {"interface Vlan-interface", COMWARE, 100},
    {"interface Bridge-Aggregation", COMWARE, 100},
    {"interface Route-Aggregation", COMWARE, 100},
    {"RANCID-CONTENT-TYPE: mikrotik", ROUTEROS, 1000},
    {"RANCID-CONTENT-TYPE: routeros", ROUTEROS, 1000},
    {"/ip address", ROUTEROS, 100},
    {"/ip route", ROUTEROS, 100},
    {"/ip firewall", ROUTEROS, 100},
    {"/interface ", ROUTEROS, 100},
    {"/routing ", ROUTEROS, 100},
    {"/system identity", ROUTEROS, 200},
    {"/ipv6 ", ROUTEROS, 60},
    {"RANCID-CONTENT-TYPE: vyatta", VYOS, 1000},
    {"RANCID-CONTENT-TYPE: vyos", VYOS, 1000},
    {"RANCID-CONTENT-TYPE: edgerouter", VYOS, 1000},
    {"/* === vyatta-config-version", VYOS, 500},
    {"// vyos-config-version", VYOS, 500},
    {"// Release version: ", VYOS, 100},
    {"set interfaces ethernet eth", VYOS, 200}, /* Junos has no such interface */
    {"set interfaces loopback lo", VYOS, 100},
    {"set interfaces bonding ", VYOS, 100},
    {"set service ssh", VYOS, 100},
    {"set system host-name '", VYOS, 200},
    {"set protocols bgp neighbor ", VYOS, 60},
    {"set protocols static route ", VYOS, 100},
    {"ethernet eth", VYOS, 100},
    {"hw-id ", VYOS, 60},
    {"net add ", NCLU, 100},
    {"net del ", NCLU, 60},
    {"net commit", NCLU, 60},
    {"nv set ", NVUE, 200},
    {"- header:", NVUE, 10},
    {"nvue-api-version:", NVUE, 500},
    {"\"DEVICE_METADATA\"", SONIC, 200},
    {"\"DEVICE_NEIGHBOR\"", SONIC, 100},
    {"\"BGP_NEIGHBOR\"", SONIC, 100},
    {"\"LOOPBACK_INTERFACE\"", SONIC, 100},
    {"set / interface ", SRLINUX, 200},
    {"set / network-instance ", SRLINUX, 200},
    {"set / system ", SRLINUX, 100},
    {"interface ethernet-1/", SRLINUX, 200},
    {"\"srl_nokia-", SRLINUX, 200},
    {"network-instance default {", SRLINUX, 200},
    {"create vlan ", EXOS, 100},
    {"configure vlan ", EXOS, 100},
    {"configure snmp sysName ", EXOS, 200},
    {"enable ipforwarding ", EXOS, 100},
    {"fib-update ", OPENBGPD, 60},
    {"allow from ", OPENBGPD, 60},
    {"allow to ", OPENBGPD, 60},
    {"deny quick from ", OPENBGPD, 60},
    {"match from ", OPENBGPD, 60},
    {"match to ", OPENBGPD, 60},
};

#define MARKS (sizeof(marks) / sizeof(*marks))

/** What stands behind signs of comments: `!64-bit ...`, `#TMSH-VERSION`, `: Saved`. */
static struct slice uncommented(struct slice line)
{
    line = slice_trim(line);
    while (line.n > 0 && (line.p[0] == '!' || line.p[0] == '#' || line.p[0] == ':' ||
                          line.p[0] == ' ' || line.p[0] == '\t'))
        line = (struct slice){line.p + 1, line.n - 1};
    return line;
}

const char *config_foreign(struct slice text, int *weight)
{
    int score[VENDORS] = {0}, best = 0;
    unsigned char hits[MARKS] = {0};
    struct slice line;

    while (slice_line(&text, &line)) {
        line = uncommented(line);
        for (size_t i = 0; line.n > 0 && i < MARKS; i++) {
            if (marks[i].start[0] == line.p[0] && hits[i] < 2 &&
                slice_starts(line, marks[i].start)) {
                hits[i]++;
                score[marks[i].vendor] += marks[i].weight;
            }
        }
    }
    for (int v = 1; v < VENDORS; v++) {
        if (score[v] > score[best])
            best = v;
    }
    *weight = score[best];
    return score[best] > 0 ? names[best] : NULL;
}
