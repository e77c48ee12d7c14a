#!/usr/bin/env python3
"""Quantizes real trained models with `quantir` and checks what comes out: the float logits against those of another
framework, the int8 model against its accuracy targets.

    check_models.py --quantir PROGRAM --qopt PROGRAM --shared DIR [MODEL...]

DIR/models holds the models and their data (docs/Testing.md says where they come from). Without it the check is skipped:
exit code 77. Prints one line per model; exits 1 if a target is missed.

SQNR is the mean over samples of 10 log10(sum ref^2 / sum (ref - q)^2) of the logits against the model's own float run; agreement
is the share of samples with the same highest-scoring class.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from typing import Optional

import numpy as np

SKIPPED = 77
IMAGENET = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"]


@dataclasses.dataclass
class Model:
    """A model, its data, and what must be reached. A file name may end in [a:b], the samples to take."""

    onnx: str
    calibration: str
    test: str
    preprocessing: list
    labels: Optional[str] = None
    float_logits: Optional[str] = None  # another framework's
    top1_loss: Optional[float] = None  # points that int8 may lose
    sqnr: dict = dataclasses.field(default_factory=dict)  # least SQNR in dB, by output
    agreement: Optional[float] = None  # least, in percent
    stages: bool = False  # whether the MLIR of each stage is checked, too


# Each SQNR target is the best of PyTorch and ONNX Runtime, static or dynamic, on the same model and data; MobileNetV2's is 1 dB above.
MODELS = {
    "resnet20": Model(
        onnx="cifar/resnet20.onnx",
        calibration="cifar/calib_images_u8.npy",
        test="cifar/test_images_u8.npy",
        labels="cifar/test_labels.npy",
        preprocessing=IMAGENET,
        float_logits="cifar/resnet20_fp32_test_logits.npy",
        top1_loss=0.3,
        sqnr={"logits": 28.9},
        stages=True,
    ),
    "resnet56": Model(
        onnx="cifar/resnet56.onnx",
        calibration="cifar/calib_images_u8.npy",
        test="cifar/test_images_u8.npy",
        labels="cifar/test_labels.npy",
        preprocessing=IMAGENET,
        float_logits="cifar/resnet56_fp32_test_logits.npy",
        top1_loss=0.3,
        sqnr={"logits": 28.6},
    ),
    "mobilenet_v2": Model(
        onnx="mobilenet_v2/mobilenet_v2_1.0.onnx",
        calibration="mobilenet_v2/calib_images_u8.npz",
        test="mobilenet_v2/test_images_u8.npz",
        labels="mobilenet_v2/test_labels.npy",
        preprocessing=["--mean", "0.5", "--std", "0.5"],
        float_logits="mobilenet_v2/fp32_test_logits.npy",
        sqnr={"logits": 18.8},
        agreement=97.0,
    ),
    "digits_cnn": Model(
        onnx="digits/cnn.onnx",
        calibration="digits/train_x.npy[0:256]",
        test="digits/test_x.npy",
        labels="digits/test_y.npy",
        preprocessing=[],
        float_logits="digits/cnn_fp32_test_logits.npy",
        sqnr={"logits": 37.9},
    ),
    "digits_lstm": Model(
        onnx="digits/lstm.onnx",
        calibration="digits/train_x.npy[0:256]",
        test="digits/test_x.npy",
        labels="digits/test_y.npy",
        preprocessing=[],
        float_logits="digits/lstm_fp32_test_logits.npy",
        sqnr={"logits": 44.3},
    ),
    "digits_transformer": Model(
        onnx="digits/transformer.onnx",
        calibration="digits/train_x.npy[0:256]",
        test="digits/test_x.npy",
        labels="digits/test_y.npy",
        preprocessing=[],
        float_logits="digits/transformer_fp32_test_logits.npy",
        sqnr={"logits": 41.7},
    ),
    "face_rfb": Model(
        onnx="face/version-RFB-320_simplified.onnx",
        calibration="face/images_240x320_u8.npy[0:15]",
        test="face/images_240x320_u8.npy[15:30]",
        preprocessing=["--mean", str(127 / 255), "--std", str(128 / 255)],
        sqnr={"scores": 39.9, "boxes": 21.1},
    ),
    "face_slim": Model(
        onnx="face/version-slim-320_simplified.onnx",
        calibration="face/images_240x320_u8.npy[0:15]",
        test="face/images_240x320_u8.npy[15:30]",
        preprocessing=["--mean", str(127 / 255), "--std", str(128 / 255)],
        sqnr={"scores": 39.4, "boxes": 20.1},
    ),
}

FLOAT_TOLERANCE = 1e-3  # of the logits' range


class Check:
    """The check of one model; `misses` lists the targets that were not reached."""

    def __init__(self, quantir, qopt, folder, scratch, model):
        self.quantir, self.qopt = quantir, qopt
        self.folder, self.scratch, self.model = folder, scratch, model
        self.misses, self.numbers = [], []

    def run(self, *arguments):
        result = subprocess.run([self.quantir, *map(str, arguments)], capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"{' '.join(map(str, result.args))}: exit code {result.returncode}\n{result.stderr}")
        return result.stdout

    def data(self, name):
        """The path of a data file, or of a slice of it."""
        match = re.fullmatch(r"(.*)\[(\d+):(\d+)\]", name)
        if not match:
            return self.folder / name
        array = np.load(self.folder / match[1])[int(match[2]) : int(match[3])]
        path = self.scratch / f"{pathlib.Path(match[1]).stem}-{match[2]}-{match[3]}.npy"
        np.save(path, array)
        return path

    def outputs(self, file, preprocessing, data=None):
        """The outputs by name."""
        path = self.scratch / "out.npz"
        self.run("run", file, "--input", self.data(data or self.model.test), "--output", path, *preprocessing)
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def top1(self, file, preprocessing):
        text = self.run(
            "eval", file, "--input", self.data(self.model.test), "--labels", self.data(self.model.labels), *preprocessing
        )
        return float(re.fullmatch(r"top1 (\d+\.\d\d)% \(\d+/\d+\)\n", text)[1])

    def expect(self, name, value, unit, least=None, most=None):
        ok = (least is None or value >= least) and (most is None or value <= most)
        bound = f">= {least:g}" if least is not None else f"<= {most:g}" if most is not None else ""
        self.numbers.append(f"{name} {value:.4g}{unit}{f' ({bound})' if bound else ''}{'' if ok else ' MISSED'}")
        if not ok:
            self.misses.append(name)

    def check(self):
        model, onnx = self.model, self.folder / self.model.onnx
        plan = self.scratch / "model.plan"
        reference = self.outputs(onnx, model.preprocessing)
        if model.float_logits:
            wanted = np.load(self.folder / model.float_logits)
            (got,) = reference.values()
            difference = np.abs(got - wanted).max() / np.ptp(wanted)
            self.expect("float difference", difference, " of range", most=FLOAT_TOLERANCE)

        start = time.monotonic()
        dump = ["--dump-stages", self.scratch / "stages"] if model.stages else []
        self.run("quantize", onnx, "--calibration", self.data(model.calibration), "-o", plan, *model.preprocessing, *dump)
        seconds = time.monotonic() - start
        quantized = self.outputs(plan, [])
        for name, ref in reference.items():
            self.expect(f"SQNR of {name}", sqnr(ref, quantized[name]), " dB", least=model.sqnr.get(name))
        if model.labels:
            (ref,), (got,) = reference.values(), quantized.values()
            agreement = 100 * (ref.argmax(1) == got.argmax(1)).mean()
            self.expect("agreement", agreement, "%", least=model.agreement)
            before, after = self.top1(onnx, model.preprocessing), self.top1(plan, [])
            self.numbers.append(f"top1 {before:.2f}% -> {after:.2f}%")
            self.expect("top1 loss", before - after, " points", most=model.top1_loss)
        if model.stages:
            self.check_stages()
        self.numbers.append(f"{onnx.stat().st_size / 1e6:.2f} -> {plan.stat().st_size / 1e6:.2f} MB")
        self.numbers.append(f"quantized in {seconds:.1f} s")

    def check_stages(self):
        """Each stage parses back, verifies and prints the same; the lowered one computes what the reference one says.

        A rounding that falls the other way moves one value by a step, which later layers spread: logits are compared by a step
        of an 8-bit code over their range, and nearly all have to agree.
        """
        for stage in ["float", "prepared", "calibrated", "reference", "lowered"]:
            file = self.scratch / "stages" / f"{stage}.mlir"
            again = subprocess.run([self.qopt, file], capture_output=True, check=True).stdout
            self.expect(f"{stage} prints the same", int(again == file.read_bytes()), "", least=1)
        (reference,), (lowered,) = (
            self.outputs(self.scratch / "stages" / f"{stage}.mlir", [], self.model.calibration).values()
            for stage in ["reference", "lowered"]
        )
        step = np.ptp(reference) / 255
        within = 100 * (np.abs(reference - lowered) <= step).mean()
        self.expect("logits within a step of the reference stage", within, "%", least=99.9)
        self.expect(
            "agreement with the reference stage", 100 * (reference.argmax(1) == lowered.argmax(1)).mean(), "%", least=99.5
        )


def sqnr(reference, actual):
    ref = reference.reshape(len(reference), -1).astype(np.float64)
    noise = ((ref - actual.reshape(ref.shape)) ** 2).sum(1)
    return float(np.mean(10 * np.log10((ref**2).sum(1) / np.maximum(noise, 1e-30))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quantir", required=True, help="the program")
    parser.add_argument("--qopt", required=True, help="the program")
    parser.add_argument("--shared", required=True, help="the folder that holds models/")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="which to check (default: all)")
    arguments = parser.parse_args()
    for name in arguments.models:
        if name not in MODELS:
            parser.error(f"no model is called '{name}'; expected one of {', '.join(MODELS)}")
    folder = pathlib.Path(arguments.shared) / "models"
    if not folder.is_dir():
        print(f"skipped: there is no folder {folder}")
        return SKIPPED
    missed = False
    for name in arguments.models or MODELS:
        with tempfile.TemporaryDirectory() as scratch:
            programs = os.path.abspath(arguments.quantir), os.path.abspath(arguments.qopt)
            check = Check(*programs, folder, pathlib.Path(scratch), MODELS[name])
            check.check()
        print(f"{name}: {', '.join(check.numbers)}", flush=True)
        missed |= bool(check.misses)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
