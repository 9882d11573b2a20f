/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/frr/frr.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sources/config_dialect.h"
#include "unit/agents/sources/said.h"
#include "unit/cmocka_all.h"

static int state_frr(void *parsed, struct batch_sink *sink, struct err *e)
{
    return frr_state(parsed, sink, e);
}

/** What a text says, as said_of() has it; to be freed. */
static char *facts_of(const char *name, const char *node, struct slice text)
{
    struct frr *c = NULL;
    struct err e = {0};
    char *lines;

    assert_int_equal(frr_read(name, node, text, &c, &e), 0);
    lines = said_of(state_frr, c);
    frr_free(&c);
    assert_null(c);
    return lines;
}

static char *facts_of_text(const char *text)
{
    return facts_of("f", "n", slice_of(text));
}

static char *load(const char *path, size_t *n)
{
    FILE *f = fopen(path, "r");
    char *text = malloc(1 << 20);

    assert_non_null(f);
    assert_non_null(text);
    *n = fread(text, 1, (1 << 20) - 1, f);
    text[*n] = '\0';
    fclose(f);
    return text;
}

static void expect_line(const char *facts, const char *line)
{
    const char *at = strstr(facts, line);

    if (at == NULL)
        fail_msg("no line has\n%s\nin\n%s", line, facts);
}

/** Each named configuration gives just the facts that stand next to it. */
static void test_golden(void **state)
{
    static const char *const names[] = {"edge", "old"};
    (void)state;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char path[64], name[16];
        size_t n, m;
        char *text, *want, *got;

        snprintf(name, sizeof(name), "%s.conf", names[i]);
        snprintf(path, sizeof(path), "data/config/%s", name);
        text = load(path, &n);
        snprintf(path, sizeof(path), "data/config/%s.facts", names[i]);
        want = load(path, &m);
        got = facts_of(name, names[i], (struct slice){text, n});
        assert_string_equal(got, want);
        free(text);
        free(want);
        free(got);
    }
}

/** Wherever a secret or a description may stand, nothing of it comes out. */
static void test_canary(void **state)
{
    static const char *const lines[] = {
        "password CANARY",
        "password 8 CANARY",
        "enable password CANARY",
        "CANARY",
        "no CANARY",
        "enable secret 5 CANARY",
        "username CANARY password CANARY",
        "username ip CANARY",
        "snmp-server community CANARY ro",
        "key chain CANARY\n key 1\n  key-string CANARY",
        "hostname r CANARY",
        "banner motd line CANARY",
        "banner motd file ip CANARY",
        "log syslog CANARY",
        "key-string CANARY",
        "ip CANARY",
        "ip ospf CANARY",
        "no ip CANARY",
        "interface e0\n description CANARY\n ip ospf authentication-key CANARY\n"
        " ip ospf message-digest-key 1 md5 CANARY\n isis password md5 CANARY\n"
        " ipv6 ospf6 authentication key-id 1 hash-algo md5 key CANARY\n vrrp CANARY\n"
        " ip CANARY CANARY\n ip ospf cost CANARY\n ip ospf area CANARY\n ip address CANARY\n"
        " ip rip authentication string CANARY\n bandwidth CANARY\n isis metric CANARY",
        "router isis A\n area-password clear CANARY\n domain-password md5 CANARY authenticate "
        "snp validate\n net CANARY",
        "router ospf\n area 0 authentication CANARY\n area 1 virtual-link 10.0.0.1 "
        "authentication-key CANARY\n router-id CANARY\n network CANARY area CANARY",
        "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 password CANARY\n"
        " neighbor 10.0.0.1 description CANARY\n neighbor 10.0.0.1 shutdown message CANARY\n"
        " neighbor 10.0.0.1 CANARY\n neighbor 10.0.0.2 password CANARY\n bgp CANARY\n"
        " no neighbor 10.0.0.1 password CANARY\n neighbor 10.0.0.1 remote-as CANARY\n"
        " bgp listen range 10.0.0.0/8 peer-group CANARY\n distance CANARY\n rd vpn CANARY\n"
        " neighbor 10.0.0.1 ebgp-multihop CANARY\n neighbor 10.0.0.1 local-as CANARY",
        "route-map R permit 10\n description CANARY\n match CANARY CANARY\n set CANARY\n"
        " set community CANARY\n set extcommunity rt CANARY\n set ip next-hop CANARY\n"
        " match ip address CANARY CANARY\n CANARY",
        "ip prefix-list L description CANARY",
        "access-list L remark CANARY",
        "access-list L permit CANARY",
        "ip prefix-list L permit CANARY",
        "bgp community-list standard L permit CANARY",
        "ip route CANARY",
        "router CANARY",
        "ip route 10.0.0.0/8",
        "rpki\n rpki cache ssh 10.0.0.1 22 CANARY CANARY CANARY",
        "mpls ldp\n neighbor 10.0.0.1 password CANARY",
        "bfd\n peer CANARY",
        "segment-routing\n traffic-eng\n  pcep\n   pcc\n    peer CANARY",
        "vrf A\n description CANARY\n CANARY",
        "frr version CANARY",
        "frr defaults CANARY",
        "router rip\n neighbor CANARY",
        "address-family CANARY",
        "vnc CANARY",
        "router bgp 7\n address-family ipv4 vpn\n  rt vpn both CANARY\n exit-address-family",
        "line vty\n password CANARY",
        "! CANARY",
        "# CANARY",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        char text[1024], *facts;

        snprintf(text, sizeof(text), "%s\n", lines[i]);
        facts = facts_of_text(text);
        if (strstr(facts, "CANARY") != NULL)
            fail_msg("a value came out of\n%s\n%s", lines[i], facts);
        free(facts);
    }
}

