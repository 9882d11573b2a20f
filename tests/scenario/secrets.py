# SPDX-License-Identifier: Apache-2.0
"""Secrets stand in configurations in many forms. None may come into the store, a log or an answer,
be the file read well, passed over, or refused.

usage: secrets.py RIALTO-AGENT RIALTOD RIALTO
"""

import json
import subprocess
import sys
import urllib.request

import bad_input_lib as lib
from bad_input_lib import DESTINATION, SOURCE, Network, check

CANARY = "cAnArY"
# %s: a word with the canary in it.
FRR = """password %s
enable password %s
password 8 %s
service password-encryption
domainname %s
banner motd line %s
log syslog %s
snmp-server community %s RO
agentx %s
key chain K-%s
 key 1
  key-string %s
  cryptographic-algorithm hmac-sha-256
 exit
exit
interface core
 description key %s
 ip ospf authentication-key %s
 ip ospf message-digest-key 1 md5 %s
 ip ospf authentication key-chain %s
 ipv6 ospf6 authentication key-id 1 hash-algo md5 key %s
 isis password clear %s
 isis password md5 %s
 ip rip authentication string %s
 ip eigrp authentication %s
 unknown word %s
exit
router bgp 64501
 neighbor 10.1.255.9 remote-as 64501
 neighbor 10.1.255.9 description %s
 neighbor 10.1.255.9 password %s
 neighbor GROUP-A peer-group
 neighbor GROUP-A password 0 %s
 neighbor 10.1.255.9 tcp-key %s
 bgp %s
 neighbor 10.1.255.9 shutdown message %s
exit
router isis ONE
 area-password clear %s
 domain-password md5 %s
exit
router ospf
 area 0 virtual-link 10.1.255.9 authentication message-digest message-digest-key 1 md5 %s
exit
vrrp 1 authentication %s
mpls ldp
 neighbor 10.1.255.9 password %s
exit
username admin password %s
tacacs-server key 7 %s
radius-server key %s
crypto key %s
%s
%s %s %s
password%s
! password %s
# key %s
"""
# Files that are not read as FRR: other languages, and what is broken with a secret on the line.
OTHERS = {
    "bird.conf": 'router id 10.0.0.1;\nprotocol bgp b { password "%s"; }\nprotocol device {}\n',
    "junos.conf": 'set version 20\nset system root-authentication encrypted-password "%s"\n'
                  'set protocols bgp group x authentication-key "$9$%s"\n',
    "ios.cfg": "service timestamps x\nenable secret 5 %s\nip cef\nusername a secret 9 %s\n",
    "sros.cfg": "# TiMOS-C-20\n/configure system security user %s password %s\n",
    "notes.txt": "the password is %s\n",
    "README.md": "%s\n",
    ".env": "TOKEN=%s\n",
    "cut.conf": "Current configuration:\nfrr version 8.4\nhostname a\npassword %s",
    "control.conf": "frr version 8.4\nhostname a\npassword %s\x01\n",
    "latin.conf": "frr version 8.4\nhostname a\npassword %s\xe9\n",
    "long.conf": "frr version 8.4\nhostname a\npassword " + "%s" + "x" * 70000 + "\n",
    "words.conf": "frr version 8.4\nhostname a\npassword " + "%s " + "x " * 5000 + "\n",
}


# What the looking glass answers, in turn.
GLASS = [None,
         lambda h: lib.Glass.reply(h, 500, CANARY + "900"),
         lambda h: lib.Glass.reply(h, 200, CANARY + "901"),
         lambda h: lib.Glass.reply(h, 200, "{\"" + CANARY + "902"),
         lambda h: lib.Glass.reply(h, 302, "", ("Location", "/" + CANARY + "903"))]


class Secrets:
    def __init__(self):
        self.n = 0

    def word(self):
        self.n += 1
        return f"{CANARY}{self.n:03}"

    def plant(self, text):
        while "%s" in text:
            text = text.replace("%s", self.word(), 1)
        return text


