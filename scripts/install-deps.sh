#!/usr/bin/env bash
# Installs what Quantir is built and tested with, on Debian 12 (bookworm) and 13 (trixie). What is there already is left
# alone, so it can be run again at any time. On another system it installs nothing: it names what is missing, and
# succeeds when nothing is.
#
#   scripts/install-deps.sh [--ci]
#
# --ci installs what CI's further checks need too: clang with its sanitizers, clang-format and clang-tidy of LLVM 22.
set -euo pipefail

say() { echo "install-deps: $*"; }
fail() { echo "install-deps: $*" >&2; exit 1; }

# From the release itself. (On Debian 12 LLVM 22 is in the security archive.)
from_release=(g++ cmake ninja-build ccache git ca-certificates python3 python3-numpy python3-onnx
              llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools lld-22
              libonnx-dev libprotobuf-dev protobuf-compiler nlohmann-json3-dev libcli11-dev libfmt-dev libzip-dev
              zlib1g-dev libpcre2-dev)
case ${1:-} in
  '') ci='' ;;
  --ci) ci=1; from_release+=(clang-22 clang-format-22 clang-tidy-22 libclang-rt-22-dev) ;;
  *) fail "expected --ci, but got '$1'" ;;
esac
# Package=oldest version that serves. Debian 12 has older ones; there they come from the archive of Debian 13.
versioned=(libdnnl-dev=3.6 catch2=3.4 libflatbuffers-dev=23.5 flatbuffers-compiler=23.5)

installed() { # installed PACKAGE [MINIMUM]
  local version
  version=$(dpkg-query -W -f='${db:Status-Status} ${Version}' "$1" 2>/dev/null) && [[ $version == installed\ * ]] ||
    return 1
  [[ $# -lt 2 ]] || dpkg --compare-versions "${version#installed }" ge "$2"
}

# Looks for programs and headers, whatever installed them; prints one line for each that is missing.
missing_anywhere() {
  local llvm=/usr/lib/llvm-22/bin program header
  for program in g++ cmake ninja python3 protoc flatc; do
    command -v "$program" >/dev/null || echo "the program $program"
  done
  for program in mlir-tblgen mlir-opt FileCheck lit; do
    [[ -x $llvm/$program ]] || command -v "$program" >/dev/null || echo "the program $program of LLVM 22, with its CMake files"
  done
  for program in ${ci:+clang++ clang-format clang-tidy}; do
    [[ -x $llvm/$program ]] || echo "the program $program of LLVM 22"
  done
  if command -v g++ >/dev/null; then
    for header in oneapi/dnnl/dnnl.hpp flatbuffers/flatbuffers.h catch2/catch_test_macros.hpp onnx/onnx_pb.h \
                  google/protobuf/message.h nlohmann/json.hpp CLI/CLI.hpp fmt/core.h zip.h zlib.h \
                  pcre2.h; do
      echo "#if !__has_include(<$header>)
#error
#endif" | g++ -x c++ -fsyntax-only - 2>/dev/null || echo "the header <$header>"
    done
  fi
  # Any python3 will do that has both, as in cmake/QuantirRequirements.cmake.
  for program in $(type -aP python3) /usr/bin/python3; do
    "$program" -c "import numpy, onnx" 2>/dev/null && return
  done
  echo "a python3 with the modules numpy and onnx"
}

release=unknown
[[ ! -r /etc/os-release ]] || release=$(. /etc/os-release && echo "${ID:-unknown}${VERSION_ID:-}")
if [[ $release != debian12 && $release != debian13 ]]; then
  mapfile -t missing < <(missing_anywhere)
  if ((${#missing[@]} == 0)); then
    say "this is '$release'; everything is installed already"
    exit 0
  fi
  {
    say "packages are installed by themselves on Debian 12 and 13 only; this is '$release', where these are missing:"
    printf '  %s\n' "${missing[@]}"
    say "on Debian they come from: ${from_release[*]} ${versioned[*]%%=*}"
  } >&2
  exit 1
fi

need_release=()
for package in "${from_release[@]}"; do
  installed "$package" || need_release+=("$package")
done
need_versioned=()
for entry in "${versioned[@]}"; do
  installed "${entry%%=*}" "${entry#*=}" || need_versioned+=("${entry%%=*}")
done
if ((${#need_release[@]} + ${#need_versioned[@]} == 0)); then
  say "everything is installed already"
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || fail "expected to run as root or with sudo, to install: ${need_release[*]} ${need_versioned[*]}"
  as_root=(sudo)
fi
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 -o DPkg::Use-Pty=0 -o Acquire::Retries=3 "$@"
}

# add_source SUITE URI [PIN]: adds an archive unless the machine reads it already.
add_source() {
  local suite=$1 uri=$2 pin=${3:-}
  apt-get indextargets --format '$(RELEASE)' | grep -qx "$suite" && return
  say "adding $uri $suite to /etc/apt/sources.list.d"
  if [[ -n $pin ]]; then
    printf 'Package: *\nPin: release n=%s\nPin-Priority: %s\n' "$suite" "$pin" |
      "${as_root[@]}" tee "/etc/apt/preferences.d/quantir-$suite" >/dev/null
  fi
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
    "$uri" "$suite" /usr/share/keyrings/debian-archive-keyring.gpg |
    "${as_root[@]}" tee "/etc/apt/sources.list.d/quantir-$suite.sources" >/dev/null
}

# candidate PACKAGE: the version that a plain install would take; nothing when there is none.
candidate() { apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" {print $2}'; }

say "installing ${need_release[*]} ${need_versioned[*]}"
say "up to 0.4 GB to download and 2.3 GB on disk${ci:+, for CI half as much again}, 1 to 5 minutes"
apt_get update
if ((${#need_release[@]})); then
  if [[ -z $(candidate libmlir-22-dev) && $release == debian12 ]]; then
    add_source bookworm-security http://deb.debian.org/debian-security/
    apt_get update
  fi
  # The sanitizers' 32-bit half wants a libc6 of its own version; where libc6 came from Debian 13, so must that.
  [[ -z $ci ]] || need_release+=("libc6-i386=$(dpkg-query -W -f='${Version}' libc6)")
  apt_get install -y --no-install-recommends "${need_release[@]}"
fi
if ((${#need_versioned[@]})); then
  # What the archive offers decides, not the release's number: with Debian 13's libc6 comes its base-files, and with that
  # a Debian 12 machine calls itself 13.
  target=()
  for entry in "${versioned[@]}"; do
    dpkg --compare-versions "$(candidate "${entry%%=*}")" ge "${entry#*=}" || target=(-t trixie)
  done
  if ((${#target[@]})); then
    say "${need_versioned[*]}: too old here, taking them from Debian 13, with its libc6, libstdc++6 and base-files"
    mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' | awk '$1 == "bookworm" {print $2; exit}')
    # Pinned so low that nothing else comes from there unless asked for by name.
    add_source trixie "${mirror:-http://deb.debian.org/debian/}" 100
    apt_get update
  fi
  apt_get install -y --no-install-recommends "${target[@]}" "${need_versioned[@]}"
fi
say "done"
