/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the two programs that fetch configurations lay them out: Oxidized in bare repositories,
 * one for each group or one for all, or in folders; RANCID in a group's folder, which is the
 * work tree of CVS, Subversion or git. Each router must be read by its own dialect, and what
 * lies beside them must become no router.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/agents/scratch.h"
#include "unit/agents/sources/rig.h"
#include "unit/cmocka_all.h"

extern const struct agent_ops agent_config;

struct file {
    const char *path, *text;
    const char *node, *platform; /* NULL: it is no router's */
};

/* --- configurations, headed as the programs head them --- */

#define IOS(name)                                                                              \
    "version 15.2\nhostname " name "\n!\ninterface GigabitEthernet0/1\n"                       \
    " ip address 192.0.2.1 255.255.255.252\n!\nrouter bgp 64500\n"                             \
    " neighbor 192.0.2.2 remote-as 64501\n!\nend\n"
#define JUNOS(name)                                                                            \
    "version 22.4R3;\nsystem {\n    host-name " name ";\n}\ninterfaces {\n    ge-0/0/1 {\n"    \
    "        unit 0 {\n            family inet {\n                address 192.0.2.5/30;\n"     \
    "            }\n        }\n    }\n}\n"
#define EOS(name)                                                                              \
    "hostname " name "\n!\ninterface Ethernet1\n   no switchport\n   ip address "              \
    "192.0.2.9/30\n"
#define NXOS(name)                                                                             \
    "version 7.3(13)N1(1)\nhostname " name "\nfeature bgp\n\ninterface Ethernet1/1\n"          \
    "  no switchport\n  ip address 192.0.2.13/30\n"
#define XR(name)                                                                               \
    "hostname " name "\ninterface TenGigE0/0/0/0\n ipv4 address 192.0.2.17 255.255.255.252\n"  \
    "!\nend\n"
#define SROS(name)                                                                             \
    "configure {\n    system {\n        name \"" name "\"\n    }\n    router \"Base\" {\n"     \
    "        interface \"to-a\" {\n            ipv4 {\n                primary {\n"            \
    "                    address 192.0.2.21\n                    prefix-length 30\n"           \
    "                }\n            }\n        }\n    }\n}\n"
#define FRR(name)                                                                              \
    "hostname " name "\n!\ninterface eth0\n ip address 192.0.2.25/30\n!\nrouter bgp 64500\n"

#define OXIDIZED_IOS(name)                                                                     \
    "! Cisco IOS Software, Version 15.2(4)S7\n! \n! Image: Software: "                         \
    "C7200-ADVENTERPRISEK9-M, "                                                                \
    "15.2(4)S7, RELEASE SOFTWARE (fc4)\n! Memory: nvram 509K\n! Processor ID: 4279256517\n! "  \
    "\n"                                                                                       \
    "! VTP: show vtp status\n! VTP: VTP Version capable             : 1 to 3\n! \n" IOS(name)
#define OXIDIZED_JUNOS(name)                                                                   \
    "# Model: srx300\n# Junos: 22.4R3-S2.11\n# JUNOS Software Release [22.4R3-S2.11]\n"        \
    "# Hardware inventory:\n# Chassis                                AA0000AA0000      "       \
    "SRX300\n"                                                                                 \
    "#     Xcvr 6       REV 01   740-031850   S2001411089       SFP-LX10\n# \n"                \
    "## Last commit: 2024-12-06 11:41:05 UTC by root\n" JUNOS(name)
#define OXIDIZED_EOS(name)                                                                     \
    "! System Information\n!   Model                     Description\n"                        \
    "!   DCS-7050SX3-48YC8         48x25GbE SFP+ & 8x100GbE QSFP Switch\n"                     \
    "! device: " name " (DCS-7050SX3-48YC8, EOS-4.29.2F)\n!\n" EOS(name)
#define OXIDIZED_NXOS(name)                                                                    \
    "! Cisco Nexus Operating System (NX-OS) Software\n! TAC support: "                         \
    "http://www.cisco.com/tac\n"                                                               \
    "! Software\n!   BIOS:      version 3.6.0\n! \n" NXOS(name)
#define OXIDIZED_SROS(name)                                                                    \
    "# TiMOS-B-23.10.R1 both/x86_64 Nokia 7750 SR Copyright (c) 2000-2023 Nokia.\n"            \
    "# Chassis Information\n#   Name : " name "\n" SROS(name)

#define RANCID(type, more, config)         "!RANCID-CONTENT-TYPE: " type "\n!\n" more config
#define RANCID_OF_HASH(type, more, config) "#RANCID-CONTENT-TYPE: " type "\n#\n" more config

