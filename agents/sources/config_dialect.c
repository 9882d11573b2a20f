/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line that only one dialect has decides at once; otherwise lines that are typical of one are
 * counted. FRR took its language from IOS, so what tells them apart is counted as well:
 * addresses with lengths instead of masks, daemons' names in statements.
 */
#include "agents/sources/config_dialect.h"

#include <string.h>

#include "net/addr.h"

#define LOOKED_AT (64 * 1024)

enum dialect { FRR, BIRD, JUNOS, SROS, IOS, IOSXR, NXOS, EOS, DIALECTS };

static const char *const names[DIALECTS] = {"frr", "bird",   "junos", "sros",
                                            "ios", "ios-xr", "nxos",  "eos"};

/** The line begins so; weight 100 decides. */
static const struct {
    const char *start;
    enum dialect dialect;
    int weight;
} marks[] = {
    {"frr version ", FRR, 100},
    {"frr defaults ", FRR, 100},
    {"service integrated-vtysh-config", FRR, 100},
    {"ip router isis ", FRR, 1},
    {"ip ospf area ", FRR, 3},
    {"ipv6 ospf6 ", FRR, 5},
    {"ipv6 router isis ", FRR, 1},
    {"router ospf6", FRR, 5},
    {"router bgp ", FRR, 1},
    {"router ospf", FRR, 1},
    {"router isis", FRR, 1},
    {"no bgp ebgp-requires-policy", FRR, 20},
    {"no bgp network import-check", FRR, 20},
    {"bgp bestpath as-path multipath-relax", FRR, 1},
    {"log file ", FRR, 3},
    {"log stdout", FRR, 3},
    {"exit-vrf", FRR, 3},
    {"protocol bgp", BIRD, 10},
    {"protocol device", BIRD, 10},
    {"protocol kernel", BIRD, 10},
    {"protocol static", BIRD, 5},
    {"protocol ospf", BIRD, 5},
    {"template bgp ", BIRD, 10},
    {"router id ", BIRD, 5},
    {"## Last c", JUNOS, 100},
    {"set system host-name", JUNOS, 100},
    {"set version ", JUNOS, 50},
    {"set interfaces ", JUNOS, 5},
    {"set protocols ", JUNOS, 5},
    {"set routing-instances ", JUNOS, 5},
    {"system {", JUNOS, 5},
    {"interfaces {", JUNOS, 5},
    {"protocols {", JUNOS, 5},
    {"routing-options {", JUNOS, 20},
    {"policy-options {", JUNOS, 20},
    {"routing-instances {", JUNOS, 20},
    {"# TiMOS", SROS, 100},
    {"/configure ", SROS, 50},
    {"configure {", SROS, 50},
    {"!! IOS XR", IOSXR, 100},
    {"route-policy ", IOSXR, 20},
    {"interface GigabitEthernet0/0/0/", IOSXR, 10},
    {"interface MgmtEth", IOSXR, 20},
    {"! Command: show running-config", EOS, 50},
    {"! device: ", EOS, 50},
    {"! boot system flash:", EOS, 100},
    {"transceiver qsfp default-mode", EOS, 50},
    {"service routing protocols model", EOS, 50},
    {"spanning-tree mode ", EOS, 2},
    {"interface Ethernet", EOS, 5},
    {"no switchport", EOS, 10},
    {"ip routing", EOS, 5},
    {"!Command: show ", NXOS, 100},
    {"feature ", NXOS, 10},
    {"vdc ", NXOS, 20},
    {"boot nxos ", NXOS, 100},
    {"boot-start-marker", IOS, 100},
    {"service timestamps ", IOS, 50},
    {"service password-encryption", IOS, 10},
    {"no aaa new-model", IOS, 20},
    {"ip cef", IOS, 20},
    {"interface GigabitEthernet", IOS, 5},
    {"interface FastEthernet", IOS, 10},
    {"no ip http server", IOS, 20},
    {"ip classless", IOS, 20},
};

/** `ip address 192.0.2.1/24` is how FRR writes it, `ip address 192.0.2.1 255.255.255.0` how IOS
 * does. */
static void weigh_address(struct slice line, int score[DIALECTS])
{
    struct slice word, address, mask;
    struct addr a;

    if (!slice_starts(line, "ip address ") && !slice_starts(line, "ipv6 address "))
        return;
    slice_word(&line, &word);
    slice_word(&line, &word);
    if (!slice_word(&line, &address))
        return;
    if (memchr(address.p, '/', address.n) != NULL)
        score[FRR] += 2;
    else if (slice_word(&line, &mask) && addr_parse(mask, &a) && a.family == 4)
        score[IOS] += 10;
}

static void weigh(struct slice line, int score[DIALECTS])
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        if (slice_starts(line, marks[i].start))
            score[marks[i].dialect] += marks[i].weight;
    }
    weigh_address(line, score);
}

/** Does the line begin with a word that FRR's statements begin with? */
static bool is_frr_line(struct slice line)
{
    static const char *const words[] = {
        "access-list", "address-family",
        "bandwidth",   "bgp",
        "debug",       "description",
        "enable",      "end",
        "exit",        "exit-address-family",
        "exit-vrf",    "hostname",
        "interface",   "ip",
        "ipv6",        "is-type",
        "isis",        "line",
        "link-params", "log",
        "match",       "maximum-paths",
        "mpls",        "neighbor",
        "net",         "network",
        "no",          "ospf",
        "ospf6",       "passive-interface",
        "password",    "redistribute",
        "route-map",   "router",
        "router-id",   "service",
        "set",         "timers",
        "vrf",
    };
    struct slice word;

    if (!slice_word(&line, &word))
        return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (slice_eq(word, words[i]))
            return true;
    }
    return false;
}

const char *config_dialect(struct slice text)
{
    int score[DIALECTS] = {0}, best = 0, frr = 0, other = 0;
    struct slice line;

    if (text.n > LOOKED_AT)
        text.n = LOOKED_AT;
    while (slice_line(&text, &line)) {
        line = slice_trim(line);
        weigh(line, score);
        if (line.n > 0 && line.p[0] != '!' && line.p[0] != '#')
            *(is_frr_line(line) ? &frr : &other) += 1;
    }
    if (score[FRR] < 100 && other > frr) /* mentions FRR rather than being of it */
        score[FRR] = 0;
    for (int i = 1; i < DIALECTS; i++) {
        if (score[i] > score[best])
            best = i;
    }
    return score[best] >= 2 ? names[best] : NULL;
}

int config_likeness(const struct agent_file *f, const char *dialect)
{
    const char *name = config_dialect(f->text);

    return name != NULL && strcmp(name, dialect) == 0 ? 60 : 0;
}

const char *config_node_name(const char *file, struct arena *a)
{
    const char *slash = strrchr(file, '/'), *name = slash != NULL ? slash + 1 : file;
    static const char *const endings[] = {".conf", ".cfg", ".txt", ".frr"};
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        size_t k = strlen(endings[i]);

        if (n > k && strcmp(name + n - k, endings[i]) == 0)
            return arena_strndup(a, name, n - k);
    }
    return arena_strdup(a, name);
}

const struct agent_dialect *const config_dialects[] = {
    &config_dialect_frr,
    &config_dialect_bird,
    &config_dialect_ios,
    &config_dialect_ios_xr,
    &config_dialect_nxos,
    &config_dialect_eos,
    NULL,
};
