# SPDX-License-Identifier: Apache-2.0
# What scenarios of rialto-agent share: a temporary folder, runs with their output, comparisons.
set -u
agent=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
failures=0

# run CODE ARGUMENTS...: runs the agent; standard output in out, standard error in err.
run() {
    want=$1
    shift
    "$agent" "$@" >out 2>err
    got=$?
    if [ "$got" != "$want" ]; then
        echo "FAILED: rialto-agent $*: exit code $got, not $want"
        cat err
        failures=$((failures + 1))
    fi
}

# says TEXT: standard error is this one line.
says() {
    if [ "$(cat err)" != "$1" ]; then
        echo "FAILED: said:  $(cat err)"
        echo "        wanted: $1"
        failures=$((failures + 1))
    fi
}

# has FILE TEXT: the file has a line with the text.
has() {
    if ! grep -qF -- "$2" "$1"; then
        echo "FAILED: $1 lacks: $2"
        cat "$1"
        failures=$((failures + 1))
    fi
}

# wait_for FILE TEXT: until the file has it; at most a minute.
wait_for() {
    tries=0
    until grep -qF -- "$2" "$1" 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 600 ]; then
            echo "FAILED: $1 never had: $2"
            cat "$1"
            exit 1
        fi
        sleep 0.1
    done
}

finish() {
    [ $failures = 0 ] || exit 1
    exit 0
}