/* --- in a repository or a folder --- */

static void read_from(struct rig *r, const struct scratch *s, const char *where)
{
    struct err e = {0};
    char yaml[512];

    snprintf(yaml, sizeof(yaml), where, s->path);
    if (rig_open(r, &agent_config, yaml, FACT_NONE, &e) != 0)
        fail_msg("%s", e.msg);
    rig_collect(r);
}

static size_t addresses(const struct memory_batch *b)
{
    const struct fact_interface *v = FACTS(&b->facts, interface, INTERFACE);
    size_t n = 0;

    for (size_t i = 0; i < FACTS_N(&b->facts, INTERFACE); i++)
        n += v[i].addrs.n;
    return n;
}

/* Each router is there with its name and its platform, and nothing else is a scope; `below` is
 * the part of the paths that scopes leave out. */
static void expect_routers(const struct rig *r, const struct file *v, size_t n,
                           const char *below)
{
    size_t routers = 0, scopes = 0;

    for (size_t i = 0; i < n; i++) {
        const char *scope = v[i].path + strlen(below);
        const struct memory_batch *b;

        if (strncmp(v[i].path, below, strlen(below)) != 0)
            continue;
        b = rig_scope(r, scope);
        if (v[i].node == NULL && b != NULL)
            fail_msg("%s became a scope", scope);
        if (v[i].node == NULL)
            continue;
        if (b == NULL || b->failed || FACTS_N(&b->facts, NODE) != 1)
            fail_msg("%s: %s", scope, b != NULL && b->failed ? b->why.msg : "no node");
        assert_string_equal(FACTS(&b->facts, node, NODE)[0].node, v[i].node);
        assert_string_equal(FACTS(&b->facts, node, NODE)[0].platform, v[i].platform);
        if (addresses(b) != 1)
            fail_msg("%s: %zu addresses instead of one", scope, addresses(b));
        routers++;
    }
    for (size_t i = 0; i < r->sink.n; i++)
        scopes += strcmp(r->sink.v[i].head.origin.scope, ".") != 0;
    assert_int_equal(scopes, routers);
}

static void write_all(const struct scratch *s, const char *folder, const struct file *v,
                      size_t n)
{
    char path[256];

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, v[i].path);
        scratch_write(s, path, v[i].text);
    }
}

#define N(v) (sizeof(v) / sizeof(*(v)))

/* --- Oxidized --- */

static const struct file group[] = {
    {"edge1.example.net", OXIDIZED_IOS("edge1"), "edge1", "ios"},
    {"fw-1", OXIDIZED_JUNOS("fw-1"), "fw-1", "junos"},
    {"leaf1", OXIDIZED_EOS("leaf1"), "leaf1", "eos"},
    {"n5k", OXIDIZED_NXOS("n5k"), "n5k", "nxos"},
    {"pe7", OXIDIZED_SROS("pe7"), "pe7", "sros"},
};

/* A bare repository in which nothing was ever checked out, `first.git`. */
static void test_oxidized_groups(void **state)
{
    struct scratch s;
    struct rig r;

    (void)state;
    if (!scratch_open(&s))
        skip();
    scratch_run(&s, "git init -q --bare first.git && git init -q --bare default.git && "
                    "git clone -q first.git w");
    for (size_t i = 0; i < N(group); i++) { /* a commit for each router */
        write_all(&s, "w", &group[i], 1);
        scratch_run(&s,
                    "cd w && git add . && git commit -qm 'update %s' && "
                    "git push -q origin HEAD",
                    group[i].path);
    }
    scratch_run(&s, "git -C first.git symbolic-ref HEAD refs/heads/$(git -C w branch "
                    "--show-current) && rm -rf w && git -C first.git pack-refs --all && "
                    "git -C first.git gc -q");
    read_from(&r, &s, "repository: %s/first.git\n");
    expect_routers(&r, group, N(group), "");
    rig_close(&r);
    scratch_close(&s);
}

/* `single_repo`: groups are folders; what models give apart from the configuration has names
 * with "--", in a folder of its kind with `type_as_directory`. */
