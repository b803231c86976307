# Completion for bash; what can be completed is the command's to say.
_expops()
{
    local words word current=${COMP_WORDS[COMP_CWORD]}
    mapfile -t words < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$current" 2>/dev/null)
    COMPREPLY=()
    for word in "${words[@]}"; do
        if [[ $word == FILES ]]; then
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames 2>/dev/null
        elif [[ $word == "$current"* && ($word != -* || $current == -*) ]]; then
            COMPREPLY+=("$word")
        fi
    done
}
complete -F _expops expops
