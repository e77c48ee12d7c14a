#!/usr/bin/env bash
# Installs what is missing and builds into build/, programs in build/bin. Safe to run again.
#
#   scripts/build.sh [TARGET...]
#
# Without a target it builds everything, the tests too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

for target in "$@"; do
  if [[ $target == -* ]]; then
    echo "build: expected names of targets, such as quantir, but got '$target'" >&2
    exit 2
  fi
done

echo "build: 1. installing what is missing"
./scripts/install-deps.sh
echo "build: 2. building ${*:-everything} into build/ with $(job_count) jobs (first time about 10 to 15 minutes on two cores; again, only what changed)"
configure build --preset release
build build "$@"