static void test_oxidized_single_repository(void **state)
{
    static const struct file all[] = {
        {"default-node", OXIDIZED_IOS("default-node"), "default-node", "ios"},
        {"first/edge1", OXIDIZED_IOS("edge1"), "edge1", "ios"},
        {"first/fw-1", OXIDIZED_JUNOS("fw-1"), "fw-1", "junos"},
        {"second/leaf1", OXIDIZED_EOS("leaf1"), "leaf1", "eos"},
        {".spare/edge9", OXIDIZED_IOS("edge9"), NULL, NULL},
        {"inventory/leaf1--modules", "Module    Ports Card Type\n1         52    DCS\n", NULL,
         NULL},
        {"leaf1--vlans", "VLAN  Name                             Status\n1     default\n", NULL,
         NULL},
    };
    struct scratch s;
    struct rig r;

    (void)state;
    if (!scratch_open(&s))
        skip();
    scratch_run(&s, "git init -q w");
    write_all(&s, "w", all, N(all));
    scratch_run(&s, "cd w && git add . && git commit -qm 'update all' && cd .. && "
                    "git clone -q --bare w devices.git && rm -rf w");
    read_from(&r, &s, "repository: %s/devices.git\n");
    expect_routers(&r, all, N(all), "");
    rig_close(&r);
    /* one group of it: the top is none of its business */
    read_from(&r, &s, "repository: %s/devices.git\nfolder: first\n");
    assert_non_null(rig_scope(&r, "first/edge1"));
    assert_null(rig_scope(&r, "second/leaf1"));
    assert_null(rig_scope(&r, "default-node"));
    rig_close(&r);
    /* a hidden one only when it is asked for */
    read_from(&r, &s, "repository: %s/devices.git\nfolder: .spare\n");
    assert_non_null(rig_scope(&r, ".spare/edge9"));
    rig_close(&r);
    scratch_close(&s);
}

/* `output: file`: folders of groups side by side. */
static void test_oxidized_files(void **state)
{
    struct scratch s;
    struct rig r;

    (void)state;
    if (!scratch_open(&s))
        skip();
    write_all(&s, "group1", group, N(group));
    scratch_write(&s, "configs/lonely", OXIDIZED_IOS("lonely"));
    read_from(&r, &s, "path: %s/group1\n");
    expect_routers(&r, group, N(group), "");
    rig_close(&r);
    scratch_close(&s);
}

/* --- RANCID --- */

/* As IOS writes it, too. */
#define STAMPS "service timestamps log datetime msec\nservice timestamps debug datetime msec\n"

/* The header decides, whatever the rest may look like: these have little else to go by. */
static const struct file rancid[] = {
    {"configs/agg1.example.net",
     RANCID("cisco", "!Chassis type: ASR1001\n!CPU: ASR1001\n!\n!Memory: main 4194304K\n!\n",
            "hostname agg1\ninterface Ethernet1\n ip address 192.0.2.1/30\n"),
     "agg1", "ios"},
    {"configs/agg2", RANCID("cisco-nx", "!Chassis: Nexus5548\n!\n", NXOS("agg2")), "agg2",
     "nxos"},
    {"configs/agg3", RANCID("cisco-xr", "!Image: bootflash:disk0\n!\n", XR("agg3")), "agg3",
     "ios-xr"},
    {"configs/agg4", RANCID("ios-xr7", "!\n" STAMPS, XR("agg4")), "agg4", "ios-xr"},
    {"configs/agg5", RANCID("ios-exr", "!\n" STAMPS, XR("agg5")), "agg5", "ios-xr"},
    {"configs/agg6", RANCID("arista", "!Chassis type: DCS-7280\n!\n", EOS("agg6")), "agg6",
     "eos"},
    {"configs/agg7",
     RANCID("frr", "!Image: FRRouting 8.4.4 (agg7)\n!\n",
            "hostname agg7\ninterface GigabitEthernet0\n ip address 192.0.2.1/30\n"),
     "agg7", "frr"},
    {"configs/pe1",
     RANCID_OF_HASH("junos", "# rancid@pe1> show chassis hardware\n# Chassis  JN1 MX204\n#\n",
                    JUNOS("pe1")),
     "pe1", "junos"},
    {"configs/pe2", RANCID_OF_HASH("junos-evo", "", JUNOS("pe2")), "pe2", "junos"},
    {"configs/pe3", RANCID_OF_HASH("juniper-srx", "", JUNOS("pe3")), "pe3", "junos"},
    {"configs/pe4", "#RANCID-CONTENT-TYPE: sros-md\n# Chassis 7750\n" SROS("pe4"), "pe4",
     "sros"},
    /* what lies beside them */
    {"router.db", "agg1.example.net;cisco;up\npe1;junos;up;hostname x\n# frr version 8\n", NULL,
     NULL},
    {"routers.all", "agg1.example.net;cisco\npe1;junos\n", NULL, NULL},
    {"routers.up", "agg1.example.net;cisco\n", NULL, NULL},
    {"routers.down", "pe1;junos\n", NULL, NULL},
    {"configs/.gitignore", ".old\n*.new\n*.raw\n", NULL, NULL},
};

