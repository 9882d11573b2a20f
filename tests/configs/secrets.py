#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets in configurations stay where they are.

usage: secrets.py AGENT

Plants a word of its own wherever the languages have a password, a key or a community of SNMP,
in statements that are read, passed over, cut off and wrong, and looks for it in everything that
`rialto-agent try` prints: facts, notes and refusals.

Exit status: 0 none is found, 1 otherwise.
"""
import json
import os
import subprocess
import sys
import tempfile

TYPES = ('', '0 ', '5 ', '6 ', '7 ', '8 ', '9 ')

IOS_TOP = [f'enable secret {t}@' for t in TYPES] + [f'enable password {t}@' for t in TYPES] + [
    f'username admin privilege 15 {w} {t}@' for w in ('password', 'secret') for t in TYPES] + [
    'username @ password 0 x', 'snmp-server community @ RO', 'snmp-server community @ rw 10',
    'snmp-server host 192.0.2.1 version 2c @', 'snmp-server user u g v3 auth sha @ priv aes 128 @',
    'snmp-server user admin network-admin auth md5 0x@ priv 0x@ localizedkey',
    'tacacs-server key 7 @', 'tacacs-server host 192.0.2.1 key @', 'radius-server key 0 @',
    'radius-server host 192.0.2.1 auth-port 1812 key 7 @', 'ntp authentication-key 1 md5 @ 7',
    'key chain K\n key 1\n  key-string 7 @', 'crypto isakmp key @ address 192.0.2.1',
    'crypto key rsa @', 'aaa group server radius @', 'ip ftp password 7 @',
    'ip http client password @', 'ppp chap password 0 @', 'line vty 0 4\n password 7 @\n login',
    'ip access-list extended A\n remark @', 'banner motd ^C\n@\npassword @\n^C',
    'username a\n group root-lr\n secret 5 @', 'hostname-secret @', '@', '@ password', 'no @',
    'password @', 'md5 @', 'router eigrp 1\n key @', 'archive\n path ftp://u:@@192.0.2.1/x',
    'crypto pki certificate chain T\n certificate self-signed 01\n  @\n  quit',
    'call-home\n contact @', 'event manager applet X\n action 1 cli command "@"',
    'ip sla 1\n http get http://u:@@x', 'dot1x credentials c\n password 7 @', 'vtp password @',
    'mpls ldp neighbor 192.0.2.1 password @', 'ip sla key-chain @', 'wlan x\n security wpa psk @',
]
IOS_INTERFACE = [
    ' ip ospf message-digest-key 1 md5 7 @', ' ip ospf authentication-key @', ' description @',
    ' isis password @ level-2', ' isis authentication key 7 @', ' ppp chap password @',
    ' ip rip authentication key-chain @', ' standby 1 authentication @', ' vrrp 1 authentication @',
    ' ip authentication key-chain eigrp 1 @', ' hsrp 1\n  authentication md5 key-string @',
    ' ntp @', ' @', ' ip @', ' ip ospf @', ' ip address @', ' ipv6 @', ' isis @', ' vrrp @ x',
    ' bandwidth @', ' mtu @', ' ip ospf 1 area @', ' ipv6 ospf authentication ipsec spi 1 md5 @',
    ' isis metric @', ' ip address 192.0.2.1 @', ' speed @',
]
IOS_BGP = [
    ' neighbor 192.0.2.1 password 7 @', ' neighbor 192.0.2.1 password @',
    ' neighbor 192.0.2.1 description @', ' neighbor 192.0.2.1 @', ' neighbor 192.0.2.1 @ @',
    ' bgp @', ' @', ' neighbor 192.0.2.1 remote-as @', ' neighbor 192.0.2.1 ao @',
    ' address-family ipv4\n  neighbor 192.0.2.1 password @\n  @', ' network @', ' distance @ 1 1',
    ' neighbor 192.0.2.1\n  password encrypted @\n  description @\n  @',
    ' template peer T\n  password 3 @', ' neighbor-group G\n  password clear @\n  keychain @',
    ' redistribute @', ' aggregate-address @', ' maximum-paths @', ' address-family @',
]
IOS_IGP = [' area 0 authentication message-digest @', ' area 0 virtual-link 192.0.2.9 '
           'message-digest-key 1 md5 @', ' area-password @', ' domain-password @', ' @',
           ' authentication key @', ' message-digest-key 1 md5 encrypted @', ' network @',
           ' redistribute @ x', ' router-id @', ' lsp-password hmac-md5 encrypted @',
           ' auto-cost reference-bandwidth @', ' passive-interface default @']
IOS_POLICY = ['route-map M permit 10\n description @\n match @\n set @ x',
              'ip prefix-list P seq 5 permit @', 'ip prefix-list P description @',
              'ip route @ 192.0.2.1', 'ip route 10.0.0.0 255.0.0.0 192.0.2.1 name @',
              'access-list 1 remark @', 'access-list 1 permit @', 'ip community-list 1 permit @ x']
BIRD = [
    'protocol bgp b@i { local as 1; neighbor 192.0.2.1 as 2; password "@"; ipv4 {}; }',
    'protocol bgp { local as 1; neighbor 192.0.2.1 as 2; description "@"; ipv4 {}; }',
    'protocol bgp { local as 1; neighbor 192.0.2.1 as 2; authentication ao; keys '
    '{ key { id 1; secret "@"; }; }; ipv4 {}; }',
    'template bgp T { password "@"; }', 'protocol bgp { password "@"; password @; }',
    'protocol ospf { ipv4 {}; area 0 { interface "e1" { password "@"; cost 3; }; }; }',
    'protocol ospf { ipv4 {}; area 0 { interface "e1" { authentication cryptographic; '
    'password "@" { id 1; algorithm hmac sha256; }; }; }; }',
    'protocol ospf { ipv4 {}; area 0 { virtual link 192.0.2.1 { password "@"; }; }; }',
    'protocol rip { interface "e" { password "@"; }; }', 'protocol babel { interface "e" '
    '{ password "@"; }; }', 'protocol rpki { remote "x"; transport ssh { bird private key "@"; '
    'remote public key "@"; user "@"; }; }', 'log syslog name "@";', 'define X = "@"; # @',
    'filter f { print "@"; if proto = "@" then reject; accept "@"; } protocol bgp { local as 1; '
    'neighbor 192.0.2.1 as 2; ipv4 { import filter f; }; }', '@;', '@ { @; }', 'define @ = ;',
    'include "@";', 'mrtdump "@";', 'protocol mrt { filename "@"; }', 'cli "@" { };',
    'protocol bmp { station address ip 192.0.2.1 port 1; @; }', 'protocol @ { @ "@"; }',
    'protocol bgp { local as @; neighbor @ as @; ipv4 {}; }', 'eval "@";', '/* @ */',
    'protocol bgp { local as 1; neighbor 192.0.2.1 as 2; ipv4 { import where "@" = ifname; '
    'export filter { @ = 5; @("@"); case "@" { "@": accept; } }; }; }',
    'protocol static { ipv4; route @ via 192.0.2.1; route 10.0.0.0/8 @; }', 'protocol bgp { "@',
    'protocol bgp { local as 1; @', 'router id @;', 'hostname "@";', 'function f() { @; "@"; }',
]
PLATFORMS = {'ios': IOS_TOP, 'ios-xr': IOS_TOP, 'nxos': IOS_TOP, 'eos': IOS_TOP}


def texts():
    """(dialect, text with @ for the secret)"""
    for dialect, top in PLATFORMS.items():
        for s in top + IOS_POLICY:
            yield dialect, f'hostname r\ninterface Ethernet1\n description x\n!\n{s}\n!\nend\n'
        for s in IOS_INTERFACE:
            yield dialect, f'hostname r\ninterface Ethernet1\n{s}\n!\nend\n'
        for s in IOS_BGP:
            head = 'hostname r\nrouter bgp 1\n neighbor 192.0.2.1 remote-as 2'
            yield dialect, f'{head}\n{s}\n!\nend\n'
        for s in IOS_IGP:
            yield dialect, f'hostname r\nrouter ospf 1\n{s}\n!\nrouter isis x\n{s}\n!\nend\n'
    for s in BIRD:
        yield 'bird', f'router id 192.0.2.9;\nprotocol device {{ }}\n{s}\n'


def main():
    agent, planted, found = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for i, (dialect, text) in enumerate(texts()):
            secret = f'S3cret{i:04}x'
            planted += text.count('@')
            path = os.path.join(folder, 'r')
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text.replace('@', secret))
            r = subprocess.run([agent, 'try', '--kind', 'config', '--dialect', dialect, '--json',
                                path], capture_output=True, text=True, check=False)
            json.loads(r.stdout)
            if secret in r.stdout or secret in r.stderr:
                found += 1
                print(f'{dialect}: told of {text!r}:\n{r.stdout}')
    print(f'{planted} secrets planted, {found} texts that gave one away')
    return 1 if found or planted < 200 else 0


if __name__ == '__main__':
    sys.exit(main())
