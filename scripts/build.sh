#!/usr/bin/env bash
# Installs what is missing and builds everything into build/, programs in build/bin. What demo.sh and test.sh start with.
#
#   scripts/build.sh [--runtime-alone]
#
# With --runtime-alone it also builds runtime/ as a project of its own into build-runtime/, with LLVM hidden from it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runtime_alone=
for argument in "$@"; do
  case $argument in
    --runtime-alone) runtime_alone=1 ;;
    *) echo "build: expected --runtime-alone, but got '$argument'" >&2; exit 2 ;;
  esac
done

# One compiler process for each core, as far as there are 1.5 GB of memory for it.
jobs=$(nproc)
if [[ -r /proc/meminfo ]]; then
  fit=$(awk '$1 == "MemAvailable:" {print int($2 / 1500000)}' /proc/meminfo)
  ((fit >= jobs)) || jobs=$((fit > 0 ? fit : 1))
fi

# configure_and_build FOLDER CMAKE-ARGUMENT...
configure_and_build() {
  local folder=$1 log=$1/configure.log
  shift
  mkdir -p "$folder"
  if ! cmake -B "$folder" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "build: configuring $folder failed" >&2
    exit 1
  fi
  cmake --build "$folder" -j "$jobs"
}

echo "build: 1. installing what is missing"
./scripts/install-deps.sh
echo "build: 2. building into build/ with $jobs jobs (first time about 10 minutes on two cores; again, only what changed)"
configure_and_build build --preset release
if [[ -n $runtime_alone ]]; then
  echo "build: 3. building the runtime alone into build-runtime/, without LLVM (first time about 2 minutes)"
  configure_and_build build-runtime -S runtime -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_DISABLE_FIND_PACKAGE_LLVM=ON -DCMAKE_DISABLE_FIND_PACKAGE_MLIR=ON
fi
