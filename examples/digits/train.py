#!/usr/bin/env python3
"""Trains the example: a small residual CNN on scikit-learn's bundled handwritten digits.

Writes, beside this script (or into --output):

  model.onnx         the float model, input [batch, 1, 8, 8] float32, opset 17. BatchNormalization stays in the graph,
                     with the running statistics of the training, as in a model that nobody prepared for quantization.
  calibration.npy    images of the training split, uint8 [256, 8, 8, 1]
  test_images.npy    images the training never saw, uint8 [597, 8, 8, 1]
  test_labels.npy    their digits, int64 [597]

The images are stored as pictures are: uint8, channels last. The model sees (x / 255 - MEAN) / STD.

Needs PyTorch, scikit-learn and onnx; takes well under a minute on one CPU core. One seed and one thread, so that a second
run on the same PyTorch gives the same model.
"""

import argparse
import pathlib

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

MEAN, STD = 0.305, 0.376  # of the training split, after / 255
SEED = 20
EPOCHS = 40
BATCH_SIZE = 64
CALIBRATION_IMAGES = 256


def convolution(channels_in, channels_out):
    # The BatchNorm that follows has the bias.
    return nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False)


class ResidualBlock(nn.Module):
    """relu(x + f(x)), f being two convolutions with BatchNorm."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = convolution(channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = convolution(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        return self.relu(x + self.bn2(self.conv2(y)))


class DigitsNet(nn.Module):
    def __init__(self, channels=32, classes=10):
        super().__init__()
        self.stem = nn.Sequential(convolution(1, channels), nn.BatchNorm2d(channels), nn.ReLU())
        self.block = ResidualBlock(channels)
        self.downsample = nn.MaxPool2d(2)
        self.head = nn.Sequential(convolution(channels, channels), nn.BatchNorm2d(channels), nn.ReLU())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.head(self.downsample(self.block(self.stem(x))))
        return self.classifier(torch.flatten(self.pool(x), 1))


def load_split():
    """(images, labels) for training and for testing; images are uint8 [N, 8, 8, 1]."""
    digits = load_digits()
    # The bundled grey levels are 0..16.
    images = np.rint(digits.images * (255.0 / 16.0)).astype(np.uint8)[..., np.newaxis]
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits.target.astype(np.int64), test_size=597, stratify=digits.target, random_state=SEED)
    return (train_x, train_y), (test_x, test_y)


def normalize(images):
    """uint8 [N, H, W, C] to the float32 [N, C, H, W] that the model takes."""
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255.0
    return (x - MEAN) / STD


def shifted(x, background, generator):
    """Moves every image of the batch by up to one pixel each way."""
    padded = nn.functional.pad(x, (1, 1, 1, 1), value=background)
    offsets = torch.randint(0, 3, (len(x), 2), generator=generator).tolist()
    height, width = x.shape[2:]
    return torch.stack([image[:, dy:dy + height, dx:dx + width] for image, (dy, dx) in zip(padded, offsets)])


def train(model, images, labels):
    generator = torch.Generator().manual_seed(SEED)
    x, y = normalize(images), torch.from_numpy(labels)
    background = (0.0 - MEAN) / STD
    steps = EPOCHS * (len(x) // BATCH_SIZE)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=2e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
    loss_function = nn.CrossEntropyLoss(label_smoothing=0.05)
    model.train()
    for epoch in range(EPOCHS):
        total = 0.0
        order = torch.randperm(len(x), generator=generator)
        for start in range(0, len(x) - BATCH_SIZE + 1, BATCH_SIZE):
            pick = order[start:start + BATCH_SIZE]
            loss = loss_function(model(shifted(x[pick], background, generator)), y[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1:2d}/{EPOCHS}  loss {total / (len(x) // BATCH_SIZE):.4f}", flush=True)


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        return (model(normalize(images)).argmax(1).numpy() == labels).mean()


def export(model, path):
    model.eval()
    # PRESERVE keeps the model in evaluation mode without folding BatchNorm into the convolutions, which EVAL does.
    torch.onnx.export(
        model, torch.zeros(1, 1, 8, 8), str(path), opset_version=17, input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}}, do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE, dynamo=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent,
                        help="folder to write into (default: this script's)")
    output = parser.parse_args().output

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    (train_x, train_y), (test_x, test_y) = load_split()
    model = DigitsNet()
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters; "
          f"{len(train_x)} images to train on, {len(test_x)} to test on; "
          f"mean {train_x.mean() / 255:.4f}, std {train_x.std() / 255:.4f}")
    train(model, train_x, train_y)
    print(f"test accuracy {100 * accuracy(model, test_x, test_y):.2f}%")

    output.mkdir(parents=True, exist_ok=True)
    export(model, output / "model.onnx")
    np.save(output / "calibration.npy", train_x[:CALIBRATION_IMAGES])
    np.save(output / "test_images.npy", test_x)
    np.save(output / "test_labels.npy", test_y)


if __name__ == "__main__":
    main()
