#!/usr/bin/env python3
"""Measures what other work on the machine costs a run.

usage: load.py [options] MODEL [MODEL...]

Each MODEL, a plan or what else `quantir bench` takes, is timed alone and beside busy loops, by default as many as there are
processors, in turns; medians of the rounds' medians and 90th percentiles are printed, and their ratios. `--check` exits
with 1 if a ratio of medians is above `--most`, or one of 90th percentiles above `--most-p90`.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUSY = "while True: pass"


def bench(arguments, model):
    command = [arguments.program, "bench", model, "--json", "--threads", str(arguments.threads), "--seconds", str(arguments.seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"error: '{model}' could not be timed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def bench_beside(arguments, model):
    loops = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(arguments.loops)]
    try:
        return bench(arguments, model)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--program", default=os.path.join(HERE, "..", "build", "bin", "quantir"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--loops", type=int, default=os.cpu_count(), help="busy loops beside it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--most", type=float, default=3)
    parser.add_argument("--most-p90", type=float, default=5)
    arguments = parser.parse_args()

    failed = False
    print(f"{arguments.loops} busy loops on {os.cpu_count()} processors, {arguments.threads} threads, ms: median / 90th percentile")
    for model in arguments.models:
        alone, beside = [], []
        for _ in range(arguments.rounds):
            alone.append(bench(arguments, model))
            beside.append(bench_beside(arguments, model))
        median = lambda runs, key: statistics.median(run[key] for run in runs)
        ratio, ratio_p90 = (median(beside, key) / median(alone, key) for key in ("median_ms", "p90_ms"))
        failed |= ratio > arguments.most or ratio_p90 > arguments.most_p90
        print(f"{os.path.basename(model)}: alone {median(alone, 'median_ms'):.3f} / {median(alone, 'p90_ms'):.3f}, "
              f"beside {median(beside, 'median_ms'):.3f} / {median(beside, 'p90_ms'):.3f}, "
              f"times {ratio:.2f} / {ratio_p90:.2f}", flush=True)
    if arguments.check and failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
