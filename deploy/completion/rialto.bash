# SPDX-License-Identifier: Apache-2.0
# Completion for rialto in bash; made by: rialto completion bash
_rialto() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    local command= options i commands="path rank costs map props domains sources disagreements links endpoints vector discover zone rucio fts status version help completion"
    case $before in
    --credentials|--ca-file|--batch|--batch|--watch|--token|--pairs|--loads|--cert|--key|--token-file|--ca)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return ;;
    --server|--directory|--timeout|--now|--table|--client|--metric|--metric|--property|--property|--service|--domain|--nameserver|--query-timeout|--uri|--ttl|--every|--apply|--fts|--max-step|--max-age|--every|--prefix)
        COMPREPLY=()
        return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ " $commands " == *" ${COMP_WORDS[i]} "* ]] && { command=${COMP_WORDS[i]}; break; }
    done
    options=" --server --json --directory --credentials --ca-file --timeout --now --help --version"
    case $command in
    path) options+=" --explain --table --batch" ;;
    rank) options+=" --client --metric --upload" ;;
    costs) options+=" --metric" ;;
    props) options+=" --property" ;;
    sources) options+=" --stale" ;;
    vector) options+=" --property --batch" ;;
    discover) options+=" --service --domain --nameserver --query-timeout" ;;
    zone) options+=" --uri --ttl" ;;
    rucio) options+=" --watch --every --once --apply --token --dry-run --existing --skip-unknown" ;;
    fts) options+=" --fts --pairs --loads --rates --cert --key --token-file --ca --dry-run --max-step --max-age --every --keep-on-failure --release --prefix" ;;
    help) options+=" $commands" ;;
    completion) options+=" bash" ;;
    "") options+=" $commands" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}
complete -F _rialto rialto
