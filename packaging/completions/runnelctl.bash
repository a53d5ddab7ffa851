# SPDX-License-Identifier: Apache-2.0
# bash completion of runnelctl. Commands and options stand here (a test compares them with the program);
# names of streams and applications are asked from the broker.

declare -gA _runnelctl_options=(
    ["runnelctl"]="--help --version --json --socket --url --key-file --ca --timeout"
    ["stream"]="--help"
    ["stream add"]="--help --application --device --gateway --name --protocol --format --option --duplicates --events --template --disabled --enabled --token-file"
    ["stream list"]="--help --application --protocol --health"
    ["stream show"]="--help --secrets"
    ["stream set"]="--help --protocol --format --option --duplicates --events --template --disabled --enabled"
    ["stream test"]="--help"
    ["stream sessions"]="--help"
    ["stream attempts"]="--help"
    ["stream tail"]="--help --count"
    ["stream documents"]="--help --limit"
    ["stream rotate-token"]="--help --token --overlap"
    ["stream remove"]="--help"
    ["token"]="--help"
    ["token list"]="--help --secrets"
    ["token add"]="--help --label --scope --expires --token-file"
    ["token revoke"]="--help"
    ["application"]="--help"
    ["application list"]="--help"
    ["application add"]="--help --name"
    ["application show"]="--help"
    ["application set"]="--help --name"
    ["application remove"]="--help --with-streams"
    ["device"]="--help"
    ["device list"]="--help --application --search --origin"
    ["device add"]="--help --application --name --template --tag"
    ["device show"]="--help --application"
    ["device set"]="--help --application --name --template --tag"
    ["device remove"]="--help --application"
    ["device import"]="--help --application"
    ["gateway"]="--help"
    ["gateway list"]="--help"
    ["gateway add"]="--help --name"
    ["gateway show"]="--help"
    ["gateway set"]="--help --name"
    ["gateway remove"]="--help --with-streams"
    ["downlink"]="--help"
    ["downlink send"]="--help --device --application --port --data --fields --confirmed --id --expires --wait"
    ["downlink list"]="--help --application --device --limit"
    ["template"]="--help"
    ["template list"]="--help"
    ["template show"]="--help"
    ["template test"]="--help"
    ["template put"]="--help"
    ["template remove"]="--help"
    ["template dry-run"]="--help --stream --last"
    ["messages"]="--help --application --device --kind --from --to --limit"
    ["events"]="--help --application --kinds --count"
    ["replay"]="--help --stream --from --to --to-stream --detach"
    ["dead"]="--help"
    ["dead list"]="--help --limit"
    ["dead resend"]="--help --all"
    ["dead drop"]="--help --all"
    ["export"]="--help"
    ["apply"]="--help --file --prune --dry-run"
    ["user"]="--help"
    ["user list"]="--help"
    ["user add"]="--help --role --application --password-file --generate"
    ["user set"]="--help --role --application --no-applications"
    ["user passwd"]="--help --password-file"
    ["user remove"]="--help"
    ["key"]="--help"
    ["key list"]="--help"
    ["key add"]="--help --role --application --expires"
    ["key remove"]="--help"
    ["audit"]="--help --who --object --limit"
    ["status"]="--help"
    ["reload"]="--help"
    ["plugin"]="--help"
    ["plugin list"]="--help"
    ["plugin show"]="--help"
    ["network"]="--help"
    ["network list"]="--help"
)

# Values for a word: what the broker has, as far as it answers within two seconds.
_runnelctl_ask() {
    runnelctl --timeout 2 "$1" list 2>/dev/null </dev/null | awk 'NR > 1 { print $1 }'
}

_runnelctl_values() {
    case $1 in
        --application) _runnelctl_ask application ;;
        --gateway) _runnelctl_ask gateway ;;
        --stream | --to-stream) _runnelctl_ask stream ;;
        --role) echo admin operator viewer ;;
        --duplicates) echo all best ;;
        --scope) echo up down ;;
        --health) echo working connecting failing waiting ;;
        --template) _runnelctl_ask template ;;
        --origin) echo file api heard ;;
        *) return 1 ;;
    esac
}

# Words for a command's own arguments.
_runnelctl_arguments() {
    case $1 in
        "stream add" | "stream list") ;;
        stream\ * | token\ * | dead\ *) _runnelctl_ask stream ;;
        "application show" | "application set" | "application remove") _runnelctl_ask application ;;
        "template show" | "template remove" | "template dry-run") _runnelctl_ask template ;;
        "gateway show" | "gateway set" | "gateway remove") _runnelctl_ask gateway ;;
    esac
}

# Commands that may follow the ones written, "" at first.
_runnelctl_commands() {
    local command rest
    for command in "${!_runnelctl_options[@]}"; do
        [[ $command != runnelctl && "$command " == "${1:+$1 }"* ]] || continue
        rest=${command#"$1"}
        rest=${rest# }
        [[ -n $rest ]] && printf '%s\n' "${rest%% *}"
    done | sort -u
}

_runnelctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' word i words
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ $word != -* && -n ${_runnelctl_options[${command:+$command }$word]+known} ]] &&
            command="${command:+$command }$word"
    done
    if words=$(_runnelctl_values "$previous"); then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        return
    fi
    case $previous in
        --*file | --socket | --ca | -f)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
    esac
    if [[ $current == -* ]]; then
        words="${_runnelctl_options[$command]-} ${_runnelctl_options[runnelctl]}"
    else
        words=$(_runnelctl_commands "$command")
        [[ -n $words ]] || words=$(_runnelctl_arguments "$command")
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    [[ ${#COMPREPLY[@]} -gt 0 ]] || case $command in
        "device import" | export | apply) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}
complete -F _runnelctl runnelctl
