#!/usr/bin/env bash
# Runs the two commands of README.md, demo.sh and test.sh, on bare machines: roots that hold what debootstrap's minimal
# variant of Debian 12 and 13 and git bring, nothing else. What is committed is tested, in a clone.
#
#   scripts/test-bare.sh [--release bookworm|trixie]... [--mirror URI] [--folder FOLDER] [--demo-only] [--ccache FOLDER]
#
#   --release    one of the releases; both without
#   --mirror     the Debian archive; without, $MIRROR or the one that this machine's apt reads
#   --folder     where the roots and logs go; without, build-bare of the checkout. About 8 GB for each release; a root that
#                is there already is made anew
#   --demo-only  leaves out test.sh
#   --ccache     a folder of compiled objects to use and fill, for repeated runs; times then say little. To share it with
#                builds of this machine: "compiler_check = content" and "ignore_options = -Werror" in its ccache.conf
#
# Needs root, debootstrap and unshare; about an hour for each release on two cores. The roots stay, to be looked at:
#   unshare --mount --pid --fork --root=FOLDER/trixie --mount-proc /bin/bash
# Nothing is mounted outside of a mount namespace that ends with the command, so they can be deleted at any time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { echo "test-bare: $*" >&2; exit 2; }
value() { [[ $# -gt 1 ]] || fail "expected a value after $1"; echo "$2"; }

releases=() mirror=${MIRROR:-} folder=$PWD/build-bare demo_only='' ccache=''
while (($#)); do
  case $1 in
    --release) releases+=("$(value "$@")"); shift ;;
    --mirror) mirror=$(value "$@"); shift ;;
    --folder) folder=$(realpath -m "$(value "$@")"); shift ;;
    --ccache) ccache=$(realpath -m "$(value "$@")"); shift ;;
    --demo-only) demo_only=1 ;;
    *) fail "expected one of the options at the top of this script, but got '$1'" ;;
  esac
  shift
done
((${#releases[@]})) || releases=(bookworm trixie)
for release in "${releases[@]}"; do
  [[ $release == bookworm || $release == trixie ]] || fail "expected --release bookworm or trixie, but got '$release'"
done
((EUID == 0)) || fail "expected to run as root: debootstrap needs it"
for program in debootstrap unshare git; do
  command -v "$program" >/dev/null || fail "expected the program $program (Debian: debootstrap, util-linux, git)"
done
[[ -z $(git status --porcelain --untracked-files=no) ]] || echo "test-bare: what is not committed is not tested"
if [[ -z $mirror ]]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" | grep -m 1 '/debian/$' || true)
  mirror=${mirror:-http://deb.debian.org/debian/}
fi

# inside ROOT COMMAND...: with an environment and processes of its own.
inside() {
  local root=$1
  shift
  mkdir -p "$root/ccache"
  unshare --mount --pid --fork --kill-child bash -c '
    set -e
    root=$1 ccache=$2
    shift 2
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
    [[ -z $ccache ]] || mount --bind "$ccache" "$root/ccache"
    exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
      CCACHE_DIR=/ccache ${ccache:+LANG="${LANG:-}"} chroot "$root" "$@"' inside "$root" "$ccache" "$@"
}

make_root() { # make_root RELEASE ROOT; called where set -e does nothing
  if [[ -e $2 ]]; then
    ! grep -q " $2/" /proc/mounts || fail "expected nothing mounted below $2; unmount it first"
    rm -rf --one-file-system "$2" || return
  fi
  debootstrap --variant=minbase --include=git "$1" "$2" "$mirror" || return
  # How this machine reaches its archive is no part of what is tested.
  apt-config dump | grep -E '^Acquire::(http|https)::Proxy|^Acquire::Check-' >"$2/etc/apt/apt.conf.d/90test-bare"
  cp /etc/resolv.conf "$2/etc/resolv.conf" && git clone -q --no-local . "$2/root/quantir"
}

# step RELEASE NAME COMMAND...: its output goes to a log, its time and result to the table.
table=()
failed=0
step() {
  local release=$1 name=$2 log=$folder/$1-$2.log start=$SECONDS result=ok
  shift 2
  echo "test-bare: $release: $name (log: $log)"
  "$@" >"$log" 2>&1 </dev/null || result="failed with $?"
  table+=("$(printf '%-10s %-10s %5d s  %s' "$release" "$name" $((SECONDS - start)) "$result")")
  [[ $result == ok ]] || { failed=1; tail -n 20 "$log" >&2; return 1; }
}

mkdir -p "$folder"
[[ -z $ccache ]] || mkdir -p "$ccache"
for release in "${releases[@]}"; do
  root=$folder/$release
  step "$release" root make_root "$release" "$root" || continue
  step "$release" demo inside "$root" bash -c 'cd ~/quantir && ./scripts/demo.sh' || continue
  if [[ -z $demo_only ]]; then
    step "$release" test inside "$root" bash -c 'cd ~/quantir && ./scripts/test.sh' || true
    tail -n 1 "$folder/$release-test.log"
  fi
done
printf '%s\n' "" "${table[@]}"
exit "$failed"