/* Not in the repository, but in the group's folder: half-fetched ones, and the version control
 * system's own files, some of which are whole configurations. */
static const struct file leftovers[] = {
    {"configs/agg1.example.net.new", RANCID("cisco", "", IOS("agg1")), NULL, NULL},
    {"configs/agg1.example.net.raw", "agg1#show running-config\n" IOS("agg1"), NULL, NULL},
    {"configs/.#agg2.1.17", RANCID("cisco-nx", "", NXOS("agg2")), NULL, NULL},
    {"configs/CVS/Entries", "/agg1.example.net/1.5/Sun Nov 22 00:20:34 2026//\nD\n", NULL,
     NULL},
    {"configs/CVS/Repository", "group/configs\n", NULL, NULL},
    {"configs/CVS/Root", "/var/lib/rancid/CVS\n", NULL, NULL},
    {"configs/CVS/Base/agg2", RANCID("cisco-nx", "", NXOS("agg2")), NULL, NULL},
    {"CVS/Entries", "D/configs////\n/router.db/1.2/Sun Nov 22 00:20:34 2026//\n", NULL, NULL},
    {".svn/pristine/4f/4f00.svn-base", RANCID("cisco", "", IOS("agg1")), NULL, NULL},
    {".svn/entries", "12\n", NULL, NULL},
};

/* The work tree of the group, with `folder: configs` or without. */
static void test_rancid_folder(void **state)
{
    struct scratch s;
    struct rig r;

    (void)state;
    if (!scratch_open(&s))
        skip();
    write_all(&s, "rancid/group", rancid, N(rancid));
    write_all(&s, "rancid/group", leftovers, N(leftovers));
    read_from(&r, &s, "path: %s/rancid/group/configs\n");
    expect_routers(&r, rancid, N(rancid), "configs/");
    rig_close(&r);
    read_from(&r, &s, "path: %s/rancid/group\n");
    expect_routers(&r, rancid, N(rancid), "");
    rig_close(&r);
    scratch_close(&s);
}

/* CVS's repository itself holds every version of each file, in one. */
static void test_rancid_cvs_repository(void **state)
{
    static const struct file all[] = {
        {"configs/agg1,v",
         "head\t1.2;\naccess;\nsymbols;\nlocks; strict;\ncomment\t@# @;\n\n\n1.2\ndate\t"
         "2026.11.22.00.20.34;\tauthor rancid;\tstate Exp;\nbranches;\nnext\t1.1;\n\n\n"
         "desc\n@@\n\n\n1.2\nlog\n@updates\n@\ntext\n@" RANCID("cisco", "", IOS("agg1")) "@\n",
         NULL, NULL},
        {"router.db,v", "head\t1.1;\n", NULL, NULL},
    };
    struct scratch s;
    struct rig r;

    (void)state;
    if (!scratch_open(&s))
        skip();
    write_all(&s, "CVS/group", all, N(all));
    read_from(&r, &s, "path: %s/CVS/group\n");
    expect_routers(&r, all, N(all), "");
    rig_close(&r);
    scratch_close(&s);
}

/* git: a bare repository named as the group, and its clone to work in. */
static void test_rancid_git(void **state)
{
    struct scratch s;
    struct rig r;

    (void)state;
    if (!scratch_open(&s))
        skip();
    scratch_run(&s,
                "mkdir GIT && git init -q --bare GIT/group && git clone -q GIT/group group");
    write_all(&s, "group", rancid, N(rancid));
    scratch_run(&s,
                "cd group && git add . && git commit -qm updates && git push -q origin HEAD "
                "&& git -C ../GIT/group symbolic-ref HEAD refs/heads/$(git branch "
                "--show-current)");
    write_all(&s, "group", leftovers, N(leftovers));
    read_from(&r, &s, "repository: %s/GIT/group\nfolder: configs\n");
    expect_routers(&r, rancid, N(rancid), "");
    rig_close(&r);
    read_from(&r, &s, "repository: %s/group\n");
    expect_routers(&r, rancid, N(rancid), "");
    rig_close(&r);
    scratch_close(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oxidized_groups),
        cmocka_unit_test(test_oxidized_single_repository),
        cmocka_unit_test(test_oxidized_files),
        cmocka_unit_test(test_rancid_folder),
        cmocka_unit_test(test_rancid_cvs_repository),
        cmocka_unit_test(test_rancid_git),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