def plant(net):
    secrets = Secrets()
    net.write("repo/configs/r1.conf",
              lib.ONE["r1.conf"].replace("!\nend", secrets.plant(FRR) + "!\nend"))
    for name, text in OTHERS.items():
        net.write(f"repo/configs/{name}", secrets.plant(text).encode("latin-1"))
    net.git("add", "-A")
    net.git("commit", "-q", "-m", secrets.plant("password %s"))
    # addresses of looking glasses, with keys for their programs; answers that break
    text = (net.dir / "one.yaml").read_text()
    net.write("token", secrets.word() + "\n")
    net.write("one.yaml", text.replace(
        "/?q=%q", secrets.plant("/%s/?key=%s&q=") + "%q").replace(
        "sources:\n", "sources:\n  - {kind: config, name: far, repository: "
        "'https://127.0.0.1:1/x.git', user: u, token_file: token, cache: cache}\n"))
    net.write("lg/r1.interface.json", json.dumps({"core": {
        "administrativeStatus": "up", "operationalStatus": "up", "vrfName": "default",
        "description": secrets.word(), "ipAddresses": [{"address": "10.1.0.1/30"}]}}))
    net.write("rialtod.yaml", (net.dir / "rialtod.yaml").read_text() + "clients:\n"
              "  - {name: me, networks: [127.0.0.0/8], grants: [path-vector, "
              "private-properties, operator-api]}\n"
              "  - {name: fts, digest: {user: fts, password_file: secret}}\n")
    net.write("secret", secrets.word() + "\n")
    return secrets


def get(net, path):
    try:
        with urllib.request.urlopen(net.url + path, timeout=lib.PATIENCE) as reply:
            return reply.read()
    except urllib.error.HTTPError as refusal:
        return refusal.read()


def answers(net):
    """Everything that rialtod and rialto say: (where, bytes)"""
    for name in ("path", "domains", "sources", "disagreements", "links", "endpoints", "status"):
        query = f"?src={SOURCE}&dst={DESTINATION}" if name == "path" else ""
        yield name, get(net, f"/api/v1/{name}{query}")
    directory = get(net, "/directory")
    yield "directory", directory
    for resource in json.loads(directory)["resources"].values():
        path = urllib.request.urlparse(resource["uri"]).path
        yield path, get(net, path)
    for command in (["path", "--explain", SOURCE, DESTINATION], ["sources"], ["domains"],
                    ["disagreements"], ["map"]):
        done = subprocess.run([net.rialto, "--server", net.url, *command], capture_output=True,
                              timeout=lib.PATIENCE)
        yield " ".join(command), done.stdout + done.stderr
    done = subprocess.run([net.rialtod, "-c", str(net.dir / "rialtod.yaml"), "--print-snapshot"],
                          capture_output=True, timeout=lib.PATIENCE)
    check(len(done.stdout) > 1000, "a snapshot")
    yield "snapshot", done.stdout + done.stderr


def main():
    found, looked = [], 0
    with Network(*sys.argv[1:4]) as net:
        said, errors = net.collect("two")[1], []
        secrets = plant(net)
        net.start()
        for answer in GLASS:
            net.glass.answer = answer
            said += net.collect()[1]
            errors += [(p.name, p.read_bytes()) for p in net.dir.glob("*.db*")]
            errors += [("sources", get(net, "/api/v1/sources"))]
        key = ("one", "looking-glass", "r2")
        net.until(lambda: net.sources().get(key, {}).get("error"), "both are served")
        facts = net.sources()["one", "config", "configs/r1.conf"]
        check(facts["facts"] > 9, f"the configuration was read: {facts}")
        places = [("log of the agent", said.encode()), *answers(net), *errors,
                  ("log of rialtod", (net.dir / "rialtod.log").read_bytes())]
        for where, data in places:
            looked += len(data)
            for line in data.lower().split(b"\n"):
                at = line.find(CANARY.lower().encode())
                if at >= 0:
                    found.append(f"{where}: {line[max(0, at - 100):at + 100]}")
    print(*found, sep="\n")
    check(not found, f"{len(found)} places tell secrets")
    print(f"{secrets.n} secrets, {len(places)} places, {looked} bytes: none told")


main()
