#!/usr/bin/env python3
"""Lets PyTorch 2.6 prepare, calibrate and convert small models, and saves what it made of them, for check_fx.py.

    make_fx_goldens.py FOLDER [CASE...]

Writes CASE.json, CASE.npz and CASE.onnx to FOLDER/fx. JSON has the nodes of the prepared and of the converted graph, and each
observer: kind, dtype, scale, zero point and, if another name stands for the same one, which. Needs PyTorch with an
ONNX exporter; the committed goldens under test/Goldens/fx are what it wrote.
"""

import argparse
import copy
import importlib
import io
import json
import pathlib
import warnings

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.ao import quantization
from torch.ao.quantization import QConfigMapping, get_default_qconfig_mapping  # noqa: F401: mappings have it
from torch.ao.quantization.backend_config import get_native_backend_config
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

warnings.filterwarnings("ignore")
CASES = {}


def case(*shape, mapping='get_default_qconfig_mapping("x86")'):
    """Registers a model by its name; `shape` is its input's, `mapping` the call that makes its QConfigMapping, or
    a dictionary with the names of qconfigs."""

    def register(model):
        CASES[model.__name__] = (model, shape, mapping)
        return model

    return register


@case(2, 3, 12, 12)
class squeeze_excite(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.down, self.up = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
        self.act, self.gate = nn.ReLU(), nn.Hardsigmoid()
        self.last = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        x = self.conv(x)
        return self.last(x * self.gate(self.up(self.act(self.down(self.pool(x))))))


@case(2, 3, 10, 10)
class dense_block(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2, self.c3 = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(7, 4, 3, padding=1), nn.Conv2d(11, 4, 1)
        self.r1, self.r2 = nn.ReLU(), nn.ReLU()
        self.pool = nn.AvgPool2d(2)

    def forward(self, x):
        y = torch.cat([x, self.r1(self.c1(x))], 1)
        z = torch.cat([y, self.r2(self.c2(y))], 1)
        return self.pool(self.c3(z))


@case(4, 6)
class multi_layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.f1, self.f2, self.f3 = nn.Linear(6, 10), nn.Linear(10, 10), nn.Linear(10, 3)
        self.bn, self.leaky, self.drop = nn.BatchNorm1d(10), nn.LeakyReLU(0.1), nn.Dropout(0.3)

    def forward(self, x):
        x = self.bn(self.f1(x))
        return self.f3(self.drop(self.leaky(self.f2(x))))


@case(2, 4, 16)
class one_dimensional(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv1d(4, 6, 3, padding=1), nn.Conv1d(6, 6, 3, padding=1)
        self.b1, self.b2 = nn.BatchNorm1d(6), nn.BatchNorm1d(6)
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()
        self.fc = nn.Linear(96, 5)

    def forward(self, x):
        x = self.relu1(self.b1(self.c1(x)))
        x = self.relu2(self.b2(self.c2(x)) + x)
        return self.fc(torch.flatten(x, 1))


@case(2, 3, 8, 8)
class relu6_and_pools(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.relu6 = nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.ReLU6()
        self.depthwise = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.maximum, self.average = nn.MaxPool2d(2), nn.AvgPool2d(2)
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        x = self.depthwise(self.relu6(self.conv(x)))
        x = self.average(self.maximum(x))
        return self.fc(torch.flatten(x, 1))


@case(3, 5)
class scalar_arithmetic(nn.Module):
    def __init__(self):
        super().__init__()
        self.f1, self.f2 = nn.Linear(5, 5), nn.Linear(5, 5)

    def forward(self, x):
        y = self.f1(x) * 0.5
        z = F.relu(y + 1.0)
        return self.f2(z) + y


@case(2, 3, 8, 8, mapping='get_default_qconfig_mapping("qnnpack")')
class upsampled(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.Conv2d(4, 3, 3, padding=1)
        self.tanh = nn.Tanh()

    def forward(self, x):
        y = F.interpolate(self.down(x), scale_factor=2.0, mode="nearest")
        return self.tanh(self.up(y))


@case(2, 6, 8)
class permuted(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 8), nn.Linear(6, 4)

    def forward(self, x):
        x = self.a(x).permute(0, 2, 1)
        return self.b(x)


@case(2, 3, 9, 9, mapping='get_default_qconfig_mapping("onednn")')
class two_heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk, self.norm = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)
        self.act = nn.ReLU()
        self.left, self.right = nn.Conv2d(8, 2, 1), nn.Conv2d(8, 4, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        x = self.act(self.norm(self.trunk(x)))
        return self.sigmoid(self.left(x)), self.right(x)


@case(2, 4, 8, 8)
class norm_and_elu(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 4, 3, padding=1), nn.InstanceNorm2d(4, affine=True)
        self.elu, self.last = nn.ELU(), nn.Conv2d(4, 2, 1)

    def forward(self, x):
        return self.last(self.elu(self.norm(self.conv(x))))


@case(3, 8)
class shared_weights(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.g = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x):
        return self.g(self.f(x) + self.f(F.relu(x)))


@case(2, 4, 6, 6, mapping={"": "default_qconfig"})
class transposed(nn.Module):
    def __init__(self):
        super().__init__()
        self.up, self.relu = nn.ConvTranspose2d(4, 3, 2, stride=2), nn.ReLU()
        self.conv = nn.Conv2d(3, 2, 3, bias=False)

    def forward(self, x):
        return self.conv(self.relu(self.up(x)))


@case(2, 3, 6, 6, 6)
class volume(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.bn, self.relu = nn.Conv3d(3, 4, 3), nn.BatchNorm3d(4), nn.ReLU()
        self.pool, self.fc = nn.AdaptiveAvgPool3d(1), nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.pool(self.relu(self.bn(self.conv(x)))).flatten(1))


@case(2, 4, 8, 8)
class prelu_and_hardswish(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 1)
        self.prelu, self.swish = nn.PReLU(), nn.Hardswish()

    def forward(self, x):
        return self.c(self.swish(self.b(self.prelu(self.a(x)))))


@case(2, 4, 8, 8)
class means_and_clamps(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(4, 6, 3), nn.Linear(6, 3)

    def forward(self, x):
        x = torch.clamp(self.conv(x), -0.5, 0.5)
        return self.fc(x.mean([2, 3]))


@case(2, 5, 8)
class attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(8, 8) for _ in range(4))
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        scores = torch.matmul(self.q(x), self.k(x).transpose(1, 2)) * 0.35
        return self.norm(x + self.o(torch.matmul(F.softmax(scores, -1), self.v(x))))


@case(2, 8, 6, 6)
class shuffled(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(8, 8, 1, groups=2), nn.Conv2d(8, 4, 1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.relu(self.a(x))
        x = x.view(2, 2, 4, 6, 6).transpose(1, 2).reshape(2, 8, 6, 6)
        return self.b(x)


@case(2, 4, 8, 8)
class attention_first(nn.Module):
    """A concatenation takes its first operand's observer: that of a sigmoid, which is fixed."""

    def __init__(self):
        super().__init__()
        self.a, self.f, self.c = nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3), nn.Conv2d(8, 2, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        attention, features = self.sigmoid(self.a(x)), self.f(x)
        return self.c(torch.cat([attention, features], 1))


@case(2, 4, 8, 8)
class features_first(nn.Module):
    """The same, with the features as first operand, which come later in the graph."""

    def __init__(self):
        super().__init__()
        self.a, self.f, self.c = nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3), nn.Conv2d(8, 2, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        attention, features = self.sigmoid(self.a(x)), self.f(x)
        return self.c(torch.cat([features, attention], 1))


@case(2, 4, 8, 8, mapping={"": "default_qconfig"})
class replaced_by_cat(nn.Module):
    """A concatenation replaces the observer of its second operand; what shared that one keeps it."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3)
        self.c, self.d = nn.Conv2d(8, 2, 1), nn.Conv2d(4, 2, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        a, b = self.a(x), self.b(x)
        pooled = self.pool(b)
        return self.c(torch.cat([a, b], 1)), self.d(pooled), self.d(b)


@case(2, 4, 8, 8, mapping={"": "default_qconfig"})
class cats_in_a_row(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(4, 4, 1), nn.Conv2d(8, 4, 1), nn.Conv2d(12, 2, 1)

    def forward(self, x):
        first = torch.cat([self.a(x), x], 1)
        return self.c(torch.cat([self.b(first), first], 1))


@case(2, 3, 8, 8)
class padded(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3)

    def forward(self, x):
        return self.b(F.pad(self.a(F.pad(x, [1, 1, 1, 1])), [0, 1, 0, 1]))


@case(4, 6, mapping={"": "default_dynamic_qconfig", "module_name": [["g", None]]})
class one_dynamic_layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.g = nn.Linear(6, 8), nn.Linear(8, 2)

    def forward(self, x):
        return self.g(torch.relu(self.f(x)))


@case(2, 3, 8, 8, mapping={"": "default_per_channel_qconfig", "module_name_regex": [["body\\..*", None]],
                           "module_name": [["body.2", "default_qconfig"]]})
class named_settings(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3)
        self.body = nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU(), nn.Conv2d(4, 4, 1))
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))


@case(2, 4, 8, 8)
class of_several_operators(nn.Module):
    """Modules that the exporter writes as several operators each."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 1)
        self.norm, self.gelu, self.softmax = nn.GroupNorm(2, 4), nn.GELU(), nn.Softmax(1)

    def forward(self, x):
        return self.softmax(self.b(self.gelu(self.norm(self.a(x)))))


@case(2, 4, 8, 8)
class in_place(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.a(x)
        y += x
        return self.b(self.relu(y)).relu().tanh()


@case(2, 4, 8, 8)
class without_convolution_before(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.relu, self.pool = nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        self.a, self.b = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)

    def forward(self, x):
        x = self.pool(self.relu(self.norm(x)))
        p = self.a(x)
        return F.relu(torch.mul(p, self.b(x))) - p


@case(2, 4, 8, 8)
class functions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)

    def forward(self, x):
        y = F.hardswish(self.conv(x))
        z = F.relu(self.norm(y)) + F.hardtanh(y)
        return F.avg_pool2d(torch.sigmoid(z), 2)


@case(2, 6, 8)
class first_row(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 8), nn.Linear(8, 4)

    def forward(self, x):
        return self.b(self.a(x)[:, 0])


# --- Writing -----------------------------------------------------------------------------------------------------------


def qualified(target):
    if isinstance(target, str):
        return target
    name = getattr(target, "__qualname__", getattr(target, "__name__", str(target)))
    module = getattr(target, "__module__", None) or "torchClass"
    return f"{module}.{name}" if module != "torch._VariableFunctions" else f"torchClass.{name}"


def nodes_of(graph_module):
    nodes = []
    for node in graph_module.graph.nodes:
        target = qualified(node.target)
        entry = {"name": node.name, "op": node.op, "target": target.replace("_VariableFunctionsClass.", ""),
                 "args": [str(a) for a in node.args], "kwargs": {k: str(v) for k, v in node.kwargs.items()}}
        if node.op == "call_module":
            kind = type(graph_module.get_submodule(node.target))
            entry["module_type"] = f"{kind.__module__}.{kind.__qualname__}"
        nodes.append(entry)
    return nodes


def observers_of(prepared):
    seen, entries = {}, []
    for node in prepared.graph.nodes:
        if node.op != "call_module" or "activation_post_process" not in node.name:
            continue
        observer = prepared.get_submodule(node.target)
        entry = {"name": node.name, "type": type(observer).__name__, "observer": type(observer).__name__,
                 "dtype": str(observer.dtype).removeprefix("torch."), "is_dynamic": bool(observer.is_dynamic)}
        if id(observer) in seen:
            entry["shared_with"] = seen[id(observer)]
        seen.setdefault(id(observer), node.name)
        if not isinstance(observer, quantization.PlaceholderObserver):
            scale, zero_point = observer.calculate_qparams()
            entry["scale"], entry["zero_point"] = scale.double().reshape(-1).tolist(), zero_point.reshape(-1).tolist()
        entries.append(entry)
    return entries


def export(model, example):
    buffer = io.BytesIO()
    outputs = model(example)
    names = [f"out{i}" for i in range(len(outputs) if isinstance(outputs, tuple) else 1)]
    torch.onnx.export(model, (example,), buffer, opset_version=17, input_names=["x"], output_names=names, dynamo=False,
                      do_constant_folding=False, training=torch.onnx.TrainingMode.EVAL,
                      keep_initializers_as_inputs=False)
    return buffer.getvalue()


def made(mapping):
    """The QConfigMapping that a call makes, or a dictionary says."""
    if isinstance(mapping, str):
        return eval(mapping)

    def named(qconfig):
        return qconfig and getattr(quantization, qconfig)

    levels = {key: [(type_of(name) if key == "object_type" else name, named(qconfig)) for name, qconfig in settings]
              for key, settings in mapping.items() if key}
    return QConfigMapping.from_dict({"": named(mapping.get("")), **levels})


def type_of(name):
    module, attribute = name.rsplit(".", 1)
    return getattr(importlib.import_module(module), attribute)


def write(name, folder):
    build, shape, mapping = CASES[name]
    torch.manual_seed(sum(map(ord, name)))
    model = build().eval()
    for module in model.modules():  # statistics that are not 0 and 1
        if hasattr(module, "running_mean") and module.running_mean is not None:
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    batches = [torch.randn(shape) for _ in range(3)]
    test = torch.randn(shape)
    qconfig_mapping = made(mapping)
    prepared = prepare_fx(copy.deepcopy(model), qconfig_mapping, (batches[0],), backend_config=get_native_backend_config())
    with torch.no_grad():
        for batch in batches:
            prepared(batch)
        record = {"kind": "fx", "id": name, "engine": torch.backends.quantized.engine, "backend_config": "native",
                  "qconfig_mapping": mapping, "prepare_custom_config": None, "n_calib": len(batches), "n_inputs": 1, "qat": False,
                  "equalize": False, "standalone": None, "prepared_nodes": nodes_of(prepared), "observers": observers_of(prepared),
                  "converted_nodes": nodes_of(convert_fx(copy.deepcopy(prepared), qconfig_mapping=qconfig_mapping))}
        arrays = {f"calib{i}_0": batch.numpy() for i, batch in enumerate(batches)}
        arrays["test_0"] = test.numpy()
    (folder / f"{name}.json").write_text(json.dumps(record) + "\n")
    np.savez_compressed(folder / f"{name}.npz", **arrays)
    (folder / f"{name}.onnx").write_bytes(export(model, batches[0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where to write")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="which to write (default: all)")
    arguments = parser.parse_args()
    folder = arguments.folder / "fx"
    folder.mkdir(parents=True, exist_ok=True)
    torch.backends.quantized.engine = "onednn"
    for name in arguments.cases or CASES:
        if name not in CASES:
            parser.error(f"no case is called '{name}'; expected one of {', '.join(CASES)}")
        write(name, folder)
        print(name)


if __name__ == "__main__":
    main()
