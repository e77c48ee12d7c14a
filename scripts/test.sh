#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Safe to run again; after the first time it builds what changed.
#
#   scripts/test.sh [--quick | --ci]
#
# --quick leaves out the tests labelled slow and models, and the runtime built alone. --ci adds what CI checks besides:
# warnings are errors, formatting, clang-tidy, tests with sanitizers (the runtime alone is built with one), and fuzzing for a
# while.
#
# Each step ends with a line of what it took; they come again as a table. The last line is "N passed, M failed", with
# ", K skipped" when tests were: a step that ran no tests of its own counts as one. The exit code is 0 only if something
# passed and nothing failed. The slow model tests need the real models, in ../shared or where $QUANTIR_SHARED says; they are
# skipped without.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

quick='' ci=''
for argument in "$@"; do
  case $argument in
    --quick) quick=1 ;;
    --ci) ci=1 ;;
    *) echo "test: expected --quick or --ci, but got '$argument'" >&2; exit 2 ;;
  esac
done
if [[ $quick && $ci ]]; then
  echo "test: expected one of --quick and --ci, but got both" >&2
  exit 2
fi

# cpu_seconds: what the children of this script have computed so far.
cpu_seconds() {
  local stat
  read -ra stat </proc/$$/stat
  echo $(((stat[15] + stat[16]) / $(getconf CLK_TCK)))
}

# step NAME COMMAND...: runs it, notes its time and outcome, and fails if it does.
checks=() times=()
step() {
  local name=$1 took start=$SECONDS cpu=$(cpu_seconds) suites=${#results[@]} outcome=passed
  shift
  echo
  echo "test: $name"
  "$@" || outcome=failed
  took=$(printf '%5d s, %5d s of CPU' $((SECONDS - start)) $(($(cpu_seconds) - cpu)))
  times+=("$took  $outcome  $name")
  ((${#results[@]} > suites)) || checks+=("$name=$outcome")
  echo "test: $name: $outcome, $took"
  [[ $outcome == passed ]]
}

# suite SOURCE FOLDER CTEST-ARGUMENT...: runs tests from SOURCE, leaving their results in FOLDER/ctest.xml.
results=()
suite() {
  local source=$1 output=$PWD/$2/ctest.xml
  results+=("$2/ctest.xml")
  shift 2
  (cd "$source" &&
    ctest --output-junit "$output" --output-on-failure --no-tests=error --timeout 900 -j "$(job_count)" "$@")
}

# The steps.
install_missing() { ./scripts/install-deps.sh ${ci:+--ci}; }

release() { configure build --preset release -DQUANTIR_WERROR="${ci:-0}" && build build; }
release_tests() {
  local select=()
  [[ -z $quick ]] || select=(-LE 'slow|models')
  suite . build --test-dir build "${select[@]}"
}

runtime_alone() { # with LLVM hidden from it
  configure build-runtime -S runtime -G Ninja -DCMAKE_BUILD_TYPE=Release -DQUANTIR_WERROR="${ci:-0}" \
    -DCMAKE_DISABLE_FIND_PACKAGE_LLVM=ON -DCMAKE_DISABLE_FIND_PACKAGE_MLIR=ON && build build-runtime
}
runtime_tests() { suite . build-runtime --test-dir build-runtime -LE 'slow|models'; }

# sanitized PRESET SOURCE: what is built and tested says the CMakePresets.json of that source folder.
sanitized() {
  configure "build-$1" -S "$2" --preset "$1" -DQUANTIR_WERROR=ON &&
    (cd "$2" && cmake --build --preset "$1" -j "$(job_count)")
}
sanitized_tests() { suite "$2" "build-$1" --preset "$1"; }

formatting() { git ls-files -z '*.cpp' '*.h' | xargs -0 /usr/lib/llvm-22/bin/clang-format --dry-run -Werror; }
# On the product's sources, with the precompiled headers of the build with asan.
tidy() {
  local llvm=/usr/lib/llvm-22/bin
  rm -f build-asan/tidy.log
  cmake --build build-asan --target quantir-generated -j "$(job_count)" >/dev/null &&
    /usr/bin/run-clang-tidy-22 -quiet -clang-tidy-binary "$llvm/clang-tidy" -p build-asan -j "$(job_count)" \
      "$PWD/(dialects|lib|passes|runtime|tools)/" >build-asan/tidy.log 2>&1 ||
    { cat build-asan/tidy.log; return 1; }
}

rm -f build{,-runtime,-asan,-tsan}/ctest.xml build/test/lit.xml
if step "install what is missing" install_missing; then
  [[ -z $ci ]] || step "formatting" formatting
  if step "build (first time about 10 to 15 minutes on two cores)" release; then
    step "tests" release_tests
  fi
  if [[ -z $quick && -z $ci ]] && step "build the runtime alone" runtime_alone; then
    step "tests of the runtime built alone" runtime_tests
  fi
  if [[ $ci ]]; then
    step "build the runtime alone, with tsan" sanitized tsan runtime && step "tests with tsan" sanitized_tests tsan runtime
    step "build with asan" sanitized asan . && step "tests with asan" sanitized_tests asan .
    # With a seed, so that what fails without a change is looked for elsewhere, by `fuzz.sh` without one.
    step "fuzzing, 30 s a target" ./scripts/fuzz.sh --seconds 30 --seed 1
    step "clang-tidy" tidy
  fi
fi

echo
printf '%s\n' "${times[@]}"
printf '%5d s, %5d s of CPU  in all\n\n' "$SECONDS" "$(cpu_seconds)"
if [[ -e build/CMakeCache.txt ]]; then
  python scripts/test-summary.py --lit build/test/lit.xml "${checks[@]/#/--check=}" "${results[@]}"
else
  echo "test: nothing was configured, so no test was run"
  echo "0 passed, 1 failed"
  exit 1
fi
