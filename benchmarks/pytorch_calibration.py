#!/usr/bin/env python3
"""Times PyTorch's ResNet-18 in float and prepared by FX graph mode quantization. Needs the torch package only.

usage: pytorch_calibration.py [--threads N] [--rounds N] [--samples N]

Prints one JSON object: medians, in milliseconds an image of 224 x 224, batch 1. Every turn begins with new observers.
"""
import argparse
import copy
import json
import statistics
import time
import warnings

warnings.filterwarnings("ignore")
import torch
from torch import nn
from torch.ao.quantization import (HistogramObserver, MinMaxObserver, QConfig, QConfigMapping,
                                   default_per_channel_weight_observer)
from torch.ao.quantization.quantize_fx import prepare_fx


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


def resnet18():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    width = 64
    for outputs in (64, 128, 256, 512):
        for index in range(2):
            layers.append(Block(width, outputs, 2 if outputs != width and index == 0 else 1))
            width = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)).eval()


def turn(model, images):
    model(images[0])
    start = time.perf_counter()
    for image in images:
        model(image)
    return 1e3 * (time.perf_counter() - start) / len(images)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=32)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    images = [torch.randn(1, 3, 224, 224) for _ in range(arguments.samples)]
    model = resnet18()
    models = {"float": model}
    for kind, observer in (("min_max", MinMaxObserver), ("histogram", HistogramObserver)):
        qconfig = QConfig(activation=observer, weight=default_per_channel_weight_observer)
        models[kind] = prepare_fx(copy.deepcopy(model), QConfigMapping().set_global(qconfig), (images[0],))
    times = {kind: [] for kind in models}
    with torch.no_grad():
        for _ in range(arguments.rounds):
            for kind in models:
                times[kind].append(turn(copy.deepcopy(models[kind]), images))
    row = {"model": "resnet18", "system": "torch " + torch.__version__, "threads": arguments.threads}
    row.update({kind + "_ms": round(statistics.median(values), 3) for kind, values in times.items()})
    print(json.dumps(row))


if __name__ == "__main__":
    main()
