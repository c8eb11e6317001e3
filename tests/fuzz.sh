#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs every fuzz target under libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer, for
# FUZZ_SECONDS each. What they find new is kept in build-fuzz/corpus and used by the next run.
set -eu
cd "$(dirname "$0")/.."
build=build-fuzz
seconds=${FUZZ_SECONDS:-60}

if [ ! -e $build/build.ninja ]; then
	CC=clang meson setup $build -Db_sanitize=address,undefined -Db_lundef=false \
		-Dc_args=-fsanitize=fuzzer-no-link >/dev/null
fi
failed=0
for source in tests/fuzz/*/fuzz_*.c; do
	area=$(dirname "${source#tests/fuzz/}")
	target=$(basename "$source" .c)
	ninja -C $build "tests/fuzz/$area/$target" >$build/ninja.log || { tail -40 $build/ninja.log; exit 1; }
	corpus=$build/corpus/$target
	mkdir -p "$corpus" $build/crashes
	printf '%-24s' "$target"
	if "$build/tests/fuzz/$area/$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 \
		-artifact_prefix="$build/crashes/$target-" "$corpus" "tests/fuzz/$area/corpus/${target#fuzz_}" \
		>"$build/$target.log" 2>&1; then
		grep -o 'Done .*' "$build/$target.log" || echo done
	else
		failed=$((failed + 1))
		echo "FAILED, see $build/$target.log and $build/crashes"
	fi
done
exit $((failed > 0))
