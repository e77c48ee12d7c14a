#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Safe to run again; after the first time it builds what changed.
#
#   scripts/test.sh [--quick]
#
# --quick leaves out the tests labelled slow and models, and the build of the runtime alone.
#
# The last line is "N passed, M failed", with ", K skipped" when tests were. The exit code is 0 only if something passed
# and nothing failed. The slow model tests need the real models, in ../shared or where $QUANTIR_SHARED says; they are
# skipped without.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

quick=
for argument in "$@"; do
  case $argument in
    --quick) quick=1 ;;
    *) echo "test: expected --quick, but got '$argument'" >&2; exit 2 ;;
  esac
done

build_options=(--runtime-alone)
[[ -z $quick ]] || build_options=()
if ! ./scripts/build.sh "${build_options[@]}"; then
  echo "test: the build failed; no test was run"
  echo "0 passed, 1 failed"
  exit 1
fi

# run_suite FOLDER CTEST-ARGUMENT...: leaves the results in FOLDER/ctest.xml.
run_suite() {
  local folder=$1
  shift
  rm -f "$folder/ctest.xml" "$folder/test/lit.xml"
  ctest --test-dir "$folder" --output-junit ctest.xml --output-on-failure --timeout 900 "$@"
}

select=()
[[ -z $quick ]] || select=(-LE 'slow|models')
results=(build/ctest.xml)
echo "test: running the tests of build/ ($([[ -n $quick ]] && echo 'quick ones, about 1 minute' || echo 'all, about 5 minutes'))"
run_suite build "${select[@]}"
if [[ -z $quick ]]; then
  echo "test: running the tests of the runtime built alone (about 1 minute)"
  results+=(build-runtime/ctest.xml)
  run_suite build-runtime -LE 'slow|models'
fi
echo
python3 scripts/test-summary.py --lit build/test/lit.xml "${results[@]}"
