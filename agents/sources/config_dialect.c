/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line that only one dialect has decides at once; otherwise lines that are typical of one are
 * counted, each kind of line twice at most, so that fifty interfaces say no more than two. FRR
 * took its language from IOS, as NX-OS and EOS did, so what tells them apart is counted as
 * well: addresses with lengths instead of masks, how far blocks are indented, daemons' names.
 */
#include "agents/sources/config_dialect.h"

#include <string.h>
#include <strings.h>

#include "agents/sources/config_foreign.h"
#include "net/addr.h"

#define LOOKED_AT      (64 * 1024)
#define FOREIGN_SURE   100
#define FOREIGN_ENOUGH 40 /* weight from which a language that is not read is named */
#define RANCID_LINES   10 /* of the beginning, among which RANCID's is */

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
    {"! Cisco IOS XR Software", IOSXR, 100},
    {"route-policy ", IOSXR, 20},
    {"end-policy", IOSXR, 20},
    {"end-set", IOSXR, 20},
    {"ipv4 address ", IOSXR, 20},
    {"router static", IOSXR, 20},
    {"interface Bundle-Ether", IOSXR, 20},
    {"interface GigabitEthernet0/0/0/", IOSXR, 5},
    {"interface TenGigE", IOSXR, 20},
    {"interface HundredGigE0/", IOSXR, 10},
    {"interface preconfigure ", IOSXR, 20},
    {"neighbor-group ", IOSXR, 20},
    {"interface MgmtEth", IOSXR, 20},
    {"! Command: show running-config", EOS, 50},
    {"! device: ", EOS, 50},
    {"! boot system flash:", EOS, 100},
    {"transceiver qsfp default-mode", EOS, 50},
    {"service routing protocols model", EOS, 50},
    {"spanning-tree mode ", EOS, 2},
    {"interface Ethernet", EOS, 5},
    {"interface Management", EOS, 10},
    {"interface Port-Channel", EOS, 20},
    {"daemon TerminAttr", EOS, 50},
    {"interface Vxlan", EOS, 20},
    {"no switchport", EOS, 5},
    {"ip routing", EOS, 5},
    {"vrf instance ", EOS, 20},
    {"!Command: show ", NXOS, 100},
    {"! Cisco Nexus Operating System", NXOS, 100},
    {"feature ", NXOS, 20},
    {"vdc ", NXOS, 20},
    {"vrf context ", NXOS, 50},
    {"vrf member ", NXOS, 20},
    {"copp profile ", NXOS, 50},
    {"interface mgmt0", NXOS, 50},
    {"interface loopback", NXOS, 10},
    {"interface port-channel", NXOS, 20},
    {"boot nxos ", NXOS, 100},
    {"boot kickstart ", NXOS, 100},
    {"! Cisco IOS Software", IOS, 100},
    {"! Cisco IOS XE Software", IOS, 100},
    {"boot-start-marker", IOS, 100},
    {"version 12.", IOS, 5},
    {"version 15.", IOS, 5},
    {"version 16.", IOS, 5},
    {"version 17.", IOS, 5},
    {"ip vrf ", IOS, 10},
    {"ip nat inside", IOS, 10},
    {"ip nat outside", IOS, 10},
    {"standby ", IOS, 5},
    {"encapsulation dot1Q ", IOS, 10},
    {"negotiation auto", IOS, 10},
    {"ip access-list extended ", IOS, 10},
    {"no auto-summary", IOS, 10},
    {"no synchronization", IOS, 10},
    {"interface Ethernet0", IOS, 10}, /* those of EOS and NX-OS begin with 1 */
    {"interface Serial", IOS, 10},
    {"vrf definition ", IOS, 10},
    {"interface Vlan", IOS, 1},
    {"interface TenGigabitEthernet", IOS, 10},
    {"line con 0", IOS, 20},
    {"ip forward-protocol ", IOS, 20},
    {"control-plane", IOS, 5},
    {"service timestamps ", IOS, 50},
    {"service password-encryption", IOS, 10},
    {"no aaa new-model", IOS, 20},
    {"ip cef", IOS, 20},
    {"interface GigabitEthernet", IOS, 5},
    {"interface FastEthernet", IOS, 10},
    {"no ip http server", IOS, 20},
    {"ip classless", IOS, 20},
};

#define MARKS (sizeof(marks) / sizeof(*marks))

