#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Reading every source once into a store: exit codes, what is kept, what leaves.
. "$(dirname "$0")/agent_lib.sh"

cat >a.yaml <<'END'
domain: one
store: one.db
sources:
  - {kind: static, file: static.yaml}
  - {kind: documents, path: alto}
END
echo 'nodes: [{name: r1}]' >static.yaml
mkdir alto
echo '{"network-map": {"P1": {"ipv4": ["192.0.2.0/24"]}}}' >alto/n.json

run 0 --once -c a.yaml
has err 'source: static: 1 batches, 1 facts'
has err 'source: documents: 1 batches, 1 facts'
[ -s one.db ] || { echo "FAILED: no store"; failures=1; }

# Nothing changed: nothing is written.
run 0 --once -c a.yaml
says ''

# A broken file fails its own scope; the rest goes on.
echo '{' >alto/bad.json
echo 'nodes: [{name: r1}, {name: r2}]' >static.yaml
run 3 --once -c a.yaml
has err 'source: static: 1 batches, 2 facts'
has err "documents: bad.json: $dir/alto/bad.json:2:1: "
has err 'source: documents: 0 batches, 0 facts, 0 ignored, 1 failed'
rm alto/bad.json
run 0 --once -c a.yaml
has err '1 retired'

echo 'nodes: [{name: r1, site: }]' >static.yaml
run 3 --once -c a.yaml
has err "static: static.yaml: $dir/static.yaml:1:26: nodes.site: has no value"

# A source that is configured no longer.
sed -i '/documents/d' a.yaml
echo 'nodes: []' >static.yaml
run 0 --once -c a.yaml
has err 'source: documents: no longer configured, its facts are retired'
run 0 --once -c a.yaml
says ''

# A store that can't be.
sed -i 's/one.db/no\/one.db/' a.yaml
run 4 --once -c a.yaml
finish
