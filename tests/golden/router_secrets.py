# SPDX-License-Identifier: Apache-2.0
"""Secrets in every place where the languages of Junos and SR OS have them. None may come into
facts, notes or messages: read whole, with the file cut off behind each of them, and where a
number or an address should stand.

usage: router_secrets.py RIALTO-AGENT
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

MARK = "sEcReT"

# Each @ becomes a secret of its own.
JUNOS = """
## Last commit: 2026-01-01 by @
version 21.4R1;
/* old password: @ */
groups {
    KEYS {
        protocols { bgp { group <*> { authentication-key "@"; } } }
        interfaces { <*> { description "@"; } }
    }
}
apply-groups KEYS;
system {
    host-name r1;
    root-authentication {
        encrypted-password "$6$@"; ## SECRET-DATA
        plain-text-password-value "@";
        ssh-rsa "ssh-rsa @ admin@x";
        ssh-ed25519 "ssh-ed25519 @";
    }
    radius-server { 192.0.2.9 { secret "$9$@"; accounting-port 1; preauthentication-secret "@"; } }
    tacplus-server { 192.0.2.8 secret "$9$@"; }
    ldap-server { 192.0.2.7 { bind-password "@"; } }
    login {
        message "@";
        user a { authentication { encrypted-password "@"; ssh-dsa "@"; } }
        user b { authentication { no-public-keys; ecdsa "@"; } full-name "@"; }
    }
    services {
        rest { https { server-certificate @; } }
        outbound-ssh { client c { secret "@"; } }
        dynamic-dns { client d { password "@"; } }
        webapi { user w password "@"; }
        extension-service { request-response { grpc { ssl { local-certificate @; } } } }
    }
    archival { configuration { archive-sites { "ftp://u:@@192.0.2.1/"; "x" password "$9$@"; } } }
    ntp { authentication-key 1 type md5 value "$9$@"; boot-server 192.0.2.3; }
    license { keys { key "@"; } }
    master-password { iteration-count 100; x "@"; }
    accounting { destination { tacplus { server { 192.0.2.1 secret "@"; } } } }
    proxy { username u; password "@"; }
    pic-console-authentication { encrypted-password "@"; }
    diag-port-authentication { encrypted-password "@"; }
}
security {
    ike { policy p { pre-shared-key ascii-text "$9$@"; } proposal q { x "@"; } }
    ike { policy h { pre-shared-key hexadecimal "@"; } }
    ipsec { vpn v { manual { authentication { key ascii-text "@"; } encryption { key hexadecimal @; } } } }
    macsec { connectivity-association c { pre-shared-key { ckn @; cak "$9$@"; } } }
    authentication-key-chains { key-chain k { key 0 { secret "$9$@"; start-time x; } } }
    certificates { local l { "-----BEGIN @"; } }
    pki { ca-profile c { revocation-check { crl { url "http://u:@/x" password "@"; } } } }
    ssh-known-hosts { host h { rsa-key @; } }
    ipsec { security-association sa { manual { direction bidirectional { authentication { key ascii-text "@"; } } } } }
}
interfaces {
    ge-0/0/0 {
        description "@";
        unit 0 {
            description "pw @";
            ppp-options { chap { default-chap-secret "@"; } pap { local-password "@"; } }
            family inet {
                address 192.0.2.1/24 { vrrp-group 1 { authentication-key "$9$@"; authentication-type md5; } }
                address @;
            }
            family inet6 { address @/64; }
            bandwidth @;
        }
        speed @;
        mtu @;
    }
    at-0/0/0 { unit 0 { keepalives { x "@"; } } }
}
snmp {
    community @ { authorization read-only; }
    community x { clients { 192.0.2.0/24; } community-name "@"; }
    trap-group @ { targets { 192.0.2.1; } }
    v3 { usm { local-engine { user u { authentication-sha { authentication-key "$9$@"; } privacy-aes128 { privacy-key "$9$@"; } } } } snmp-community @ { security-name s; } }
}
routing-options {
    autonomous-system 64500;
    router-id @;
    static { route @ next-hop 192.0.2.2; route 198.51.100.0/24 { preference @; tag @; community "@"; } }
    bmp { station s { authentication-key "@"; } }
    validation { group g { session 192.0.2.3 { authentication-key "@"; } } }
}
protocols {
    bgp {
        authentication-key "$9$@";
        unknown-statement "@";
        group G {
            type external;
            peer-as @;
            authentication-key-chain @;
            description "@";
            tcp-ao { key "@"; }
            neighbor 192.0.2.2 { authentication-key "$9$@"; peer-as 64501; description @; hold-time @; metric-out @; local-preference @; }
            neighbor @ { peer-as 64502; }
        }
    }
    isis {
        level 1 { authentication-key "$9$@"; }
        level 2 authentication-key "$9$@";
        interface ge-0/0/0.0 { hello-authentication-key "$9$@"; level 2 hello-authentication-key "@"; level 2 metric @; }
        interface @;
    }
    ospf {
        area 0.0.0.0 {
            interface ge-0/0/0.0 { authentication { md5 1 key "$9$@"; simple-password "@"; } metric @; }
            virtual-link neighbor-id 192.0.2.3 transit-area 0.0.0.1 { authentication { md5 1 key "@"; } }
        }
        reference-bandwidth @;
    }
    ospf3 { area 0 { interface ge-0/0/0.0 { ipsec-sa @; } } }
    rip { authentication-key "@"; }
    ldp { session 192.0.2.2 { authentication-key "@"; } session-group 192.0.2.0/24 { authentication-key "@"; } }
    rsvp { interface ge-0/0/0.0 { authentication-key "@"; } }
    msdp { peer 192.0.2.4 { authentication-key "@"; } }
    bfd { x { authentication { key-chain @; } } }
    pim { x "@"; }
    dot1x { authenticator { static { x "@"; } } }
}
policy-options {
    prefix-list P { @; 192.0.2.0/24; }
    community C members [ @ 64500:1 ];
    as-path A "@";
    policy-statement S {
        term t {
            from { community C; as-path A; prefix-list P; tag @; neighbor @; metric @; unknown "@"; protocol @; }
            then { local-preference @; as-path-prepend "@"; unknown "@"; next-hop @; metric @; accept; }
        }
    }
}
access { profile p { client c { chap-secret "@"; pap-password "@"; } radius-server { 192.0.2.1 secret "@"; } } }
firewall { filter f { term t { from { x "@"; } } } }
event-options { policy p { then { x "@"; } } destinations { d { archive-sites { "scp://u@h" password "@"; } } } }
routing-instances { V { instance-type vrf; x "@"; route-distinguisher "@"; protocols { bgp { group H { neighbor 192.0.2.7 { authentication-key "@"; } } } } } }
"""

SROS = """
# TiMOS-B-23.10.R1 built by @
# Generated by @
configure {
    log { syslog "1" { description "@" } }
    filter { ip-filter "f" { entry 1 { description "@" } } }
    system {
        name "r2"
        contact "@"
        location "@"
        security {
            user-params { local-user { user "a" { password "$2y$@" public-keys { rsa { rsa-key 1 { key-value "@" } } } } } }
            aaa { remote-servers { radius { server 1 { secret "@ hash2" } } tacplus { server 1 { secret "@" } } ldap { bind-authentication { root-dn-password "@" } } } }
            snmp { community "@ hash2" { access-permissions r } usm-community "@" { group "g" } attempts { count 1 } }
            keychains { keychain "k" { bidirectional { entry 0 { authentication-key "@ hash2" } } send { entry 1 { authentication-key "@" } } } }
            tls { cert-profile "c" { entry 1 { key-file "@" } } }
            pki { ca-profile "p" { cmpv2 { key-list { key "1" { password "@" } } } } }
            system-passwords { admin-password "@" vsd-password "@" }
        }
        time { ntp { authentication-key 1 { key "@ hash2" type message-digest } } }
        grpc { tls-server-profile "@" }
        management-interface { remote-management { client-tls-profile "@" } }
        login-control { motd { text "@" } pre-login-message { message "@" } }
    }
    macsec { connectivity-association "c" { static-cak { pre-shared-key 1 { cak "@" cak-name "@" } } } }
    ipsec { static-sa "s" { authentication { key "@" } encryption { key "@" } } ike-policy 1 { x "@" } }
    service {
        customer "1" { description "@" contact "@" }
        vprn "red" {
            admin-state enable
            description "@"
            service-id 1
            snmp { community "@" { } }
            autonomous-system @
            bgp { group "g" { authentication-key "@" } neighbor "192.0.2.9" { group "g" authentication-key "@" } }
            interface "i" { description "@" ipv4 { primary { address @ prefix-length 24 } vrrp 1 { authentication-key "@" } } }
            unknown-part { x "@" }
        }
        md-auto-id { x "@" }
        vpls "v" { description "@" }
    }
    port 1/1/1 { admin-state enable description "@" ethernet { dot1x { radius-policy "@" } speed @ } }
    lag "lag-1" { admin-state enable description "@" port 1/1/2 { } }
    policy-options {
        prefix-list "p" { prefix @ type exact }
        community "c" { member "@" { } }
        as-path "a" { expression "@" }
        policy-statement "s" {
            description "@"
            entry 10 {
                description "@"
                from { prefix-list ["p"] community { name "c" } as-path { name "a" } neighbor { ip-address @ } unknown "@" }
                action { action-type accept local-preference @ metric { set @ } as-path-prepend { as-path @ } unknown "@" next-hop @ }
            }
        }
    }
    router "Base" {
        autonomous-system 64500
        router-id @
        interface "to-x" { description "@" port 1/1/1 ipv4 { primary { address 192.0.2.1 prefix-length 24 } secondary @ { prefix-length 24 } vrrp 1 { authentication-key "@" } } unknown "@" }
        interface "to-y" { ipv4 { primary { address 192.0.2.129 prefix-length @ } } ipv6 { address @ { prefix-length 64 } } }
        bgp {
            authentication-key "@ hash2"
            authentication-keychain "@"
            unknown-statement "@"
            group "g" { authentication-key "@ hash2" description "@" peer-as @ import { policy ["s"] } }
            neighbor "192.0.2.2" { group "g" peer-as 64501 authentication-key "@" description "@" med-out @ local-preference @ multihop @ }
            neighbor "@" { group "g" }
        }
        isis 0 {
            admin-state enable
            authentication-key "@ hash2"
            authentication-keychain "@"
            area-address [49.0001]
            interface "to-x" { hello-authentication-key "@" level 2 { hello-authentication-key "@" metric @ } }
            interface "@" { }
            level 2 { authentication-key "@" }
        }
        ospf 0 {
            admin-state enable
            reference-bandwidth @
            area 0.0.0.0 { interface "to-x" { authentication-key "@" message-digest-key 1 { md5 "@ hash2" } metric @ } virtual-link 192.0.2.3 transit-area 1 { authentication-key "@" } }
        }
        ospf3 0 { admin-state enable area 0 { interface "to-x" { authentication { inbound "@" outbound "@" } } } }
        rip { authentication-key "@" }
        ldp { tcp-session-parameters { peer-transport 192.0.2.2 { authentication-key "@" } } }
        rsvp { interface "to-x" { authentication-key "@" } }
        msdp { peer 192.0.2.2 { authentication-key "@" } }
        static-routes { route @ route-type unicast { next-hop "192.0.2.2" { admin-state enable description "@" preference @ } } }
    }
}
persistent-indices { description "@" }
"""


def planted(text, first=0):
    """Every @ of its own; "u@h" of an address stays."""
    count = [first]

    def one(_):
        count[0] += 1
        return f"{MARK}{count[0]:03d}"
    return re.sub(r"(?<![a-z])@(?![a-z])|@(?=@)", one, text), count[0]


def set_form(text):
    """The same Junos statements as `set` commands."""
    path, lines, words = [], [], []
    text = re.sub(r"/\\*.*?\\*/|##.*", "", text)
    for token in re.findall(r'"[^"]*"|[{};\[\]]|[^\s{};\[\]]+', text):
        if token == "{":
            path.append(list(words))
            words = []
        elif token in ";}":
            if words:
                lines.append("set " + " ".join(w for p in path for w in p)
                             + " " + " ".join(words))
            words = []
            if token == "}" and path:
                path.pop()
        else:
            words.append(token)
    return "\n".join(lines) + "\n"


def flat_form(text):
    """The same SR OS statements, a path on each line."""
    out = []
    for line in set_form(sros_lines(text)).splitlines():
        out.append("/" + line.removeprefix("set "))
    return "\n".join(out) + "\n"


def sros_lines(text):
    """SR OS ends statements by lines; the templates are denser than that."""
    words = r'"[^"]*"|\[[^\]]*\]|[^\s{}]+'
    keyed = {"interface", "neighbor", "group", "entry", "port", "lag", "vprn", "user", "server",
             "community", "prefix-list", "policy-statement", "as-path", "prefix", "area",
             "isis", "ospf", "ospf3", "router", "customer", "vpls", "keychain", "level",
             "route", "next-hop", "secondary", "member", "ip-filter", "syslog", "vrrp",
             "message-digest-key", "usm-community", "rsa-key", "static-sa", "ike-policy",
             "pre-shared-key", "connectivity-association", "cert-profile", "ca-profile", "key",
             "peer", "peer-transport", "virtual-link", "authentication-key"}
    out = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        tokens = re.findall(words + "|[{}]", line)
        at = 0
        while at < len(tokens):
            if tokens[at] == "}":
                out.append("}")
                at += 1
                continue
            stop = at + 1
            while stop < len(tokens) and tokens[stop] not in "{}":
                stop += 1
            run = tokens[at:stop]
            if stop < len(tokens) and tokens[stop] == "{":
                take = 2 if len(run) > 1 and run[-2] in keyed else 1
                head, run = run[-take:], run[:-take]
                out += pairs(run)
                out.append(" ".join(head) + " {")
                stop += 1
            else:
                out += pairs(run)
            at = stop
    return "\n".join(out).replace("\n}", ";\n}").replace("{;", "{") if out else ""


def pairs(run):
    return [" ".join(run[i:i + 2]) + ";" for i in range(0, len(run), 2)]


def leaks(agent, folder, name, text):
    path = pathlib.Path(folder) / name
    path.write_text(text)
    out = subprocess.run([agent, "try", "--kind", "config", "--json", str(path)],
                         capture_output=True, text=True, check=False)
    plain = subprocess.run([agent, "try", "--kind", "config", str(path)],
                           capture_output=True, text=True, check=False)
    told = out.stdout + out.stderr + plain.stdout + plain.stderr
    return sorted(set(re.findall(MARK + r"\d*", told))), out.stdout


def main():
    agent, total, bad = sys.argv[1], 0, 0
    junos, n = planted(JUNOS)
    sros, n_sros = planted(SROS, n)
    texts = {"junos": junos, "junos-set": set_form(junos), "sros": sros,
             "sros-flat": "# TiMOS-B\n" + flat_form(sros)}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            found, out = leaks(agent, folder, name, text)
            facts = sum(len(b["facts"]) for r in json.loads(out)["readings"]
                        for b in r["batches"])
            print(f"{name}: {len(set(re.findall(MARK + '[0-9]+', text)))} secrets, "
                  f"{facts} facts, leaked: {found or 'none'}")
            bad += len(found) + (facts == 0)
        for name in ("junos", "sros"):
            for match in re.finditer(MARK + r"\d+", texts[name]):
                found, _ = leaks(agent, folder, name, texts[name][:match.end()])
                bad += len(found)
                total += 1
                if found:
                    print(f"{name}, cut behind {match[0]}: leaked {found}")
    print(f"{total} secrets, {bad} leaks")
    return 0 if bad == 0 and total >= 200 and n_sros >= 200 else 1


if __name__ == "__main__":
    sys.exit(main())