static void expect_error(const char *text, size_t n, int code, const char *part)
{
    struct frr *c = NULL;
    struct err e = {0};

    assert_int_equal(frr_read("r1", "r1", (struct slice){text, n}, &c, &e), code);
    assert_null(c);
    if (strstr(e.msg, part) == NULL)
        fail_msg("%s: not in: %s", part, e.msg);
}

static void test_broken_files(void **state)
{
    static const char nul[] = "hostname a\nip\0route\n";
    char *line = malloc(FRR_MAX_LINE + 8);
    (void)state;

    expect_error("", 0, ERR_PARSE, "r1: the file is empty");
    expect_error(nul, sizeof(nul) - 1, ERR_PARSE, "r1:2:3: not a text file");
    expect_error("\xff\xfe\n", 3, ERR_PARSE, "r1:1:1: not a text file");
    expect_error("Current configuration:\n!\nhostname a\n", 36, ERR_PARSE,
                 "r1:3:1: cut off: the closing \"end\"");
    expect_error("router bgp 1\n address-family ipv4\n  neigh", 40, ERR_PARSE,
                 "r1:3:1: cut off within an address family");
    memset(line, 'x', FRR_MAX_LINE + 1);
    line[0] = '!';
    expect_error(line, FRR_MAX_LINE + 1, ERR_LIMIT, "r1:1:1: the line is longer");
    free(line);
}

static void test_too_many_words_and_lines(void **state)
{
    size_t n = 2 * (FRR_MAX_LINES + 1);
    char *text = malloc(n);
    (void)state;

    assert_non_null(text);
    for (size_t i = 0; i < n; i++)
        text[i] = i % 2 == 0 ? '!' : '\n';
    expect_error(text, n, ERR_LIMIT, "more than 1000000 lines");
    for (size_t i = 0; i < n; i++)
        text[i] = i % 2 == 0 ? 'a' : ' ';
    expect_error(text, 20000, ERR_PARSE, "too many words");
    free(text);
}

/** What a file of 1,000 senseless lines says stays small. */
static void test_notes_are_bounded(void **state)
{
    struct buf text = {0};
    char *facts;
    (void)state;

    for (int i = 0; i < 1000; i++)
        buf_str(&text, "nonsense\n");
    facts = facts_of_text(buf_cstr(&text));
    expect_line(facts, "f:200:1: (unknown word): not understood");
    assert_null(strstr(facts, "f:201:1"));
    expect_line(facts, "ignored f: 800 further statements were passed over");
    free(facts);
    buf_free(&text);
}

