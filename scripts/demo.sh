#!/usr/bin/env bash
# Installs what is missing, builds, then quantizes the example model and compares float with int8 on its data. Safe to
# run again; after the first time it takes seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/common.sh

if (($#)); then
  echo "demo: expected no argument, but got '$1'" >&2
  exit 2
fi

./scripts/build.sh quantir # nothing else is run

quantir=build/bin/quantir
example=examples/digits
output=build/demo
normalization=(--mean 0.305 --std 0.376) # of train.py
test_split=(--input "$example/test_images.npy" --labels "$example/test_labels.npy")
mkdir -p "$output"

show() { # prints the command, then runs it
  echo
  echo "\$ $*"
  "$@"
}
accuracy() { # show eval …, leaving the accuracy in $result
  local text
  text=$(show "$quantir" eval "$@")
  echo "$text"
  result=${text##*top1 }
}

echo "demo: quantizing $example/model.onnx, evaluating and timing it before and after (10 to 20 seconds)"
show "$quantir" quantize "$example/model.onnx" --calibration "$example/calibration.npy" "${normalization[@]}" \
  --report "$output/report.json" -o "$output/digits.plan"
accuracy "$example/model.onnx" "${test_split[@]}" "${normalization[@]}"
float_accuracy=$result
accuracy "$output/digits.plan" "${test_split[@]}"
int8_accuracy=$result
for batch in 1 64; do
  "$quantir" bench "$example/model.onnx" --threads 1 --batch "$batch" --json >"$output/float-$batch.json"
  "$quantir" bench "$output/digits.plan" --threads 1 --batch "$batch" --json >"$output/int8-$batch.json"
done

python - "$output" "$example/model.onnx" "$float_accuracy" "$int8_accuracy" <<'PYTHON'
import json
import pathlib
import sys

output, model, accuracies = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
sizes = [model.stat().st_size, (output / "digits.plan").stat().st_size]
rows = []
for name, accuracy, size in zip(("float", "int8"), accuracies, sizes):
    one, many = (json.loads((output / f"{name}-{batch}.json").read_text()) for batch in (1, 64))
    rows.append((name, accuracy, one["median_ms"], many["per_second"], size))

print()
print(f"{'one thread':12}{'top-1':>18}{'latency':>13}{'images/s':>13}{'file':>12}")
print(f"{'':12}{'':>18}{'batch 1':>13}{'batch 64':>13}")
for name, accuracy, latency, rate, size in rows:
    print(f"{name:12}{accuracy:>18}{latency:>10.4f} ms{rate:>13,.0f}{size / 1000:>9.1f} kB")
(_, _, float_latency, float_rate, float_size), (_, _, latency, rate, size) = rows
print(f"{'int8 gains':12}{'':>18}{float_latency / latency:>12.2f}x{rate / float_rate:>12.2f}x{float_size / size:>11.2f}x")
print(f"\nThe plan and the report of what was quantized are in {output}/")
PYTHON
