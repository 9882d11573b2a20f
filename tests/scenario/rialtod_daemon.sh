# SPDX-License-Identifier: Apache-2.0
# rialtod as a program: checks, waits for stores, notices new batches, reload, stop.
# usage: rialtod_daemon.sh RIALTOD RIALTO-AGENT
set -u
rialtod=$1
agent=$2
dir=$(mktemp -d)
pid=
trap 'test -n "$pid" && kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
cd "$dir" || exit 1

fail() {
    echo "FAILED: $*"
    test -f log && cat log
    exit 1
}

# until_true COMMAND...: tries for at most 30 s.
until_true() {
    for _ in $(seq 300); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    fail "in vain: $*"
}

domain() {
    cat >"$1.static.yaml" <<END
domain: {name: $1, asns: [$2], prefixes: [$3]}
nodes: [{name: $1-r1}, {name: $1-r2}]
links:
  - a: {node: $1-r1, interface: e0}
    b: {node: $1-r2, interface: e0}
    capacity: 10G
    delay_ms: 1
END
    printf 'domain: %s\nstore: %s.db\nsources: [{kind: static, file: %s.static.yaml}]\n' \
        "$1" "$1" "$1" >"$1.yaml"
    "$agent" -c "$1.yaml" --once 2>agent.log || fail "agent of $1: $(cat agent.log)"
}

status() {
    curl -s -o /dev/null -w '%{http_code}' "$url$1"
}

domains_are() {
    test "$(curl -s "$url/api/v1/status" | sed 's/.*"domains":\([0-9]*\).*/\1/')" = "$1"
}

printf 'listen: 127.0.0.1:0\nstores: ["*.db"]\npoll: 50ms\nlog: debug\n' >rialtod.yaml

# command line and configuration
"$rialtod" --version | grep -q '^rialtod ' || fail --version
"$rialtod" --manual | grep -q path_vector_pairs || fail --manual
"$rialtod" >/dev/null 2>&1
test $? = 2 || fail "usage"
"$rialtod" -c rialtod.yaml --check || fail --check
printf 'stores: [a]\nlimit: {}\n' >bad.yaml
"$rialtod" -c bad.yaml --check 2>err
test $? = 1 || fail "--check of a bad file"
grep -q 'bad.yaml:2:1' err || fail "place of the mistake: $(cat err)"
"$rialtod" -c rialtod.yaml --listen nowhere:1 --check 2>/dev/null && fail "--listen"
"$rialtod" -c rialtod.yaml --print-snapshot 2>/dev/null && fail "a snapshot of nothing"

# before there is a store
echo stale >ready
"$rialtod" -c rialtod.yaml --ready-file ready 2>log &
pid=$!
until_true grep -q 'listens on' log
url=$(sed -n 's/.*listens on //p' log)
test -e ready && fail "the ready file of an earlier run is still there"
test "$(status /livez)" = 200 || fail livez
test "$(status /readyz)" = 503 || fail "ready without data"
test "$(status /networkmap)" = 503 || fail "a map without data"

# a store appears, then another
domain one 64496 192.0.2.0/24
until_true test -s ready
test "$(cat ready)" = "$url" || fail "ready file: $(cat ready)"
test "$(status /readyz)" = 200 || fail "not ready"
until_true domains_are 1
domain two 64497 198.51.100.0/24
until_true domains_are 2
curl -s "$url/networkmap" | grep -q 198.51.100.0/24 || fail "the second domain's prefix"

# the same facts give the same text, and what cannot be read changes nothing
"$rialtod" -c rialtod.yaml --print-snapshot >first 2>/dev/null || fail --print-snapshot
"$rialtod" -c rialtod.yaml --print-snapshot >second 2>/dev/null
cmp first second || fail "two texts of one snapshot"
echo garbage >three.db
until_true grep -q 'three.db' log
domains_are 2 || fail "a broken store changed the view"
test "$(grep -c 'warn.*three.db' log)" = 1 || fail "a complaint is told once"
rm three.db

# reload: good and bad
echo 'name: other' >>rialtod.yaml
kill -HUP $pid
until_true sh -c "curl -s $url/directory | grep -q other-networkmap"
echo 'nonsense: 1' >>rialtod.yaml
kill -HUP $pid
until_true grep -q 'stays as it was' log
curl -s "$url/directory" | grep -q other-networkmap || fail "a bad configuration was taken"

# a domain leaves
rm -f two.db*
until_true domains_are 1

kill -TERM $pid
wait $pid
test $? = 0 || fail "exit status"
pid=
grep -q stopping log || fail "stop"
echo good
