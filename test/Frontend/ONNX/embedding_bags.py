"""Runs the embedding bags of Inputs/ and compares with their definition.

    embedding_bags.py QUANTIR WORKDIR
"""

import pathlib
import subprocess
import sys

import numpy as np

QUANTIR, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
INPUTS = pathlib.Path(__file__).parent / "Inputs"
TABLE = np.arange(40, dtype=np.float32).reshape(20, 2)
INDICES = np.array([3, 0, 19, 7, 7, 2, 11, -1, 5])
REDUCTIONS = {"sum": np.sum, "mean": np.mean, "max": np.max}


def reduce(how, offsets, ends):
    return np.stack([how(TABLE[INDICES[a:b]], axis=0) if b > a else np.zeros(2) for a, b in zip(offsets, ends)])


def run(model, offsets):
    np.savez(WORK / "inputs.npz", i=INDICES, o=np.array(offsets))
    out = WORK / "out.npz"
    subprocess.run([QUANTIR, "run", INPUTS / model, "--input", WORK / "inputs.npz", "--output", out], check=True)
    return np.load(out)


WORK.mkdir(parents=True, exist_ok=True)
for opset in 11, 17:
    offsets = [0, 4, 4]
    results = run(f"embedding-bag-opset{opset}.onnx", offsets)
    for name, how in zip(results, REDUCTIONS.values(), strict=True):
        np.testing.assert_allclose(results[name], reduce(how, offsets, [4, 4, 9]), rtol=1e-6)
results = run("embedding-bag-last.onnx", [0, 4, 4, 7])
(result,) = [results[name] for name in results] if hasattr(results, "files") else [results]
np.testing.assert_allclose(result, reduce(np.sum, [0, 4, 4], [4, 4, 7]), rtol=1e-6)
