# shellcheck shell=bash
# What the other scripts share. They source it from the root of the checkout.

# python ARGUMENT...: the Python that the configuration of build/ chose, cmake/QuantirRequirements.cmake.
python() {
  local program
  program=$(sed -n 's/^QUANTIR_PYTHON:[A-Z]*=//p' build/CMakeCache.txt 2>/dev/null)
  if [[ ! -x $program ]]; then
    echo "${0##*/}: expected a Python chosen in build/CMakeCache.txt, but got '$program'; run scripts/build.sh" >&2
    return 1
  fi
  "$program" "$@"
}

# job_count: one compiler process for each core, as far as there are 1.5 GB of memory for it.
job_count() {
  local jobs fit
  jobs=$(nproc)
  if [[ -r /proc/meminfo ]]; then
    fit=$(awk '$1 == "MemAvailable:" {print int($2 / 1500000)}' /proc/meminfo)
    ((fit >= jobs)) || jobs=$((fit > 0 ? fit : 1))
  fi
  echo "$jobs"
}

# configure FOLDER CMAKE-ARGUMENT...: shows what CMake says only if it fails.
configure() {
  local folder=$1 log=$1/configure.log
  shift
  mkdir -p "$folder"
  if ! cmake -B "$folder" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "${0##*/}: configuring $folder failed" >&2
    return 1
  fi
}

# build FOLDER [TARGET...]
build() { cmake --build "$1" -j "$(job_count)" ${2:+--target "${@:2}"}; }