/** What RANCID writes into the first lines of each file. */
static const struct {
    const char *type;
    enum dialect dialect;
} rancid_types[] = {
    {"cisco", IOS},       {"ios", IOS},         {"cisco-nx", NXOS},     {"ios-nx", NXOS},
    {"cisco-xr", IOSXR},  {"ios-xr", IOSXR},    {"cisco-xr7", IOSXR},   {"ios-xr7", IOSXR},
    {"cisco-exr", IOSXR}, {"ios-exr", IOSXR},   {"arista", EOS},        {"juniper", JUNOS},
    {"junos", JUNOS},     {"junos-evo", JUNOS}, {"juniper-srx", JUNOS}, {"frr", FRR},
    {"zebra", FRR},       {"bird", BIRD},       {"sros", SROS},         {"sros-md", SROS},
    {"nokia-sros", SROS},
};

/** `!RANCID-CONTENT-TYPE: cisco`, `# RANCID-CONTENT-TYPE: juniper`; DIALECTS: no such line. */
static enum dialect rancid_type(struct slice line)
{
    static const char *const head = "RANCID-CONTENT-TYPE:";
    struct slice word;

    while (line.n > 0 && (line.p[0] == '!' || line.p[0] == '#' || line.p[0] == ' '))
        line = (struct slice){line.p + 1, line.n - 1};
    if (!slice_starts(line, head))
        return DIALECTS;
    line = (struct slice){line.p + strlen(head), line.n - strlen(head)};
    if (!slice_word(&line, &word))
        return DIALECTS;
    for (size_t i = 0; i < sizeof(rancid_types) / sizeof(*rancid_types); i++) {
        if (slice_eq(word, rancid_types[i].type))
            return rancid_types[i].dialect;
    }
    return DIALECTS;
}

/** What was counted so far. */
struct count {
    int score[DIALECTS];
    unsigned char hits[MARKS], addresses[2]; /* of a kind: two at most count */
    bool in_interface;                       /* of a name that EOS and NX-OS have */
    unsigned interfaces;                     /* of the kernel's names: two at most count */
    int frr, other;                          /* lines that FRR has, and others */
};

/** Does the name begin with one of these words, in letters of any size? */
static bool is_named_as(struct slice name, const char *const words[])
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (name.n >= strlen(words[i]) && strncasecmp(name.p, words[i], strlen(words[i])) == 0)
            return true;
    }
    return false;
}

/** An interface's name: `eth0`, `lo`, `swp1` and whatever else the kernel was told are FRR's.
 */
static void weigh_interface(struct slice line, struct count *c)
{
    static const char *const switches[] = {"ethernet", "loopback", "vlan",       "port-channel",
                                           "mgmt",     "nve",      "management", "vxlan",
                                           "tunnel",   NULL};
    static const char *const other[] = {"gig",    "ten", "fast", "serial", "bundle",
                                        "dialer", "bvi", "ve ",  "trunk",  NULL};
    struct slice name = {line.p + strlen("interface "), line.n - strlen("interface ")};

    c->in_interface = is_named_as(name, switches);
    if (name.n > 0 && name.p[0] >= 'a' && name.p[0] <= 'z' && !c->in_interface &&
        !is_named_as(name, other) && memchr(name.p, '{', name.n) == NULL &&
        memchr(name.p, '/', name.n) == NULL && c->interfaces < 2) {
        c->interfaces++;
        c->score[FRR] += 10;
    }
}

/** Two, three or one blank before what stands below an interface. */
static void weigh_indent(size_t indent, struct count *c)
{
    if (c->in_interface && indent == 3)
        c->score[EOS] += 15;
    if (c->in_interface && indent == 2)
        c->score[NXOS] += 15;
    if (indent > 0)
        c->in_interface = false; /* once for each */
    if (c->score[EOS] > 100)
        c->score[EOS] = 99;
    if (c->score[NXOS] > 100)
        c->score[NXOS] = 99;
}

/** `ip address 192.0.2.1/24` is how FRR writes it, `ip address 192.0.2.1 255.255.255.0` how IOS
 * does. */
