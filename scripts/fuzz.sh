#!/usr/bin/env bash
# Fuzzes what reads files, with libFuzzer: gives each target changed files for a while, and keeps those that it fails on.
#
#   scripts/fuzz.sh [--seconds N] [--seed N] [TARGET ...]
#
# Targets: array config mlir onnx plan state; without one, all of them. N seconds each (60), one on each core. The same
# seed, and no files gathered before, give the same inputs; without one, others each time. Needs what
# `install-deps.sh --ci` installs. Files that were worth keeping gather in build-asan/fuzz/corpus, from where the next
# run goes on; those that a target failed on stand in build-asan/fuzz/found. The exit code is 0 only if there were none.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

fail() { echo "fuzz: $*" >&2; exit 2; }

all=(array config mlir onnx plan state)
seconds=60 seed=0 targets=()
while (($#)); do
  case $1 in
    --seconds)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || fail "--seconds: expected a number of seconds, but got '${2:-}'"
      seconds=$2
      shift ;;
    --seed)
      [[ ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || fail "--seed: expected a number, but got '${2:-}'"
      seed=$2
      shift ;;
    -*) fail "expected --seconds, --seed or targets (${all[*]}), but got '$1'" ;;
    *)
      [[ " ${all[*]} " == *" $1 "* ]] || fail "expected a target (${all[*]}), but got '$1'"
      [[ " ${targets[*]} " == *" $1 "* ]] || targets+=("$1") ;;
  esac
  shift
done
((${#targets[@]})) || targets=("${all[@]}")

# The fuzzers, and of the release build the tools that make plans for the seeds.
programs=() folder=build-asan/fuzz
for target in "${targets[@]}"; do programs+=("Quantir${target^}Fuzz"); done
[[ -e build/CMakeCache.txt ]] || configure build --preset release || exit 2
cmake --build build --target qopt qtranslate -j "$(job_count)" >/dev/null || fail "building the tools failed: run scripts/build.sh"
[[ -e build-asan/CMakeCache.txt ]] || configure build-asan --preset asan || exit 2
cmake --build build-asan --target "${programs[@]}" -j "$(job_count)" || fail "building the fuzz targets failed"
mkdir -p "$folder"/{corpus,found}
rm -rf "$folder/seeds"
python test/Fuzz/seeds.py "$folder/seeds" --tools build/bin || fail "making the seeds failed"

# LLVM's allocator poisons memory from its headers, which are built with the sanitizer; its library is not.
export ASAN_OPTIONS=allow_user_poisoning=0

# fuzz TARGET: leaves what libFuzzer says in a log.
fuzz() {
  local target=$1 dictionary=() known=()
  mkdir -p "$folder/corpus/$target"
  [[ ! -e $folder/seeds/$target.dict ]] || dictionary=(-dict="$folder/seeds/$target.dict")
  [[ ! -d test/Fuzz/Inputs/$target ]] || known=("test/Fuzz/Inputs/$target")
  # A file of 16 KB at most that takes 10 s, or 1 GB, is a defect.
  exec "build-asan/bin/Quantir${target^}Fuzz" -max_total_time="$seconds" -seed="$seed" -max_len=16384 -timeout=10 \
    -rss_limit_mb=1024 -malloc_limit_mb=512 -print_final_stats=1 -artifact_prefix="$folder/found/$target-" \
    "${dictionary[@]}" "$folder/corpus/$target" "$folder/seeds/$target" "${known[@]}" >"$folder/$target.log" 2>&1
}

# finish_one: waits until some target has ended, and tells how.
declare -A target_of=()
failed=()
finish_one() {
  local pid target code=0
  wait -n -p pid || code=$?
  target=${target_of[$pid]}
  unset "target_of[$pid]"
  echo "fuzz: $target"
  grep -aE '^stat::(number_of_executed_units|average_exec_per_sec|peak_rss_mb)|^#[0-9]+.*DONE' "$folder/$target.log"
  if ((code != 0)); then
    grep -aE -m3 '^(==[0-9]+== ?ERROR|SUMMARY|fuzz: )|runtime error' "$folder/$target.log"
    tail -n 3 "$folder/$target.log"
    failed+=("$target")
  fi
}

# One target a core.
trap 'kill "${!target_of[@]}" 2>/dev/null' EXIT
trap 'exit 130' INT TERM
most=$(job_count)
echo "fuzz: ${targets[*]}: $seconds s each, $most at a time"
for target in "${targets[@]}"; do
  ((${#target_of[@]} < most)) || finish_one
  fuzz "$target" &
  target_of[$!]=$target
done
while ((${#target_of[@]})); do finish_one; done
if ((${#failed[@]})); then
  echo "fuzz: failed: ${failed[*]}; the files are in $folder/found, the logs in $folder" >&2
  echo "fuzz: once mended, put the file into test/Fuzz/Inputs/TARGET, where a test runs it" >&2
  exit 1
fi
echo "fuzz: nothing found"
