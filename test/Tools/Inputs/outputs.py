"""No tool destroys what it reads or what was there, and one that fails leaves nothing.

    outputs.py QUANTIR EXAMPLES FOLDER
"""

import pathlib
import shutil
import subprocess
import sys

import numpy as np

QUANTIR, EXAMPLES, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
BIN = QUANTIR.parent
DIGITS = EXAMPLES / "digits"
PIXELS = ["--mean", "0.305", "--std", "0.376"]
problems = []


def contents():
    return {path.relative_to(FOLDER): path.read_bytes() if path.is_file() else None for path in FOLDER.rglob("*")}


def fails(text, tool, *arguments):
    """The command fails with an error that has `text`, and nothing in FOLDER changes."""
    before = contents()
    done = subprocess.run([BIN / tool, *arguments], cwd=FOLDER, capture_output=True, text=True)
    command = " ".join(map(str, [tool, *arguments]))
    if done.returncode != 1 or text not in done.stderr:
        problems.append(f"{command}: exit code {done.returncode}: {done.stderr.strip()}")
    after = contents()
    for path in before.keys() | after.keys():
        if path not in after or path not in before or before[path] != after[path]:
            problems.append(f"{command}: {path} is {'gone' if path not in after else 'new or changed'}")


def works(tool, *arguments):
    subprocess.run([BIN / tool, *arguments], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    shutil.copy(DIGITS / "model.onnx", FOLDER / "model.onnx")
    np.save(FOLDER / "x.npy", np.load(DIGITS / "calibration.npy")[:8])
    np.save(FOLDER / "y.npy", np.zeros(8, np.int64))
    (FOLDER / "config.json").write_text("{}")
    (FOLDER / "link.onnx").symlink_to("model.onnx")
    (FOLDER / "hard.onnx").hardlink_to(FOLDER / "model.onnx")
    (FOLDER / "stages").mkdir()
    quantize = ["quantize", "model.onnx", "--calibration", "x.npy", *PIXELS]
    calibrate = ["calibrate", "model.onnx", "--calibration", "x.npy", *PIXELS]
    works("quantir", *quantize, "-o", "good.plan", "--report", "report.json")
    works("quantir", *calibrate, "-o", "prepared.mlir", "--state-out", "state.json")
    works("qtranslate", "--import-onnx", "model.onnx", "-o", "model.mlir")
    shutil.copy(FOLDER / "model.mlir", FOLDER / "stages" / "float.mlir")

    # An output that is an input, by any name.
    for path in ("model.onnx", "./model.onnx", "stages/../model.onnx", str(FOLDER / "model.onnx"), "link.onnx", "hard.onnx"):
        fails("is the file of MODEL", "quantir", *quantize, "-o", path)
    fails("is the file of --calibration", "quantir", *quantize, "-o", "x.npy")
    fails("is the file of --config", "quantir", *quantize, "--config", "config.json", "-o", "config.json")
    fails("is the file of --state", "quantir", *quantize, "--state", "state.json", "-o", "a.plan", "--report", "state.json")
    fails("--report 'model.onnx' is the file of MODEL", "quantir", *quantize, "-o", "a.plan", "--report", "model.onnx")
    fails("is the file of MODEL", "quantir", "quantize", "stages/float.mlir", "--calibration", "x.npy", *PIXELS, "-o",
          "a.plan", "--dump-stages", "stages")
    fails("is the file of MODEL", "quantir", *calibrate, "-o", "model.onnx")
    fails("is the file of --calibration", "quantir", *calibrate, "--state-out", "x.npy")
    fails("is the file of --state-in", "quantir", *calibrate, "--state-in", "state.json", "-o", "state.json")
    fails("is the file of the state", "quantir", "merge-states", "state.json", "state.json", "-o", "state.json")
    fails("is the file of FILE", "quantir", "run", "good.plan", "--input", "x.npy", "--output", "good.plan")
    fails("is the file of --input", "quantir", "run", "good.plan", "--input", "x.npy", "--output", "x.npy")
    fails("is the file of FILE", "qrun", "good.plan", "--input", "x.npy", "--output", "good.plan")
    fails("is the file of --input", "qrun", "good.plan", "--input", "x.npy", "--output", "x.npy")
    fails("is the file of FILE", "qrun", "good.plan", "--input", "x.npy", "--calibrate", "good.plan")
    fails("is the file of the argument", "qopt", "model.mlir", "-o", "model.mlir")
    fails("is the file of the argument", "qtranslate", "--import-onnx", "model.onnx", "-o=model.onnx")

    fails("is the file of the argument", "qopt", "model.mlir", "--quantir-prepare=config=config.json", "-o", "config.json")
    fails("is the file of the argument", "qopt", "model.mlir", "--pass-pipeline=builtin.module(quantir-prepare{config=config.json})",
          "-o", "./config.json")
    (FOLDER / "arguments").write_text("model.mlir -o model.mlir")
    fails("arguments are not read from files", "qopt", "@arguments")
    for tool in (["qopt"], ["qtranslate", "--import-onnx"], ["qtranslate", "--export-plan"]):
        fails("it is a device", *tool, "/dev/zero", "-o", "a.out")
        fails("it is a device", *tool, "/dev/zero")

    # Two outputs that are one.
    fails("is the file of --output", "quantir", *quantize, "-o", "a.plan", "--report", "./a.plan")
    fails("is the file of --output", "quantir", *quantize, "-o", "new/prepared.mlir", "--dump-stages", "new")
    for folder in ("a", "a/", "./a/b", "a/b/c"):
        fails("is the file of --output", "quantir", *quantize, "-o", "a", "--dump-stages", folder)
    fails("is the file of --output", "quantir", *calibrate, "-o", "a", "--state-out", "a")
    fails("is the file of --calibrate", "qrun", "good.plan", "--input", "x.npy", "--calibrate", "a.npz", "--recordings", "a.npz")

    # Weights beside the model are inputs, too.
    try:
        import onnx
    except ImportError:
        onnx = None
    if onnx:
        model = onnx.load(str(FOLDER / "model.onnx"))
        onnx.save(model, str(FOLDER / "big.onnx"), save_as_external_data=True, location="weights.bin", size_threshold=0)
        for command in (["quantize", "big.onnx", "--calibration", "x.npy", *PIXELS, "-o"],
                        ["run", "big.onnx", "--input", "x.npy", *PIXELS, "--output"]):
            fails("external data", "quantir", *command, "weights.bin")
        fails("external data", "qtranslate", "--import-onnx", "big.onnx", "-o", "weights.bin")

    # Failures after the stages, and after the report was asked for: nothing is left of any.
    np.save(FOLDER / "bad.npy", np.full((8, 1, 8, 8), np.nan, np.float32))
    bad = ["quantize", "model.onnx", "--calibration", "bad.npy"]
    for stages in ("some/folder", "stages"):
        fails("NaN", "quantir", *bad, "-o", "a.plan", "--report", "a.json", "--dump-stages", stages)
    fails("NaN", "quantir", "calibrate", "model.onnx", "--calibration", "bad.npy", "-o", "a.mlir", "--state-out", "a.json")
    fails("No space left", "quantir", *quantize, "-o", "/dev/full", "--report", "a.json", "--dump-stages", "full/stages")
    fails("No space left", "quantir", *calibrate, "-o", "/dev/full", "--state-out", "a.json")
    (FOLDER / "broken.mlir").write_text("func.func @main(")
    fails("", "qopt", "broken.mlir", "-o", "model.mlir")
    fails("", "qopt", "broken.mlir", "-o", "a.mlir")
    fails("", "qtranslate", "--import-onnx", "broken.mlir", "-o", "good.plan")

    # What succeeds is there.
    works("quantir", *quantize, "-o", "a.plan", "--dump-stages", "some/folder")
    for stage in ("float", "prepared", "calibrated", "reference", "lowered"):
        if "func.func" not in (FOLDER / "some/folder" / f"{stage}.mlir").read_text():
            problems.append(f"no stage {stage}")
    works("qopt", "model.mlir", "--canonicalize", "-o", "b.mlir")
    works("qopt", "model.mlir", "-o", "/dev/null")
    print("\n".join(problems))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
