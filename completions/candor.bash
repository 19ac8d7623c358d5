# bash completion of candor(1). Verbs and options come from the program's own tables.
_candor()
{
	local cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} program=${COMP_WORDS[0]}

	if [[ ${program##*/} == yara || ${program##*/} == yarac ]]; then
		verb=${program##*/}
	elif [[ $COMP_CWORD -eq 1 || ( $COMP_CWORD -eq 2 && $verb == help ) ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(candor help --options 2>/dev/null | cut -f1 | cut -d' ' -f1 | sort -u)" -- "$cur")
		return
	fi
	local subs sub=
	subs=$(candor help --options 2>/dev/null | cut -f1 | sed -n "s/^$verb //p" | sort -u)
	if [[ -n $subs && $COMP_CWORD -eq 2 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$subs" -- "$cur")
		return
	fi
	[[ -n $subs ]] && sub=" ${COMP_WORDS[2]}"
	[[ $cur == -* ]] || return
	if [[ $verb == yara || $verb == yarac ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(candor "$verb" --help 2>/dev/null |
			grep -oE '^ +(-.,)? +--[a-z-]+' | tr ',' ' ')" -- "$cur")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$(candor help --options 2>/dev/null |
		awk -F'\t' -v verb="$verb$sub" '$1 == verb { print $2, $3 }')" -- "$cur")
}
complete -o default -F _candor candor