/** Defaults in force by version and profile. */
static void test_defaults(void **state)
{
    static const struct {
        const char *head;
        const char *policy, *check;
    } cases[] = {
        {"", "\"ebgp_requires_policy\":1", "\"import_check\":1"},
        {"frr version 7.3.1\n", "\"ebgp_requires_policy\":0", "\"import_check\":0"},
        {"frr version 7.4\n", "\"ebgp_requires_policy\":1", "\"import_check\":1"},
        {"frr version 10.2_git\n", "\"ebgp_requires_policy\":1", "\"import_check\":1"},
        {"frr version 8.5\nfrr defaults datacenter\n", "\"ebgp_requires_policy\":0",
         "\"import_check\":1"},
        {"frr version 7.0\nfrr defaults datacenter\n", "\"ebgp_requires_policy\":0",
         "\"import_check\":1"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[256], *facts;

        snprintf(text, sizeof(text), "%srouter bgp 1\n network 10.0.0.0/8\n", cases[i].head);
        facts = facts_of_text(text);
        expect_line(facts, cases[i].policy);
        expect_line(facts, cases[i].check);
        free(facts);
    }
}

/** Which families a neighbour carries. */
static void test_activation(void **state)
{
    char *facts = facts_of_text("router bgp 1\n neighbor 10.0.0.1 remote-as 2\n");
    (void)state;

    expect_line(facts, "\"family\":4,\"peer_addr\":\"10.0.0.1\"");
    assert_null(strstr(facts, "\"family\":6"));
    free(facts);
    facts = facts_of_text("router bgp 1\n bgp default ipv6-unicast\n"
                          " no bgp default ipv4-unicast\n neighbor 10.0.0.1 remote-as 2\n");
    expect_line(facts, "\"family\":6,\"peer_addr\":\"10.0.0.1\"");
    assert_null(strstr(facts, "\"family\":4"));
    free(facts);
    facts = facts_of_text("router bgp 1\n neighbor G peer-group\n neighbor G remote-as 2\n"
                          " neighbor 10.0.0.1 peer-group G\n address-family ipv4 unicast\n"
                          "  no neighbor G activate\n exit-address-family\n"
                          " address-family ipv6\n  neighbor G activate\n"
                          "  neighbor G route-map M in\n exit-address-family\n");
    expect_line(facts, "\"family\":6,\"peer_addr\":\"10.0.0.1\",\"peer_asn\":2,"
                       "\"import_policy\":\"M\"");
    expect_line(facts, "{\"node\":\"n\",\"name\":\"M\",\"seq\":0,\"action\":\"deny\"}");
    assert_null(strstr(facts, "\"family\":4"));
    free(facts);
}

/** A neighbour's own word counts more than its group's. */
static void test_inheritance(void **state)
{
    char *facts = facts_of_text(
        "router bgp 1\n neighbor G peer-group\n neighbor G remote-as external\n"
        " neighbor G ebgp-multihop 4\n neighbor G shutdown\n neighbor G route-map A in\n"
        " neighbor G next-hop-self force\n neighbor 10.0.0.1 peer-group G\n"
        " no neighbor 10.0.0.1 shutdown\n neighbor 10.0.0.1 remote-as 7\n"
        " neighbor 10.0.0.1 route-map B in\n neighbor 10.0.0.2 peer-group G\n"
        "route-map A permit 1\nroute-map B permit 1\n");
    (void)state;

    expect_line(facts, "\"peer_addr\":\"10.0.0.1\",\"peer_asn\":7,\"import_policy\":\"B\","
                       "\"next_hop_self\":2,\"multihop\":4}");
    expect_line(facts, "\"peer_addr\":\"10.0.0.2\",\"external\":1,\"shutdown\":1,"
                       "\"import_policy\":\"A\",\"next_hop_self\":2,\"multihop\":4}");
    free(facts);
}

/** A list with an entry that can't be told makes what goes by it untold. */
static void test_opaque_lists(void **state)
{
    char *facts =
        facts_of_text("access-list 100 permit tcp any any\nip prefix-list P permit bad\n"
                      "route-map R permit 10\n match ip address 100\nrouter bgp 1\n"
                      " neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 prefix-list P in\n");
    (void)state;

    expect_line(facts, "\"match\":[\"unknown access-list4\"]");
    expect_line(facts, "\"import_policy\":\"(all) behind prefix-list P\"");
    expect_line(facts, "\"match\":[\"unknown prefix-list\"]");
    assert_null(strstr(facts, "import_list"));
    assert_null(strstr(facts, "match_list"));
    free(facts);
}

/** Statements find their block with and without indentation and "exit". */
static void test_blocks(void **state)
{
    char *facts = facts_of_text(
        "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n address-family ipv6 unicast\n"
        "  neighbor 10.0.0.1 activate\n  network 2001:db8::/32\n"
        "interface e0\n link-params\n  bandwidth 9\n exit-link-params\n ip address "
        "10.0.0.2/31\n"
        "router rip\n network e0\nip route 10.0.0.0/8 e0\n"
        "pbr-map X seq 1\n set nexthop 10.9.9.9\n!\nvrf V\n ip route 10.1.0.0/16 reject\n"
        "ip route 10.2.0.0/16 blackhole\nend\ninterface never\n");
    (void)state;

    expect_line(facts, "\"prefix\":\"2001:db8::/32\"");
    expect_line(facts, "\"name\":\"e0\",\"table\":\"\",\"addrs\":[\"10.0.0.2/31\"]}");
    expect_line(facts, "\"prefix\":\"10.0.0.0/8\",\"protocol\":\"static\",\"next_hops\":[\"\"],"
                       "\"interfaces\":[\"e0\"]}");
    expect_line(facts, "\"table\":\"V\",\"layer\":\"config\",\"prefix\":\"10.1.0.0/16\"");
    assert_null(strstr(facts, "capacity"));
    assert_null(strstr(facts, "never"));
    free(facts);
}

static void test_dialects(void **state)
{
    static const struct {
        const char *text, *dialect;
    } cases[] = {
        {"", NULL},
        {"Dear all,\nthe router bgp was restarted.\n", NULL},
        {"frr version 8\n", "frr"},
        {"router bgp 1\n neighbor 10.0.0.1 remote-as 2\nrouter ospf\n", "frr"},
        {"interface e0\n ip address 10.0.0.1/24\n", "frr"},
        {"interface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n", "ios"},
        {"protocol bgp x {\n local as 1;\n}\n", "bird"},
        {"set system host-name a\n", "junos"},
        {"! device: sw1 (vEOS, EOS-4.29)\n", "eos"},
        {"!Command: show running-config\nfeature bgp\n", "nxos"},
        {"!! IOS XR Configuration 7.0\n", "ios-xr"},
        {"# TiMOS-C-20\n", "sros"},
        {"print('x')\nimport y\n'''\nrouter isis A\nrouter isis B\n'''\n", NULL},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *got = config_dialect(slice_of(cases[i].text));

        if (got == NULL || cases[i].dialect == NULL)
            assert_ptr_equal(got, cases[i].dialect);
        else
            assert_string_equal(got, cases[i].dialect);
    }
}

/* RANCID's line is enough, for the source as for a file alone. */
static void test_named(void **state)
{
    static const struct {
        const char *text, *dialect;
    } cases[] = {
        {"# RANCID-CONTENT-TYPE: juniper\n#\nsystem {\n host-name a;\n}\n", "junos"},
        {"#RANCID-CONTENT-TYPE: sros\n#\n", "sros"},
        {"!RANCID-CONTENT-TYPE: cisco\n!\nhostname a\n", "ios"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct agent_file f = {.name = "f", .path = "f", .text = slice_of(cases[i].text)};
        const struct agent_dialect *guesses[] = {config_guess(&f),
                                                 agent_dialect_guess(config_dialects, &f)};

        for (size_t k = 0; k < 2; k++) {
            assert_non_null(guesses[k]);
            assert_string_equal(guesses[k]->name, cases[i].dialect);
        }
    }
}

/** Real configurations of whole networks: nothing in them is passed over. */
static size_t check_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *d;
    size_t files = 0;

    while (dir != NULL && (d = readdir(dir)) != NULL) {
        char path[1024], *text, *facts;
        size_t n;

        if (d->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
        if (d->d_type == DT_DIR) {
            files += check_folder(path);
            continue;
        }
        text = load(path, &n);
        if (config_dialect((struct slice){text, n}) != NULL &&
            strcmp(config_dialect((struct slice){text, n}), "frr") == 0) {
            facts = facts_of(d->d_name, d->d_name, (struct slice){text, n});
            expect_line(facts, "bgp_session");
            if (strstr(facts, "\nignored ") != NULL)
                fail_msg("%s", strstr(facts, "\nignored "));
            free(facts);
            files++;
        }
        free(text);
    }
    if (dir != NULL)
        closedir(dir);
    return files;
}

/** Addresses that Cumulus keeps outside of FRR, in what Oxidized makes one file of. */
static void test_ifupdown(void **state)
{
    static const char text[] =
        "n\n# This file describes the network interfaces\nsource /etc/network/interfaces.d/*\n"
        "auto lo\niface lo inet loopback\n    address 192.0.2.1/32\n"
        "auto eth0\niface eth0 inet dhcp\n    vrf mgmt\n"
        "auto swp1\niface swp1\n    address 198.51.100.0/31\n    address 2001:db8::1/64\n"
        "    mtu 9216\n    alias to the north CANARY\n"
        "iface swp2\n    address 10.0.0.1\n    netmask 255.255.255.0\n    gateway 10.0.0.9\n"
        "    vrf red\n    post-up ip route add CANARY\n"
        "iface red\n    vrf-table auto\n    address 192.0.2.9/32\n"
        "iface bond1\n    bond-slaves swp3 swp4\n    link-down yes\n"
        "iface vlan10\n    address-virtual 44:38:39:ff:00:10 10.1.0.1/24\n    vlan-id 10\n"
        "frr version 7.4\nfrr defaults datacenter\nhostname n\n"
        "interface swp1\n ip ospf area 0\n!\nrouter ospf\n ospf router-id 192.0.2.1\n";
    static const char *const want[] = {
        "\"name\":\"lo\",\"table\":\"\",\"addrs\":[\"192.0.2.1/32\"]",
        "\"name\":\"eth0\",\"table\":\"mgmt\"",
        "\"name\":\"swp1\",\"table\":\"\",\"addrs\":[\"198.51.100.0/31\",\"2001:db8::1/64\"]",
        "\"mtu\":9216",
        "\"name\":\"swp2\",\"table\":\"red\",\"addrs\":[\"10.0.0.1/24\"]",
        "\"table\":\"red\",\"layer\":\"config\",\"prefix\":\"0.0.0.0/"
        "0\",\"protocol\":\"static\","
        "\"next_hops\":[\"10.0.0.9\"]",
        "\"name\":\"red\",\"table\":\"red\",\"addrs\":[\"192.0.2.9/32\"]",
        "\"parent\":\"bond1\"",
        "\"name\":\"bond1\",\"table\":\"\",\"up\":0",
        "\"addrs\":[\"10.1.0.1/24\"]",
        "\"interface\":\"swp1\",\"table\":\"\",\"protocol\":\"ospf\"",
        "commands of ifupdown are not followed",
    };
    char *got = facts_of("f", "n", slice_of(text));
    (void)state;

    for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
        if (strstr(got, want[i]) == NULL)
            fail_msg("%s is not in\n%s", want[i], got);
    }
    assert_null(strstr(got, "CANARY"));
    free(got);
}

static void test_published(void **state)
{
    static const char *const captures[] = {"a", "g11", "g12"};
    const char *shared = getenv("RIALTO_SHARED");
    (void)state;

    if (shared == NULL) {
        print_message("RIALTO_SHARED is not set: no published configurations were read\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(captures) / sizeof(*captures); i++) {
        char path[512];
        size_t n;

        snprintf(path, sizeof(path), "%s/lab/%s/configs", shared, captures[i]);
        n = check_folder(path);
        print_message("%s: %zu configurations\n", captures[i], n);
        assert_true(n > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_canary),
        cmocka_unit_test(test_broken_files),
        cmocka_unit_test(test_too_many_words_and_lines),
        cmocka_unit_test(test_notes_are_bounded),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_activation),
        cmocka_unit_test(test_inheritance),
        cmocka_unit_test(test_opaque_lists),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_ifupdown),
        cmocka_unit_test(test_published),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
