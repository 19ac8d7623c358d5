#!/bin/sh
# Collects the real files that the differential tests and the benches scan.
#
#   tests/diff/files/make.sh [CACHE]        CACHE: default ~/.cache/candor-corpus
#
# Fetches the packages named in the table `packages` beside this script (about 260 MB, once),
# unpacks them without running anything of theirs, adds a sample of this system's /usr, and writes
# CACHE/lists/{q-usr,q-pe,q-src,q-docs,full}: absolute paths, one a line. What a registry does not
# have, or a machine without npm, is named and left out. A second run with the same table does
# nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/candor-corpus}
table=$here/packages

mkdir -p "$cache/fetch" "$cache/tree" "$cache/lists"
cache=$(cd "$cache" && pwd)
exec 9>"$cache/lock"
flock 9

stamp=$(cat "$table" "$here/make.sh" "$here/select.py" | sha256sum | cut -d' ' -f1)
if [ "$(cat "$cache/stamp" 2>/dev/null)" = "$stamp" ]; then
	echo "corpus: $cache is ready ($(wc -l <"$cache/lists/full") files)"
	exit 0
fi

missing=0
lack() {
	echo "corpus: left out $1: $2"
	missing=$((missing + 1))
}

# A deb is fetched into a folder of its own, so that its file name (which has the version) need
# not be guessed.
fetch_deb() {
	dir=$cache/fetch/deb-$1
	if ! ls "$dir"/*.deb >/dev/null 2>&1; then
		mkdir -p "$dir"
		echo "corpus: fetching Debian's $1"
		(cd "$dir" && apt-get -q -o APT::Sandbox::User=root download "$1" >log 2>&1) ||
			{ lack "$1" "apt-get download failed"; return 1; }
	fi
	dpkg -x "$dir"/*.deb "$2"
}

fetch_npm() {
	command -v npm >/dev/null || { lack "$1" "no npm here"; return 1; }
	dir=$cache/fetch/npm-$(echo "$1" | tr '/@' '__')
	if ! ls "$dir"/*.tgz >/dev/null 2>&1; then
		mkdir -p "$dir"
		echo "corpus: fetching npm's $1"
		(cd "$dir" && npm pack --silent --ignore-scripts "$1" >log 2>&1) ||
			{ lack "$1" "npm pack failed"; return 1; }
	fi
	tar -xzf "$dir"/*.tgz -C "$2" --no-same-owner
}

if ! apt-cache show nsis >/dev/null 2>&1; then
	echo "corpus: apt has no package lists; running apt-get update"
	apt-get -q update >/dev/null || echo "corpus: apt-get update failed (not root?)"
fi

while read -r class registry name _; do
	case $class in ''|'#'*) continue;; esac
	tree=$cache/tree/$class/$(echo "$name" | tr '/@' '__')
	[ -e "$tree/.done" ] && continue
	rm -rf "$tree"
	mkdir -p "$tree"
	if "fetch_$registry" "$name" "$tree" </dev/null; then
		: >"$tree/.done"
	else
		rm -rf "$tree"
	fi
done <"$table"

python3 "$here/select.py" "$cache"
if [ "$missing" -eq 0 ]; then
	echo "$stamp" >"$cache/stamp"
else
	echo "corpus: $missing packages left out; the next run tries them again"
fi