static void weigh_address(struct slice line, struct count *c)
{
    struct slice word, address, mask;
    bool lengthy;
    struct addr a;

    if (!slice_starts(line, "ip address ") && !slice_starts(line, "ipv6 address "))
        return;
    slice_word(&line, &word);
    slice_word(&line, &word);
    if (!slice_word(&line, &address))
        return;
    lengthy = memchr(address.p, '/', address.n) != NULL;
    if (!lengthy && (!slice_word(&line, &mask) || !addr_parse(mask, &a) || a.family != 4))
        return;
    if (c->addresses[lengthy]++ >= 2)
        c->addresses[lengthy] = 2;
    else if (lengthy)
        c->score[FRR] += 2;
    else
        c->score[IOS] += 10;
}

static void weigh(struct slice line, struct count *c)
{
    enum dialect told = rancid_type(line);

    if (told != DIALECTS)
        c->score[told] += 1000;
    for (size_t i = 0; line.n > 0 && i < MARKS; i++) {
        if (marks[i].start[0] != line.p[0] || c->hits[i] >= 2 ||
            !slice_starts(line, marks[i].start))
            continue;
        c->hits[i]++;
        c->score[marks[i].dialect] += marks[i].weight;
    }
    weigh_address(line, c);
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

static void look_at(struct slice raw, struct count *c)
{
    struct slice line = slice_trim(raw);

    weigh(line, c);
    if (line.n == 0)
        return;
    weigh_indent((size_t)(line.p - raw.p), c);
    if (line.p == raw.p)
        c->in_interface = false;
    if (line.p == raw.p && slice_starts(line, "interface "))
        weigh_interface(line, c);
    if (line.p[0] != '!' && line.p[0] != '#')
        *(is_frr_line(line) ? &c->frr : &c->other) += 1;
}

/** What the text looks like: DIALECTS for none. Its weight into *most, and whether it has the
 * words that IOS, IOS XR, NX-OS, EOS and FRR share into *of_family. */
static enum dialect look(struct slice text, int *most, bool *of_family)
{
    struct count c = {.in_interface = false};
    struct slice line;
    int best = 0;

    while (slice_line(&text, &line))
        look_at(line, &c);
    *of_family = c.frr > 1 && c.frr > c.other;
    if (c.score[FRR] < 100 && c.other > c.frr) /* mentions FRR rather than being of it */
        c.score[FRR] = 0;
    for (int i = 1; i < DIALECTS; i++) {
        if (c.score[i] > c.score[best])
            best = i;
    }
    *most = c.score[best];
    return c.score[best] >= 2 ? (enum dialect)best : DIALECTS;
}

static struct slice beginning(struct slice text)
{
    return (struct slice){text.p, text.n < LOOKED_AT ? text.n : LOOKED_AT};
}

const char *config_dialect(struct slice text)
{
    bool of_family;
    int most, foreign;
    enum dialect told = look(beginning(text), &most, &of_family);

    config_foreign(beginning(text), &foreign);
    return told != DIALECTS && most >= foreign ? names[told] : NULL;
}

bool config_is_foreign(struct slice text)
{
    bool of_family;
    int most, foreign;

    config_foreign(beginning(text), &foreign);
    look(beginning(text), &most, &of_family);
    return foreign >= FOREIGN_SURE && foreign > most;
}

const char *config_unlike(const struct agent_file *f)
{
    bool of_family;
    int most, foreign;
    const char *vendor = config_foreign(beginning(f->text), &foreign);

    look(beginning(f->text), &most, &of_family);
    if (foreign >= FOREIGN_ENOUGH)
        return vendor;
    return of_family
               ? "has words that IOS, IOS XR, NX-OS, EOS and FRR share, and too few to tell "
                 "which: name the dialect"
               : NULL;
}

bool config_is_named(struct slice text, const char *dialect)
{
    struct slice line;
    enum dialect told = DIALECTS;

    for (unsigned i = 0; told == DIALECTS && i < RANCID_LINES && slice_line(&text, &line); i++)
        told = rancid_type(line);
    return told != DIALECTS && strcmp(names[told], dialect) == 0;
}

/** What the contents tell; where they fit several, FRR has names of files of its own. */
static const char *told_of(const struct agent_file *f)
{
    static const char *const files[] = {"frr.conf",   "zebra.conf",   "bgpd.conf",
                                        "ospfd.conf", "ospf6d.conf",  "isisd.conf",
                                        "ripd.conf",  "staticd.conf", NULL};
    const char *told = config_dialect(f->text), *slash = strrchr(f->name, '/');
    const char *name = slash != NULL ? slash + 1 : f->name;
    bool of_family;
    int most, foreign;

    if (told != NULL)
        return told;
    config_foreign(beginning(f->text), &foreign);
    look(beginning(f->text), &most, &of_family);
    for (size_t i = 0; of_family && foreign == 0 && files[i] != NULL; i++) {
        if (strcmp(name, files[i]) == 0)
            return names[FRR];
    }
    return NULL;
}

static int likeness_of(const struct agent_dialect *d, const char *told)
{
    return told != NULL && strcmp(told, d->name) == 0 ? 60 : 0;
}

int config_likeness(const struct agent_file *f)
{
    return likeness_of(f->dialect, told_of(f));
}

const struct agent_dialect *config_guess(const struct agent_file *f)
{
    const char *told = told_of(f);
    const struct agent_dialect *best = NULL;
    int most = 0;

    for (const struct agent_dialect *const *d = config_dialects; *d != NULL; d++) {
        int likeness =
            (*d)->likeness == config_likeness ? likeness_of(*d, told) : (*d)->likeness(f);

        if (likeness > most) {
            most = likeness;
            best = *d;
        }
    }
    return best;
}

static int publish(struct agent *a, const struct agent_file *f, void *config,
                   struct batch_sink *sink, struct err *e)
{
    const struct config_language *l = f->dialect->parser;
    struct batch_head head = agent_file_batch(a, f, BATCH_REPLACE);
    int rc = sink->begin(sink, &head, e);

    if (rc != 0)
        return rc;
    rc = l->state(config, sink, e);
    if (rc == 0)
        return sink->commit(sink, e);
    sink->abort(sink);
    return rc;
}

int config_read(struct agent *a, const struct agent_file *f, struct batch_sink *sink,
                struct err *e)
{
    const struct config_language *l = f->dialect->parser;
    struct arena *scratch = arena_new(0);
    struct config_text t = {.path = f->path, .text = f->text, .platform = l->platform};
    const char *silence = NULL;
    void *config = NULL;
    int rc;

    t.node = scratch != NULL ? config_node_name(f->path, scratch) : NULL;
    rc = t.node != NULL ? l->parse(&t, &config, e)
                        : err_set(e, ERR_NOMEM, "%s: out of memory", f->path);
    if (rc == 0 && l->silence != NULL)
        silence = l->silence(config);
    if (silence != NULL)
        rc = err_set(e, ERR_NOENT, "%s", silence);
    else if (rc == 0)
        rc = publish(a, f, config, sink, e);
    l->release(config);
    arena_free(&scratch);
    return rc;
}

/** Without an ending that names no router. */
static struct slice plain_name(struct slice name)
{
    static const char *const endings[] = {".conf", ".cfg", ".txt", ".frr", ".config"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        size_t k = strlen(endings[i]);

        if (name.n > k && memcmp(name.p + name.n - k, endings[i], k) == 0)
            return (struct slice){name.p, name.n - k};
    }
    return name;
}

/** Names that files of all routers have: then the folder is named after the router. */
static bool is_common(struct slice name)
{
    static const char *const names_of_all[] = {
        "bird",           "bird4",   "bird6",        "frr",     "zebra",
        "bgpd",           "ospfd",   "ospf6d",       "isisd",   "staticd",
        "config",         "juniper", "active",       "running", "running-config",
        "startup-config", "startup", "configuration"};

    if (slice_starts(name, "show_run") || slice_starts(name, "show_conf"))
        return true;
    for (size_t i = 0; i < sizeof(names_of_all) / sizeof(*names_of_all); i++) {
        if (slice_eq(name, names_of_all[i]))
            return true;
    }
    return false;
}

const char *config_node_name(const char *file, struct arena *a)
{
    struct slice rest = slice_of(file), piece, name = rest, folder = {"", 0};

    while (slice_split(&rest, '/', &piece)) {
        folder = name.p == file && name.n == strlen(file) ? folder : name;
        name = piece;
    }
    name = plain_name(name);
    if (is_common(name) && folder.n > 0 && folder.p[0] != '.' && !slice_eq(folder, "configs") &&
        !slice_eq(folder, "etc"))
        name = folder;
    return arena_strndup(a, name.p, name.n);
}

const struct agent_dialect *const config_dialects[] = {
    &config_dialect_frr,  &config_dialect_junos, &config_dialect_sros,
    &config_dialect_bird, &config_dialect_ios,   &config_dialect_ios_xr,
    &config_dialect_nxos, &config_dialect_eos,   NULL,
};
