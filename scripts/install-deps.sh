#!/usr/bin/env bash
# Installs what Quantir is built and tested with, on Debian 12 (bookworm) and 13 (trixie). Safe to run again: what is
# there already is left alone. Elsewhere it names what is missing and changes nothing.
set -euo pipefail

# From the machine's own release (LLVM 22 comes from Debian's security archive on 12).
own=(g++ cmake ninja-build ccache git ca-certificates python3 python3-numpy
     llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools clang-22 lld-22
     libonnx-dev libprotobuf-dev protobuf-compiler nlohmann-json3-dev libcli11-dev libfmt-dev libzip-dev zlib1g-dev
     python3-onnx)
# Too old, or absent, on Debian 12, where they are taken from 13's archive.
newer=(libdnnl-dev libxnnpack-dev libpthreadpool-dev libcpuinfo-dev catch2 libflatbuffers-dev flatbuffers-compiler)

missing() { # the packages among "$@" that are not installed
  local p
  for p in "$@"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || printf '%s\n' "$p"
  done
}

if [[ ! -r /etc/os-release ]]; then
  release=unknown
else
  release=$(. /etc/os-release && echo "${ID:-unknown}${VERSION_ID:-}")
fi
if [[ $release != debian12 && $release != debian13 ]]; then
  {
    echo "install-deps: this is '$release'; packages are installed by themselves on Debian 12 and 13 only."
    echo "Quantir needs, under these Debian names or your system's own: ${own[*]} ${newer[*]}"
    if command -v dpkg-query >/dev/null; then
      echo "Missing here: $(missing "${own[@]}" "${newer[@]}" | tr '\n' ' ')"
    fi
    echo "Install them, then configure with: cmake --preset release"
  } >&2
  exit 1
fi

mapfile -t need_own < <(missing "${own[@]}")
mapfile -t need_newer < <(missing "${newer[@]}")
# Debian 12 packages of these names exist too, older than what we need.
if [[ $release == debian12 ]]; then
  for p in "${newer[@]}"; do
    v=$(dpkg-query -W -f='${Version}' "$p" 2>/dev/null || true)
    case "$p:$v" in
      libdnnl-dev:2.* | catch2:2.* | libflatbuffers-dev:2.* | flatbuffers-compiler:2.* | libxnnpack-dev:0.0~git202[0-3]*)
        need_newer+=("$p") ;;
    esac
  done
fi
if ((${#need_own[@]} + ${#need_newer[@]} == 0)); then
  echo "install-deps: everything is installed already"
  exit 0
fi

sudo=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || { echo "install-deps: run this as root, or install sudo" >&2; exit 1; }
  sudo=(sudo)
fi
apt_get() { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }

echo "install-deps: installing ${need_own[*]} ${need_newer[*]} (about 2 GB on disk; 1 to 5 minutes)"
if [[ $release == debian12 ]] && ((${#need_newer[@]})); then
  mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  : "${mirror:=http://deb.debian.org/debian}"
  printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
    "$mirror" | "${sudo[@]}" tee /etc/apt/sources.list.d/quantir-trixie.sources >/dev/null
  # Priority 100: nothing comes from there unless asked for by name.
  printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' |
    "${sudo[@]}" tee /etc/apt/preferences.d/quantir-trixie >/dev/null
fi
apt_get update -q
((${#need_own[@]} == 0)) || apt_get install -y -q --no-install-recommends "${need_own[@]}"
if ((${#need_newer[@]})); then
  if [[ $release == debian12 ]]; then
    apt_get install -y -q --no-install-recommends -t trixie "${need_newer[@]}"
  else
    apt_get install -y -q --no-install-recommends "${need_newer[@]}"
  fi
fi
echo "install-deps: done"
