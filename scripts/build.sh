#!/usr/bin/env bash
# Installs what is missing and builds everything into build/, programs in build/bin. What demo.sh starts with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

if (($#)); then
  echo "build: expected no argument, but got '$1'" >&2
  exit 2
fi

echo "build: 1. installing what is missing"
./scripts/install-deps.sh
echo "build: 2. building into build/ with $(job_count) jobs (first time about 15 minutes on two cores; again, only what changed)"
configure build --preset release
build build
