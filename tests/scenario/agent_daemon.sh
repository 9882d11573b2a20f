#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The running program: reload by SIGHUP, bad reload, stop by SIGTERM and SIGINT.
. "$(dirname "$0")/agent_lib.sh"

cat >a.yaml <<'END'
domain: one
store: one.db
interval: 1h
sources:
  - {kind: static, file: static.yaml}
END
echo 'nodes: [{name: r1}]' >static.yaml
mkdir alto

"$agent" -c a.yaml 2>log &
pid=$!
wait_for log 'source: static: 1 batches, 1 facts'

echo 'bogus: 1' >>a.yaml
kill -HUP $pid
wait_for log 'a.yaml:6:1: bogus: unknown key; the configuration stays as it was'

sed -i '/bogus/d; s/one.db/two.db/' a.yaml
echo '  - {kind: documents, path: alto}' >>a.yaml
kill -HUP $pid
wait_for log 'agent: configuration reloaded: 2 sources'
wait_for log 'source: static: 1 batches, 1 facts'
[ -s two.db ] || { echo "FAILED: no second store"; failures=1; }

kill -TERM $pid
wait $pid
code=$?
[ $code = 0 ] || { echo "FAILED: exit code $code after SIGTERM"; failures=1; }
has log 'agent: stopped'

"$agent" -c a.yaml 2>log &
pid=$!
wait_for log 'agent: started: 2 sources'
# A shell without job control starts background programs with SIGINT ignored: blocked and waited
# for, it is delivered all the same.
kill -INT $pid
tries=0
while kill -0 $pid 2>/dev/null && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
if kill -0 $pid 2>/dev/null; then
    kill -TERM $pid # ignored by inheritance
fi
wait $pid
code=$?
[ $code = 0 ] || { echo "FAILED: exit code $code"; failures=1; }
finish
