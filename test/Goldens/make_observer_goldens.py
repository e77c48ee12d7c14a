#!/usr/bin/env python3
"""Records what PyTorch's observers compute, for test/Unit/Numerics/GoldenTests.cpp.

    python3 make_observer_goldens.py FOLDER      # needs torch 2.6 and numpy; writes observers.json and observers.npz

The committed files were written with PyTorch 2.6.0 on x86-64. Inputs are not stored: `numbers` below makes them from a
seed with operations that are exact or rounded once in float32, and the test has the same function in C++.
"""
import json
import sys
import warnings

import numpy as np
import torch
from torch.ao.quantization import observer as observers

f32 = np.float32


def numbers(seed, shape, amplitude=1.0, offset=0.0, power=1, relu=False):
    """Heavy-tailed numbers (the more so, the higher `power`): offset + amplitude * u * v^power, u in [-1, 1), v in [0, 1)."""
    count = int(np.prod(shape))

    def uniform(stream):
        # splitmix64 of a counter; the upper 24 bits make an exact float32 in [0, 1).
        z = (np.arange(count, dtype=np.uint64) + np.uint64(seed * 2 + stream) * np.uint64(1 << 32)) * np.uint64(
            0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        return (z >> np.uint64(40)).astype(f32) * f32(2.0**-24)

    x = (uniform(0) * f32(2) - f32(1)) * f32(amplitude)
    v = uniform(1)
    for _ in range(power):
        x = x * v
    x = x + f32(offset)
    return (np.maximum(x, f32(0)) if relu else x).reshape(shape)


MIN_MAX = [
    ("MinMaxObserver", dict(dtype="quint8", qscheme="per_tensor_affine")),
    ("MinMaxObserver", dict(dtype="qint8", qscheme="per_tensor_symmetric")),
    ("MinMaxObserver", dict(dtype="qint8", qscheme="per_tensor_affine", reduce_range=True)),
    ("MinMaxObserver", dict(dtype="quint8", qscheme="per_tensor_symmetric", quant_min=0, quant_max=127)),
    ("MinMaxObserver", dict(dtype="qint8", qscheme="per_tensor_symmetric", quant_min=-127, quant_max=127, eps=2.0**-12)),
    ("MinMaxObserver", dict(dtype="qint32", qscheme="per_tensor_affine")),
    ("MinMaxObserver", dict(dtype="int16", qscheme="per_tensor_symmetric")),
    ("MinMaxObserver", dict(dtype="uint16", qscheme="per_tensor_symmetric")),
    ("MinMaxObserver", dict(dtype="quint4x2", qscheme="per_tensor_affine")),
    ("MovingAverageMinMaxObserver", dict(dtype="quint8", qscheme="per_tensor_affine")),
    ("MovingAverageMinMaxObserver", dict(dtype="qint8", qscheme="per_tensor_symmetric", averaging_constant=0.25)),
    ("PerChannelMinMaxObserver", dict(dtype="qint8", qscheme="per_channel_symmetric", ch_axis=0)),
    ("PerChannelMinMaxObserver", dict(dtype="quint8", qscheme="per_channel_affine", ch_axis=1)),
    ("PerChannelMinMaxObserver", dict(dtype="qint8", qscheme="per_channel_symmetric", ch_axis=2)),
    ("PerChannelMinMaxObserver", dict(dtype="quint8", qscheme="per_channel_affine_float_qparams", ch_axis=0)),
    ("MovingAveragePerChannelMinMaxObserver", dict(dtype="qint8", qscheme="per_channel_symmetric", averaging_constant=0.1)),
]

SMALL = (5, 4, 9)
BATCHES = {
    "plain": [dict(shape=SMALL, seed=s, power=2) for s in (1, 2, 3)],
    "growing": [dict(shape=SMALL, seed=s, amplitude=a) for s, a in ((4, 0.1), (5, 1.0), (6, 30.0))],
    "positive": [dict(shape=SMALL, seed=s, offset=3.0) for s in (7, 8)],
    "negative": [dict(shape=SMALL, seed=s, offset=-1.5, amplitude=0.25) for s in (9, 10)],
    "tiny": [dict(shape=SMALL, seed=s, amplitude=1e-9) for s in (11, 12)],
    "zeros": [dict(shape=SMALL, seed=13, amplitude=0.0)],
}

# Large tensors: rounding that a few numbers do not show.
HISTOGRAMS = [
    ("relu", dict(dtype="quint8"), [dict(shape=[40000], seed=s, power=3, relu=True, amplitude=6.0) for s in range(20, 24)]),
    ("relu7", dict(dtype="quint8", reduce_range=True),
     [dict(shape=[40000], seed=s, power=3, relu=True, amplitude=6.0) for s in range(20, 24)]),
    ("tails", dict(dtype="qint8"), [dict(shape=[30011], seed=s, power=8, amplitude=100.0) for s in range(30, 36)]),
    ("tails_symmetric", dict(dtype="qint8", qscheme="per_tensor_symmetric"),
     [dict(shape=[30011], seed=s, power=8, amplitude=100.0) for s in range(30, 36)]),
    ("growing", dict(dtype="quint8"),
     [dict(shape=[20000], seed=s, amplitude=a, power=2) for s, a in ((40, 0.3), (41, 1.0), (42, 7.7), (43, 7.0), (44, 1000.0))]),
    ("big", dict(dtype="quint8", bins=512), [dict(shape=[5000], seed=s, amplitude=1e6, power=1) for s in (50, 51, 52)]),
    ("offset", dict(dtype="quint8", bins=512),
     [dict(shape=[5000], seed=s, amplitude=a, offset=5.0) for s, a in ((53, 1.0), (54, 2.0), (55, 3.0))]),
    ("constant_first", dict(dtype="qint8", bins=512),
     [dict(shape=[50], seed=56, amplitude=0.0, offset=0.5), dict(shape=[5000], seed=57, power=2, amplitude=4.0)]),
    ("uniform", dict(dtype="quint8", bins=512), [dict(shape=[50000], seed=58)]),
]


def construct(name, arguments):
    kwargs = {k: getattr(torch, v) if k in ("dtype", "qscheme") else v for k, v in arguments.items()}
    return getattr(observers, name)(**kwargs)


def record(case_id, name, arguments, batches, arrays):
    observer = construct(name, arguments)
    traces = {"min_trace": [], "max_trace": []}
    for batch in batches:
        observer(torch.from_numpy(numbers(**batch)))
        traces["min_trace"].append(observer.min_val.numpy().copy().reshape(-1))
        traces["max_trace"].append(observer.max_val.numpy().copy().reshape(-1))
    for key, rows in traces.items():
        arrays[f"{case_id}.{key}"] = np.concatenate(rows).astype(f32)
    scale, zero_point = observer.calculate_qparams()
    arrays[f"{case_id}.scale"] = scale.numpy().astype(f32)
    arrays[f"{case_id}.zero_point"] = zero_point.numpy().astype(f32 if zero_point.is_floating_point() else np.int32)
    if hasattr(observer, "histogram"):
        arrays[f"{case_id}.histogram"] = observer.histogram.numpy().astype(f32)
    return dict(id=case_id, observer=name, arguments=arguments, quant_min=observer.quant_min,
                quant_max=observer.quant_max, batches=batches)


def main(folder):
    warnings.simplefilter("ignore")
    cases, arrays = [], {}
    for index, (name, arguments) in enumerate(MIN_MAX):
        for data, batches in BATCHES.items():
            cases.append(record(f"range{index}_{data}", name, arguments, batches, arrays))
    for data, arguments, batches in HISTOGRAMS:
        cases.append(record(f"histogram_{data}", "HistogramObserver", arguments, batches, arrays))
    # One array of all numbers per kind keeps the file small: a zip member costs 250 bytes.
    packed, index = {}, {}
    for key, value in arrays.items():
        pool = packed.setdefault(str(value.dtype), [])
        index[key] = [str(value.dtype), sum(map(len, pool)), len(value)]
        pool.append(value)
    for case in cases:
        case["arrays"] = {key.split(".")[1]: place for key, place in index.items() if key.split(".")[0] == case["id"]}
    np.savez(f"{folder}/observers.npz", **{key: np.concatenate(values) for key, values in packed.items()})
    with open(f"{folder}/observers.json", "w", encoding="utf-8") as file:
        file.write('{"torch": %s, "cases": [\n' % json.dumps(torch.__version__))
        file.write(",\n".join(json.dumps(case) for case in cases))
        file.write("\n]}\n")


if __name__ == "__main__":
    main(sys.argv[1])
