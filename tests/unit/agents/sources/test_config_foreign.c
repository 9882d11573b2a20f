/* SPDX-License-Identifier: Apache-2.0 */
/* Languages of configurations that are not read, and those that they are mistaken for. */
#include "agents/sources/config_foreign.h"

#include <string.h>

#include "agents/sources/config_dialect.h"
#include "unit/cmocka_all.h"

/** What is said of a file of that name, whichever dialect it is taken for; "" for nothing. */
static const char *told(const char *name, const char *text)
{
    struct agent_file f = {.name = name, .path = name, .text = slice_of(text)};
    const struct agent_dialect *d = config_guess(&f);
    const char *why = d == NULL ? config_unlike(&f) : NULL;

    return d != NULL ? d->name : why != NULL ? why : "";
}

struct example {
    const char *name, *text, *says;
};

static void check(const struct example *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = told(v[i].name, v[i].text);

        if (strncmp(got, v[i].says, strlen(v[i].says)) != 0 ||
            (v[i].says[0] == '\0' && got[0] != '\0'))
            fail_msg("of\n%s\nit says %s instead of %s", v[i].text, got, v[i].says);
    }
}

#define CHECK(v) check((v), sizeof(v) / sizeof(*(v)))

/* Each would else be read as the language whose words it has, or as nothing. */
static void vendors(void **state)
{
    static const struct example v[] = {
        {"r",
         "ASA Version 9.9(2)\nhostname a\ninterface GigabitEthernet0/1\n nameif in\n"
         " ip address 192.0.2.1 255.255.255.0\n",
         "looks like Cisco's ASA, which is not read"},
        {"r",
         "interface ethernet 1\n ip address 192.0.2.1 255.255.255.0\nslb server A 192.0.2.2\n",
         "looks like A10's ACOS"},
        {"r", "set deviceconfig system hostname a\nset network interface ethernet e\n",
         "looks like Palo Alto's PAN-OS"},
        {"r", "#config-version=FGT-6\nconfig system global\n  set hostname a\nend\n",
         "looks like Fortinet's FortiOS"},
        {"r",
         "set hostname a\nset interface eth0 ipv4-address 192.0.2.1 mask-length 24\n"
         "set static-route default nexthop gateway address 192.0.2.2 on\n",
         "looks like Check Point's Gaia"},
        {"r", "#TMSH-VERSION: 13.1.1\nsys global-settings {\n}\n", "looks like F5's BIG-IP"},
        {"r",
         "#\nsysname a\n#\ninterface Vlanif10\n ip address 192.0.2.1 255.255.255.0\n#\n"
         "interface LoopBack0\n undo shutdown\n",
         "looks like Huawei's VRP"},
        {"r", "#\n version 7.1.070, Release 1\n#\n sysname a\n#\ninterface Vlan-interface10\n",
         "looks like Comware"},
        {"r", "# by RouterOS 7\n/ip address\nadd address=192.0.2.1/24 interface=ether1\n",
         "looks like MikroTik's RouterOS"},
        {"r", "set interfaces ethernet eth0 address '192.0.2.1/24'\nset system host-name 'a'\n",
         "looks like VyOS"},
        {"r", "interfaces {\n    ethernet eth0 {\n        address 192.0.2.1/24\n    }\n}\n",
         "looks like VyOS"},
        {"r", "net add hostname a\nnet add interface swp1\nnet commit\n",
         "looks like Cumulus Linux' NCLU"},
        {"r", "nv set interface swp1 ip address 192.0.2.1/24\n",
         "looks like Cumulus Linux' NVUE"},
        {"r", "{\n \"DEVICE_METADATA\": {},\n \"BGP_NEIGHBOR\": {}\n}\n",
         "looks like SONiC's config_db.json"},
        {"r", "set / interface ethernet-1/1 admin-state enable\n",
         "looks like Nokia's SR Linux"},
        {"r", "create vlan \"a\"\nconfigure vlan a ipaddress 192.0.2.1/24\n",
         "looks like Extreme's EXOS"},
        {"bgpd.conf", "AS 64500\nrouter-id 192.0.2.1\nallow from ebgp\nallow to ebgp\n",
         "looks like OpenBGPD"},
        {"r", "!RANCID-CONTENT-TYPE: bigip\n!\nhostname a\n", "looks like F5's BIG-IP"},
    };

    (void)state;
    CHECK(v);
}

/* What these have in common with others must not take what is read from its reader. */
static void neighbours(void **state)
{
    static const struct example v[] = {
        {"r", "set system host-name a\nset interfaces ge-0/0/0 unit 0 family inet\n", "junos"},
        {"r",
         "version 15.2\nhostname a\ninterface Ethernet0/0\n"
         " ip address 192.0.2.1 255.255.255.0\n ip nat inside\n",
         "ios"},
        {"r",
         "hostname a\ninterface FastEthernet0/0\n  mtu 2000\n"
         "  ip address 192.0.2.1 255.255.255.0\n",
         "ios"},
        {"r",
         "hostname a\ninterface r1-eth0\n  ip address 192.0.2.1/24\n!\ninterface lo\n"
         "  ip address 192.0.2.9/32\n",
         "frr"},
        {"r",
         "hostname a\ninterface Ethernet1/1\n  ip address 192.0.2.1/24\n"
         "feature bgp\n",
         "nxos"},
        {"r", "hostname a\ninterface Ethernet1\n   no switchport\n   ip address 192.0.2.1/24\n",
         "eos"},
        {"r", "Dear all,\nset address of the router, and undo it.\n", ""},
        {"r", "sysadmins wrote\nundo this\n", ""},
    };

    (void)state;
    CHECK(v);
}

/* Too little to tell one of a family from the others, unless the file's name does. */
static void families(void **state)
{
    static const char text[] = "!\nrouter bgp 65001\n neighbor 192.0.2.2 remote-as 65002\n";
    static const char shared[] = "has words that IOS, IOS XR, NX-OS, EOS and FRR share";
    static const struct example v[] = {
        {"r", text, shared},
        {"bgpd.conf", text, "frr"},
        {"r1/bgpd.conf", text, "frr"},
        {"r1/notbgpd.conf", text, shared},
        {"bgpd.conf", "AS 64500\nrouter-id 192.0.2.1\n", ""},
        {"frr.conf", "see the other page\n", ""},
        {"bgpd.conf", "feature bgp\nvrf context A\nhostname a\n", "nxos"},
    };

    (void)state;
    CHECK(v);
}

/* A line counts twice at most, comments' signs before it or not, and weighs what it weighs. */
static void weights(void **state)
{
    int once, often, none;

    (void)state;
    assert_non_null(config_foreign(slice_of("nat (a,b) source\n"), &once));
    assert_non_null(config_foreign(slice_of("nat (a\n! nat (a\n  nat (b\nnat (c\n"), &often));
    assert_int_equal(often, 2 * once);
    assert_null(config_foreign(slice_of("hostname a\n"), &none));
    assert_int_equal(none, 0);
    assert_null(config_foreign(slice_of(""), &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vendors),
        cmocka_unit_test(neighbours),
        cmocka_unit_test(families),
        cmocka_unit_test(weights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
