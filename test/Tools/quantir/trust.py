"""Models that quantize badly, each with what has to be said of it; and some that do not.

    trust.py QUANTIR FOLDER
"""

import json
import pathlib
import subprocess
import sys

import numpy as np

rng = np.random.default_rng(3)
X = "tensor<?x4xf32>"


def constant(name, values):
    text = np.array2string(np.asarray(values, np.float32), separator=",", threshold=sys.maxsize, floatmode="unique",
                           max_line_width=1 << 20).replace("\n", "")
    return f"{name} = arith.constant dense<{text}> : tensor<{'x'.join(map(str, np.shape(values)))}xf32>\n"


def linear(result, input_, weight, path):
    outputs, inputs = np.shape(weight)
    return (constant(f"%w_{path}", weight) + f'{result} = nn.linear {input_}, %w_{path} {{nn.path = "{path}"}} : '
            f"(tensor<?x{inputs}xf32>, tensor<{outputs}x{inputs}xf32>) -> tensor<?x{outputs}xf32>\n")


def module(body, result="%y", type_=X):
    return (f'func.func @main(%x: {X} {{nn.name = "x"}}) -> ({type_} {{nn.name = "y"}}) {{\n{body}return {result} : {type_}\n'
            "}\n")


# Small values beside large ones, of which a layer wants the small ones.
WEIGHT = rng.normal(size=(4, 4))


def joined(factor):
    return (linear("%a", "%x", WEIGHT, "small") + linear("%b", "%x", factor * WEIGHT, "large") +
            f'%c = nn.cat %a, %b {{axis = 1 : i64, nn.path = "join"}} : ({X}, {X}) -> tensor<?x8xf32>\n' +
            linear("%y", "%c", np.concatenate([WEIGHT, np.full((4, 4), 1e-9)], 1), "pick"))


GOOD = linear("%h", "%x", WEIGHT, "first") + f"%r = nn.relu %h : ({X}) -> {X}\n" + linear("%y", "%r", WEIGHT, "second")
CONSTANT = linear("%h", "%x", 0 * WEIGHT, "first") + linear("%y", "%h", WEIGHT, "second")

# Zero in float, and what is left of rounding in the plan: of two equal layers one stays float.
ZERO = (linear("%h", "%x", WEIGHT, "first") + linear("%g", "%x", WEIGHT, "second") +
        f'%y = nn.sub %h, %g {{nn.path = "difference"}} : ({X}, {X}) -> {X}\n')
LEAVE_SECOND = {"qconfig_mapping": {"": {"activation": "default_observer", "weight": "default_weight_observer"},
                                    "module_name": [["second", None], ["difference", None]]}}

QCONFIGS = {"dynamic": "default_dynamic_qconfig", "half": "float16_static_qconfig"}


