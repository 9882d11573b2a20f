/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of interfaces that a system cuts short in its tables, as its configuration and its
 * `show interfaces` have them: NX-OS' Eth1/1 is Ethernet1/1, IOS' Te1/0/1 is
 * TenGigabitEthernet1/0/1.
 */
#include "agents/sources/lg/text.h"

#include <string.h>

static const struct {
    const char *platform; /* NULL: whatever system it is */
    const char *kind, *whole;
} kinds[] = {
    {NULL, "Gi", "GigabitEthernet"}, {NULL, "Fa", "FastEthernet"},
    {NULL, "Eth", "Ethernet"},       {NULL, "Hu", "HundredGigE"},
    {NULL, "Twe", "TwentyFiveGigE"}, {"eos", "Et", "Ethernet"},
    {"eos", "Lo", "Loopback"},       {"eos", "Ma", "Management"},
    {"eos", "Po", "Port-Channel"},   {"eos", "Tu", "Tunnel"},
    {"eos", "Vl", "Vlan"},           {"eos", "Vx", "Vxlan"},
    {"ios", "Et", "Ethernet"},       {"ios", "Fo", "FortyGigabitEthernet"},
    {"ios", "Lo", "Loopback"},       {"ios", "Po", "Port-channel"},
    {"ios", "Se", "Serial"},         {"ios", "Te", "TenGigabitEthernet"},
    {"ios", "Tu", "Tunnel"},         {"ios", "Vl", "Vlan"},
    {"iosxr", "BE", "Bundle-Ether"}, {"iosxr", "Fo", "FortyGigE"},
    {"iosxr", "Lo", "Loopback"},     {"iosxr", "Mg", "MgmtEth"},
    {"iosxr", "Te", "TenGigE"},      {"nxos", "Lo", "loopback"},
    {"nxos", "Po", "port-channel"},  {"nxos", "Tu", "Tunnel"},
};

/* Linux and Junos cut nothing, and may have any name. */
static bool cuts(const char *platform)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (kinds[i].platform != NULL && strcmp(platform, kinds[i].platform) == 0)
            return true;
    }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void lg_whole_name(const char *platform, struct slice name, char out[LG_MAX_NAME + 1])
{
    size_t n = 0;

    lg_keep(out, name);
    if (platform != NULL && !cuts(platform))
        return;
    while (n < name.n && !is_digit(name.p[n]))
        n++;
    if (n == name.n || out[0] == '\0')
        return;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        size_t whole = strlen(kinds[i].whole);

        if ((kinds[i].platform != NULL &&
             (platform == NULL || strcmp(platform, kinds[i].platform) != 0)) ||
            !slice_eq((struct slice){name.p, n}, kinds[i].kind) ||
            whole + name.n - n > LG_MAX_NAME)
            continue;
        memcpy(out, kinds[i].whole, whole);
        memcpy(out + whole, name.p + n, name.n - n);
        out[whole + name.n - n] = '\0';
        return;
    }
}
