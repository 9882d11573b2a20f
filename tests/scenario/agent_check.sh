#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The words of rialto-agent --check, and of the command line.
. "$(dirname "$0")/agent_lib.sh"

# check TEXT MESSAGE: a configuration of that text is refused with that message.
check() {
    printf '%b' "$1" >a.yaml
    run 1 --check -c a.yaml
    says "rialto-agent: $2"
}

head='domain: one\nstore: one.db\nsources:\n'
echo 'nodes: [{name: r1}]' >static.yaml
mkdir alto

printf '%b' "$head  - {kind: static, file: static.yaml}\n" \
    '  - {kind: documents, path: alto}\n' >a.yaml
run 0 --check -c a.yaml
says ''
[ ! -e one.db ] || { echo "FAILED: --check made a store"; failures=1; }

check '' 'a.yaml:1:1: domain: required key is missing'
check 'domain: one\ndomain: two\n' 'a.yaml:2:1: domain: duplicate key (first at line 1)'
check 'domain: [one]\n' 'a.yaml:1:9: domain: expected a text, not a list'
check 'domain: one\nstore: s\nsources: []\nintervall: 5m\n' \
    'a.yaml:4:1: intervall: unknown key (did you mean interval?)'
check 'domain: one\nstore: s\nsources: []\ninterval: 5\n' \
    'a.yaml:4:11: interval: expected a duration such as 500ms, 10s, 5m, 2h or 7d'
check 'domain: one\nstore: s\nsources: []\nlog: loud\n' \
    'a.yaml:4:6: log: must be one of error, warn, info, debug'
check 'domain: one\nstore: s\nsources: []\nthreads: 0\n' 'a.yaml:4:10: threads: must be at least 1'
check "$head  - {kind: static, file: no.yaml}\n" \
    "a.yaml:4:26: file: $dir/no.yaml: No such file or directory"
check "$head  - {kind: documents, path: no}\n" \
    "a.yaml:4:29: path: $dir/no: No such file or directory"
check "$head  - {kind: documents, path: a.yaml}\n" "a.yaml:4:29: path: $dir/a.yaml is not a folder"
check "$head  - {kind: static}\n" 'a.yaml:4:5: sources.file: required key is missing'
check "$head  - {kind: static, file: &a static.yaml}\n" 'a.yaml:4:26: anchors are not supported'
check "$head  - {kind: static, file: static.yaml\n" \
    "a.yaml:5:1: did not find expected ',' or '}'"
check 'domain: one\n\tstore: two\n' \
    'a.yaml:2:1: found a tab character that violates indentation'

run 1 --check -c none.yaml
says 'rialto-agent: none.yaml: No such file or directory'
run 1 --check -c alto
says 'rialto-agent: alto: is a directory, not a file'
run 1 --once -c none.yaml
run 1 -c none.yaml

run 2
says 'rialto-agent: -c FILE is missing (try --help)'
run 2 --check --once -c a.yaml
run 2 -c a.yaml extra
run 2 fetch
says 'rialto-agent: unknown command fetch (try --help)'
run 2 mirror
says 'rialto-agent: mirror is for the program itself'
run 2 sources extra
run 2 --bogus
run 0 --help
has out 'usage: rialto-agent -c FILE'
run 0 --version
has out 'rialto-agent '
run 0 sources
has out 'static           Facts that an operator writes down in a file.'
run 0 manual
has out '## Source `documents`'
finish