def quantize(quantir, folder, name, text, data, *options):
    (folder / f"{name}.mlir").write_text(text)
    np.save(folder / f"{name}.npy", data.astype(np.float32))
    report = folder / f"{name}.json"
    run = subprocess.run([quantir, "quantize", folder / f"{name}.mlir", "--calibration", folder / f"{name}.npy", "-o",
                          folder / f"{name}.plan", "--report", report, *options], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{name}: {run.stderr}")
    return run.stderr, json.loads(report.read_text()), run.stdout


def expect(name, text, *parts):
    for part in parts:
        if part not in text:
            sys.exit(f"{name}: expected {part!r}, but got:\n{text}")


def main():
    quantir, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    data = rng.normal(size=(64, 4))

    errors, report, _ = quantize(quantir, folder, "joined", module(joined(60)), data)
    expect("joined", errors, "warning: do not trust this plan: on the calibration samples 'y' has ",
           "the error jumps at 'small' (nn.linear): ", "is rounded to ", "for 'pick' (nn.linear)", '[["pick",null]]')
    # What it says to try helps.
    (folder / "config.json").write_text('{"qconfig_mapping": {"base": "default", "module_name": [["pick", null]]}}')
    errors, better, _ = quantize(quantir, folder, "left", module(joined(60)), data, "--config", folder / "config.json")
    if better["outputs"][0]["sqnr_db"] < 25 or "do not trust" in errors or better["trust_warnings"]:
        sys.exit(f"left: expected a good plan, but got {better['outputs']} and {errors}")
    inspected = subprocess.run([quantir, "inspect", folder / "joined.plan"], capture_output=True, text=True, check=True).stdout
    expect("inspect", inspected, "do not trust this plan")
    if not report["trust_warnings"] or len(report["ops"]) != 4:
        sys.exit(f"joined: expected a warning about 4 ops, but got {report}")

    errors, _, _ = quantize(quantir, folder, "lost", module(joined(1e5)), data)
    expect("lost", errors, "warning: do not trust this plan: output 'y' is the same whatever the input is", '[["pick",null]]')

    # Ranges of other data.
    quantize(quantir, folder, "good", module(GOOD), data)
    subprocess.run([quantir, "calibrate", folder / "good.mlir", "--calibration", folder / "good.npy", "--state-out",
                    folder / "state.json"], check=True, stdout=subprocess.DEVNULL)
    errors, report, _ = quantize(quantir, folder, "clipped", module(GOOD), 5 * data, "--state", folder / "state.json")
    expect("clipped", errors, "values lie outside the range that their codes cover, and are clipped: ", "at 'first'",
           "try: calibrate on more data")

    errors, report, _ = quantize(quantir, folder, "fine", module(GOOD), data)
    if errors or report["trust_warnings"] or any(op["sqnr_db"] < 30 for op in report["ops"]):
        sys.exit(f"fine: expected no warning, but got {errors} and {report['ops']}")

    errors, report, _ = quantize(quantir, folder, "constant", module(CONSTANT), data)
    expect("constant", errors, "output 'y' is the same whatever the input is, in the float model, too")
    if "do not trust" in errors:
        sys.exit(f"constant: expected no word against the plan, but got {errors}")

    # Beside a signal of nothing any error is infinite.
    (folder / "leave.json").write_text(json.dumps(LEAVE_SECOND))
    errors, report, _ = quantize(quantir, folder, "zero", module(ZERO), data, "--config", folder / "leave.json")
    expect("zero", errors, "output 'y' ", "are they what the model is used on?")
    if "do not trust" in errors or report["outputs"][0]["sqnr_db"] > -200:
        sys.exit(f"zero: expected no word against the plan, but got {report['outputs']} and {errors}")

    # Samples that give zeros in both say nothing for the plan, nor against it.
    mostly_zero = np.where(np.arange(64)[:, None] < 56, 0, data)
    errors, report, _ = quantize(quantir, folder, "rare", module(joined(60)), mostly_zero)
    expect("rare", errors, "warning: do not trust this plan: on the calibration samples 'y' has ")
    if report["outputs"][0]["sqnr_db"] > 15:
        sys.exit(f"rare: expected a bad output, but got {report['outputs']}")
    errors, report, _ = quantize(quantir, folder, "rare_fine", module(GOOD), mostly_zero)
    if errors or not 30 < report["outputs"][0]["sqnr_db"] < 100:
        sys.exit(f"rare_fine: expected no warning, but got {errors} and {report['outputs']}")

    # Nor does what is infinite in float.
    infinite = data.copy()
    infinite[3, 0] = np.inf
    errors, report, _ = quantize(quantir, folder, "infinite", module(GOOD), infinite)
    expect("infinite", errors, "infinities or NaN in output 'y' for 1 of 64 samples, which its SQNR leaves out")
    if "do not trust" in errors or not 30 < report["outputs"][0]["sqnr_db"] < 100:
        sys.exit(f"infinite: expected the other samples to count, but got {errors} and {report['outputs']}")

    # One sample is no reason to take an output for constant.
    errors, _, _ = quantize(quantir, folder, "single", module(GOOD), data[:1])
    if "whatever the input is" in errors:
        sys.exit(f"single: expected no constant output, but got {errors}")

    for mode, qconfig in QCONFIGS.items():
        (folder / "config.json").write_text(json.dumps({"qconfig_mapping": {"": qconfig}, "backend_config": "native_and_fp16"}))
        _, report, text = quantize(quantir, folder, mode, module(GOOD), data, "--config", folder / "config.json")
        if report["totals"][mode] != 2 or report["totals"]["static"] or report["totals"]["quantized"] != 2:
            sys.exit(f"{mode}: expected two such ops, but got {report['totals']}")
        expect(mode, text, "2 of 2 ops quantized", "2 of them ", "computed in float on rounded numbers")


if __name__ == "__main__":
    main()
