"""affine.py FOLDER: a model of two linears, data for it, and what NumPy computes of them.

Writes model.mlir, x.npy, and the results of the model with weights of int4 in groups of 32 and activations of int8, a scale
for each token and run (tokens.npy); with weights of uint4 in groups of 16 whose zero points are real numbers (real.npy); and
with weights of int3 by rows, and activations of int6 in blocks of 32 neighbours of all samples (static.npy).
"""

import pathlib
import sys

import numpy as np

f32 = np.float32
folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(11)
x = random.normal(size=(8, 3, 64)).astype(f32)
w, v = (random.normal(size=shape).astype(f32) for shape in ((32, 64), (5, 32)))
b = random.normal(size=32).astype(f32)


def dense(array):
    return f'dense<"0x{array.tobytes().hex().upper()}"> : tensor<{"x".join(map(str, array.shape))}xf32>'


(folder / "model.mlir").write_text(f"""
func.func @main(%x: tensor<?x3x64xf32> {{nn.name = "x"}}) -> (tensor<?x3x5xf32> {{nn.name = "y"}}) {{
  %w = arith.constant {dense(w)}
  %b = arith.constant {dense(b)}
  %v = arith.constant {dense(v)}
  %0 = nn.linear %x, %w, %b {{nn.path = "first"}} : (tensor<?x3x64xf32>, tensor<32x64xf32>, tensor<32xf32>) -> tensor<?x3x32xf32>
  %1 = nn.relu %0 {{nn.path = "first"}} : (tensor<?x3x32xf32>) -> tensor<?x3x32xf32>
  %2 = nn.linear %1, %v {{nn.path = "second"}} : (tensor<?x3x32xf32>, tensor<5x32xf32>) -> tensor<?x3x5xf32>
  return %2 : tensor<?x3x5xf32>
}}
""")
np.save(folder / "x.npy", x)


def symmetric(values, size, low, high, seen=None):
    """Each `size` neighbours rounded to codes from low to high, the greatest magnitude of those of `seen` deciding."""
    blocks = values.reshape(-1, size)
    most = np.abs(blocks if seen is None else seen.reshape(-1, size)).max(axis=1, keepdims=True)
    scale = np.maximum(most / f32((high - low) / 2), f32(2**-23))
    return (np.clip(np.rint(blocks * (f32(1) / scale)), low, high) * scale).reshape(values.shape)


def real_zero_points(values, size, high):
    """The range of each `size` neighbours in `high` steps; the zero point is the number in its middle."""
    blocks = values.reshape(-1, size)
    low = blocks.min(axis=1, keepdims=True)
    scale = np.maximum((blocks.max(axis=1, keepdims=True) - low) / f32(high), f32(2**-23))
    middle = f32((high + 1) / 2)
    zero = low + scale * middle
    codes = np.clip(np.rint((blocks - (zero - scale * middle)) / scale), 0, high)
    return ((codes - middle) * scale + zero).reshape(values.shape)


def tokens(values):
    return symmetric(values, values.shape[-1], -128, 127)


def columns(values, seen):
    """Blocks of 32 neighbours of all samples."""
    def last(array):
        return np.moveaxis(array, 0, -1)
    rounded = symmetric(last(values), 32 * len(values), -32, 31, last(seen).copy())
    return np.moveaxis(rounded, -1, 0)


hidden = np.maximum(tokens(x) @ symmetric(w, 32, -8, 7).T + b, 0)
np.save(folder / "tokens.npy", tokens(hidden) @ symmetric(v, 32, -8, 7).T)
hidden = np.maximum(x @ real_zero_points(w, 16, 15).T + b, 0)
np.save(folder / "real.npy", hidden @ real_zero_points(v, 16, 15).T)
calibrated = np.maximum(x @ w.T + b, 0)
hidden = np.maximum(columns(x, x) @ symmetric(w, 64, -4, 3).T + b, 0)
np.save(folder / "static.npy", columns(hidden, calibrated) @ symmetric(v, 32, -4, 3).T)
