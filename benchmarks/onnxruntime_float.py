#!/usr/bin/env python3
"""Times ONNX Runtime on float models. One JSON object a line, median milliseconds.

usage: onnxruntime_float.py [--threads 2] [--seconds 2] MODEL...
"""
import argparse
import json
import os
import time

import numpy as np
import onnxruntime as ort


def measure(path, threads, seconds):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(path, options)
    inputs = {}
    for i in session.get_inputs():
        shape = [d if isinstance(d, int) else 1 for d in i.shape]
        inputs[i.name] = np.random.default_rng(9).standard_normal(shape, dtype=np.float32)
    session.run(None, inputs), session.run(None, inputs)
    times, start = [], time.perf_counter()
    while not times or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        session.run(None, inputs)
        times.append(1e3 * (time.perf_counter() - before))
    times.sort()
    return {
        "workload": os.path.splitext(os.path.basename(path))[0],
        "system": "onnxruntime " + ort.__version__,
        "threads": threads,
        "float_ms": round(times[len(times) // 2], 3),
        "float_least_ms": round(times[0], 3),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("models", nargs="+")
    arguments = parser.parse_args()
    for model in arguments.models:
        print(json.dumps(measure(model, arguments.threads, arguments.seconds)), flush=True)
