#!/usr/bin/env bash
# Writes docs/generated/, the reference of dialects, passes and interfaces, from their TableGen descriptions.
#
#   scripts/generate-docs.sh [--check]
#
# With --check it writes nothing, shows how the committed pages differ from what it would write, and fails if they do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

check=
case ${1:-} in
  '') ;;
  --check) check=1 ;;
  *) echo "generate-docs: expected --check, but got '$1'" >&2; exit 2 ;;
esac

llvm=/usr/lib/llvm-22
tblgen=$llvm/bin/mlir-tblgen
if [[ ! -x $tblgen ]]; then
  tblgen=$(command -v mlir-tblgen) || { echo "generate-docs: expected mlir-tblgen of LLVM 22, but found none" >&2; exit 1; }
  llvm=$(dirname "$(dirname "$(readlink -f "$tblgen")")")
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/generated"
sources=include/quantir

generate() { # generate PAGE FILE.td OPTION...
  local page=$scratch/generated/$1 td=$2
  shift 2
  "$tblgen" "$@" -Iinclude -I"$llvm/include" "$td" >"$page"
}

for dialect in nn:NN/NNOps.td quantir:Quantir/QuantirOps.td kernel:Kernel/KernelOps.td; do
  td=$sources/dialects/${dialect#*:}
  generate "$(basename "$(dirname "$td")")Dialect.md" "$td" -gen-dialect-doc -dialect="${dialect%%:*}"
done
for td in "$sources"/passes/*/Passes.td; do
  generate "$(basename "$(dirname "$td")")Passes.md" "$td" -gen-pass-doc
done
for td in "$sources"/dialects/Interfaces/*Interface.td; do
  generate "$(basename "$td" .td).md" "$td" -gen-op-interface-docs
done

if [[ -n $check ]]; then
  diff -ru docs/generated "$scratch/generated" || {
    echo "generate-docs: docs/generated is out of date; run scripts/generate-docs.sh" >&2
    exit 1
  }
else
  rm -rf docs/generated
  cp -r "$scratch/generated" docs/generated
fi
