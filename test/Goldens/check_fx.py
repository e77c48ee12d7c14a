#!/usr/bin/env python3
"""Checks backend configs of PyTorch's rules against graphs that PyTorch's FX graph mode prepared and converted.

    check_fx.py --tools FOLDER --goldens FOLDER [--verbose] [CASE...]

FOLDER of tools has qopt, qtranslate and quantir; FOLDER of goldens has fx/*.json. Each model is prepared and calibrated with the
case's own configuration. Then these have to be PyTorch's: which values are observed, which of them share an observer, the
kind, dtype, scale and zero point of each observer, and which ops are quantized; for tables of embeddings also the scales,
zero points and outputs. A model that was trained with fake quantization takes its parameters and its observers' states from
PyTorch, as docs/FromPyTorch.md says, and is compared with its weights' scales and its outputs. With equalization, what columns are multiplied
with, the weights and the outputs have to be PyTorch's, too. Prints one line a case and a sum, and exits
1 if a case differs that is not named below with its reason, 77 if there are no goldens.

A model file cannot say all that FX knows: whether `flatten` was a function or a method, or that there was a dropout. The
first is told to Quantir as `targets`, taken from the names of the called functions and methods; a dropout has the value of its input.
"""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

import equalization

try:
    import onnx
    from onnx import numpy_helper
except ImportError:
    onnx = None

# Cases in which Quantir knowingly differs, each with the reason.
KNOWN = {
    "padded": "padding with zeros becomes the convolution's own when a model is read, so that its input is observed",
}

OBSERVER_KINDS = {
    "MinMaxObserver": "min_max",
    "MovingAverageMinMaxObserver": "moving_average_min_max",
    "PerChannelMinMaxObserver": "per_channel_min_max",
    "HistogramObserver": "histogram",
    "FixedQParamsObserver": "fixed_qparams",
    "PlaceholderObserver": "placeholder",
}
# PyTorch's functions and methods, by the op of the nn dialect.
FUNCTIONS = {
    "add": "add", "mul": "mul", "sub": "sub", "cat": "cat", "relu": "relu", "tanh": "tanh", "linear": "linear",
    "conv2d": "conv", "hardsigmoid": "hardsigmoid", "flatten": "flatten", "reshape": "reshape", "permute": "transpose",
    "transpose": "transpose", "view": "reshape", "matmul": "matmul", "softmax": "softmax", "pad": "pad", "clamp": "clamp",
    "mean": "mean", "bmm": "matmul", "chunk": "split", "sigmoid": "sigmoid", "hardswish": "hardswish", "hardtanh": "clamp",
    "squeeze": "squeeze", "getitem": "slice", "interpolate": "interpolate", "avg_pool2d": "avg_pool", "max_pool2d": "max_pool",
}
OBSERVE = re.compile(r"(%\S+) = quantir\.observe (%\S+), @(\S+)( passive)?")
OBSERVER = re.compile(r"quantir\.observer @(\S+) #quantir\.(\w+)")
OP = re.compile(r"^(\s*)(?:(%\w+)[^=]* = )?\"?([\w.]+)")
TABLE_OBSERVER = re.compile(r"quantir\.observer @\S+ #quantir\.\w+<[^>]*float_qparams[^>]*> state "
                            r"{max_val = array<f32: ([^>]*)>, min_val = array<f32: ([^>]*)>")
QCAST = re.compile(r"quant\.qcast (%\S+) : .*?!quant\.uniform<(\w+):f32(?::\d+)?, (.*?)>>")
ALIAS = re.compile(r"^(!\w+) = (!quant\.uniform<.*>)$", re.MULTILINE)


class Failure(Exception):
    pass


class Skipped(Exception):
    pass


def run(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{pathlib.Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


# --- PyTorch's graph -------------------------------------------------------------------------------------------------


class Golden:
    """The prepared graph: ops by key, and observers by the key of the value they see."""

    def __init__(self, case):
        self.case = case
        self.values = {}  # node name -> key of its value
        self.observed = {}  # key -> set of (kind, dtype, dynamic, scale, zero point)
        self.classes = {}  # key -> names of the observers' instances
        self.operators = []
        observers = {o["name"]: o for o in case.get("observers", [])}
        counts = {}
        inputs = 0
        quantized_inputs = (case.get("prepare_custom_config") or {}).get("input_quantized_idxs", [])
        self.integers = set()
        for node in case["prepared_nodes"]:
            name, kind, arguments = node["name"], node["op"], node["args"]
            module = node.get("module_type", "").rsplit(".", 1)[-1]
            if name in observers or "Observer" in module or "FakeQuantize" in module:
                if name in observers:
                    self.observe(name, self.values[arguments[0]], observers[name])
                else:  # an equalization observer
                    self.values[name] = self.values[arguments[0]]
            elif kind == "placeholder":
                self.values[name] = ("input", inputs)
                if inputs in quantized_inputs:  # what the caller gives stands for an observer
                    scale, zero = case["input_q"]
                    self.observed[("input", inputs)] = {("fixed_qparams", "quint8", False, scale, zero)}
                    self.integers.add(name)
                inputs += 1
            elif kind == "get_attr":
                self.values[name] = ("parameter", name)
            elif kind == "output":
                continue
            elif module == "Dropout" or (node["target"] == "_operator.getitem" or name.startswith("getitem")) and (
                    not arguments[1].startswith("(")):
                self.values[name] = self.values[arguments[0]]
            else:
                what = name if kind == "call_module" else "nn." + FUNCTIONS[re.sub(r"_\d+$", "", name)]
                key = (what, counts.get(what, 0))
                counts[what] = key[1] + 1
                self.values[name] = key
                self.operators.append((key, name))

    def observe(self, name, key, observer):
        self.values[name] = key
        if key[0] == "parameter":
            return
        scale, zero = observer.get("scale"), observer.get("zero_point")
        kind = OBSERVER_KINDS[observer["observer"]]
        self.observed.setdefault(key, set()).add(
            (kind, observer["dtype"], observer["is_dynamic"], scale[0] if scale else None, zero[0] if zero else None))
        self.classes.setdefault(key, set()).add(observer.get("shared_with", name))

    def quantized(self):
        """The ops of the converted model that run on integers, or whose weight is quantized."""
        integers, result = set(self.integers), set()
        nodes = self.case.get("converted_nodes") or []
        keys = {name: key for key, name in self.operators}
        for node in nodes:
            target = str(node["target"]).rsplit(".", 1)[-1]
            module = node.get("module_type", "")
            reads = [a for text in node["args"] for a in re.findall(r"\w+", text)]
            reads += [a for text in node["kwargs"].values() for a in re.findall(r"\w+", str(text))]
            if target.startswith("quantize_per"):
                integers.add(node["name"])
            elif node["op"] in ("placeholder", "output", "get_attr") or target == "dequantize" or node["name"].startswith("dequantize"):
                continue
            else:
                from_integers = any(name in integers for name in reads)
                own = "quantized.dynamic" in module or "quantized.modules.embedding" in module
                if from_integers:
                    integers.add(node["name"])
                if from_integers or own:
                    result.add(node["name"])
        # Lowering gives "add_2" or "add_relu" for "add", in order: compare by key through the order of names.
        return {keys[name] for name in result if name in keys}, {n for n in result if n not in keys}


# --- Quantir's graph -------------------------------------------------------------------------------------------------


class Graph:
    """What the text of a calibrated module says, in the same terms."""

    def __init__(self, calibrated, casts):
        self.kinds = dict(OBSERVER.findall(calibrated))
        self.values, self.members, self.observed, self.classes = {}, {}, {}, {}
        self.quantized = set()
        parameters = self.parse_parameters(casts)
        self.parse(calibrated, parameters)

    @staticmethod
    def parse_parameters(text):
        """Scale and zero point of each cast to a quantized type, in order."""
        for alias, meaning in ALIAS.findall(text):
            text = re.sub(re.escape(alias) + r"\b", lambda _, m=meaning: m, text)
        found = []
        for line in text.splitlines():
            cast = QCAST.search(line)
            if cast:
                storage, rest = cast.group(2), cast.group(3)
                number = re.match(r"([0-9.eE+-]+)(?::(-?\d+))?$", rest)
                found.append((storage, float(number.group(1)), int(number.group(2) or 0)) if number else None)
        return found

    def parse(self, text, parameters):
        counts, unit, results = {}, None, {}
        cast = iter(parameters)
        recurrent = {path for path in re.findall(r'nn\.lstm .*?nn\.path = "([^"]*)"', text)}
        for argument in re.finditer(r"(%\w+): tensor", text[text.index("func.func"):].split("\n", 1)[0]):
            self.values[argument.group(1)] = ("input", len([v for v in self.values.values() if v[0] == "input"]))
        for line in text[text.index("func.func"):].splitlines():
            observe = OBSERVE.search(line)
            if observe:
                result, source, symbol, _ = observe.groups()
                key = self.values.get(source)
                self.values[result] = key
                results[result] = symbol
                kind = self.kinds[symbol]
                dynamic = kind == "placeholder"
                qparams = None if dynamic or symbol.startswith("unquantized") else next(cast, None)
                if key is None or key[0] == "parameter":
                    continue
                storage, scale, zero = qparams or (None, None, None)
                self.observed.setdefault(key, set()).add((kind, dynamic, scale, zero))
                self.classes.setdefault(key, set()).add(symbol)
                continue
            op = OP.match(line)
            if not op or not op.group(3).startswith(("nn.", "quantir.fused", "arith.constant", "quantir.yield")):
                continue
            indent, result, name = op.groups()
            if name == "arith.constant":
                self.values[result] = ("parameter", result)
            elif name == "quantir.fused":
                unit = (result, self.reads(line, results))
                self.members[result] = []
            elif name == "quantir.yield":
                self.finish(unit[0], self.members[unit[0]], unit[1])
                unit = None
            elif self.is_part_of_recurrent(name, line, recurrent) or (
                    name == "nn.squeeze" and 'nn.target = "operator.getitem"' in line):
                self.values[result] = self.values[re.findall(r"%[\w#]+", line.split("=", 1)[1])[0]]
            else:
                key = self.key(name, line, counts)
                if unit:
                    self.members[unit[0]].append(key)
                else:
                    self.members[result] = [key]
                    self.finish(result, [key], self.reads(line, results))

    @staticmethod
    def reads(line, results):
        """Whether the unit of this line is quantized: others read an observed value in float."""
        return "quantir.annotation" in line and any(operand in results for operand in re.findall(r"%[\w#]+", line.split("=", 1)[1]))

    def finish(self, result, keys, reads_observed):
        self.values[result] = keys[-1]
        if reads_observed:
            self.quantized.update(keys)

    @staticmethod
    def is_part_of_recurrent(name, line, recurrent):
        """The transposition before and behind an LSTM that takes its batch first."""
        path = re.search(r'nn\.path = "([^"]*)"', line)
        return path and path.group(1) in recurrent and name in ("nn.transpose", "nn.squeeze", "nn.reshape")

    @staticmethod
    def key(name, line, counts):
        path = re.search(r'nn\.path = "([^"]*)"', line)
        module = 'nn.call = "module"' in line
        what = path.group(1).replace(".", "_") if module and path else name
        count = counts.get(what, 0)
        counts[what] = count + 1
        # FX names the second call of a module "conv_1".
        return (f"{what}_{count}", 0) if module and path and count else (what, 0 if module and path else count)


def targets(case):
    """PyTorch's names of the functions and methods that files do not tell apart, by the nodes' names in the file."""
    names = {}
    counts = {}
    onnx_types = {"flatten": "Flatten", "relu": "Relu"}
    for node in case.get("prepared_nodes", []):
        if node["op"] not in ("call_method", "call_function"):
            continue
        base = re.sub(r"_\d+$", "", node["name"])
        if base not in onnx_types:
            continue
        index = counts.get(base, 0)
        counts[base] = index + 1
        target = node["target"]
        names[f"/{onnx_types[base]}" + (f"_{index}" if index else "")] = target.replace("torchClass", "torch")
    return names


def same(golden, graph):
    differences = []
    unit = {}
    for members in graph.members.values():
        for key in members:
            unit[key] = members[-1]

    # What is inside of a standalone module stands in a graph of its own, which check_modules.py checks.
    inside = str(golden.case.get("standalone")) + "_"
    dropped = [key for key, _ in golden.operators if key[0] == "nn.reshape" and key not in unit]

    def of_unit(table):
        joined = {}
        for key, entries in table.items():
            if key[0].startswith(inside) or key in dropped:  # a reshape to the shape that there is
                continue
            joined.setdefault(unit.get(key, key), set()).update(entries)
        return joined

    expected, actual = of_unit(golden.observed), of_unit(graph.observed)
    for key in sorted(set(expected) | set(actual), key=str):
        if key not in actual:
            differences.append(f"{key} is not observed")
        elif key not in expected:
            differences.append(f"{key} is observed")
        elif not agree(expected[key], actual[key]):
            differences.append(f"{key}: {sorted(actual[key], key=str)}, but PyTorch has {sorted(expected[key], key=str)}")
    classes, other = of_unit(golden.classes), of_unit(graph.classes)
    common = sorted(set(classes) & set(other), key=str)
    for i, a in enumerate(common):
        for b in common[i + 1:]:
            shared, mine = bool(classes[a] & classes[b]), bool(other[a] & other[b])
            if shared != mine:
                differences.append(f"{a} and {b} {'share' if mine else 'do not share'} an observer")
    quantized, renamed = golden.quantized()
    if golden.case.get("converted_nodes"):
        wanted = {unit.get(key, key) for key in quantized if key not in dropped and key[0] != golden.case.get("standalone")}
        mine = {unit.get(key, key) for key in graph.quantized if not key[0].startswith(inside)}
        if wanted - mine or len(mine - wanted) > len(renamed):
            differences.append(f"quantized ops {sorted(mine, key=str)}, but PyTorch has {sorted(wanted, key=str)} and {renamed}")
    return differences


def agree(expected, actual):
    """Scales may differ by the order in which the float model sums."""
    for kind, dtype, dynamic, scale, zero in expected:
        found = False
        for other_kind, other_dynamic, other_scale, other_zero in actual:
            if kind != other_kind or dynamic != other_dynamic:
                continue
            if scale is None or dynamic:
                found = True
            elif other_scale is not None:
                close = abs(scale - other_scale) <= (2e-3 if kind == "histogram" else 1e-6) * scale
                found |= close and abs(zero - other_zero) <= (1 if kind == "histogram" else 0)
        if not found:
            return False
    return True


def check_tables(case, calibrated):
    """The scales and zero points of embeddings' tables: real ones, which no quantized type of MLIR holds."""
    differences = []
    found = TABLE_OBSERVER.findall(calibrated)
    modules = [m for m in case["reference_modules"] if m.get("weight_qscheme") == "per_channel_affine_float_qparams"]
    if len(found) != len(modules):
        return [f"{len(found)} observers of tables, but PyTorch has {len(modules)}"]
    for module, ranges in zip(modules, found):
        maxima, minima = (np.array(text.split(","), np.float32) for text in ranges)
        scale = (maxima - minima) / np.float32(255)
        for what, mine, wanted in ("scale", scale, module["weight_scale"]), ("zero point", -minima / scale,
                                                                             module["weight_zero_point"]):
            if not np.allclose(mine, wanted, rtol=1e-6, atol=0):
                differences.append(f"{module['name']}: {what}s {mine}, but PyTorch has {wanted}")
    return differences


def feed(path, names, arrays):
    """Saves an array for each input of a model."""
    if len(names) == 1:
        path = path.with_suffix(".npy")
        np.save(path, arrays[0])
    else:
        np.savez(path, **dict(zip(names, arrays)))
    return path


def check_outputs(case, arrays, tools, work, names, tolerance):
    """The reference model and the plan, on PyTorch's test data, against the outputs of PyTorch's reference model."""
    inputs = feed(work / "test.npz", names, [arrays[f"test_{i}"] for i in range(case["n_inputs"])])
    differences = []
    for model in work / "stages" / "reference.mlir", work / "out.plan":
        run([tools / "quantir", "run", model, "--input", inputs, "--output", work / "output.npy"])
        distance = np.abs(np.load(work / "output.npy") - arrays["ref_out0"]).max()
        if not distance <= tolerance:
            differences.append(f"{model.name}: outputs differ from PyTorch's by {distance}, which is more than {tolerance}")
    return differences


def calibration_of(case, arrays, names, work):
    """Options for the case's calibration data."""
    batches = [[arrays[f"calib{i}_{j}"] for i in range(case["n_calib"])] for j in range(len(names))]
    data = feed(work / "calibration.npz", names, [np.concatenate(parts) for parts in batches])
    return ["--calibration", data, "--batch", str(math.gcd(*(len(parts[0]) for parts in batches)))]


def save_trained(case, arrays, model, work):
    """The model with its trained parameters, and a state file with what PyTorch's observers hold."""
    if onnx is None:
        raise Skipped("there is no onnx package")
    trained = {name.removeprefix("trained__"): arrays[name] for name in arrays.files if name.startswith("trained__")}
    proto = onnx.load(str(model))
    for tensor in proto.graph.initializer:
        # A fused module has its batch norm as "conv.bn".
        source = next(name for name in trained if ("." + name).endswith("." + tensor.name))
        tensor.CopyFrom(numpy_helper.from_array(trained[source], tensor.name))
    onnx.save(proto, str(work / "trained.onnx"))

    nodes = {node["name"]: node for node in case["prepared_nodes"]}
    places = {name: name.removesuffix("_fake_quant") for name in
              (observer["name"] for observer in case["observers"]) if name.endswith(".weight_fake_quant")}
    for node in nodes.values():
        if node["op"] == "call_module" and node["name"].startswith("activation_post_process"):
            source = nodes[node["args"][0]]
            reader = next((n for n in nodes.values() if n["args"][:1] == [node["name"]]), None)
            places[node["name"]] = (source["target"] + ".output" if source["op"] == "call_module"
                                    else reader["target"] + ".input")
    states = {}
    for observer in case["observers"]:  # as convert found them; the arrays' are those before PyTorch ran the model on test data
        states[places[observer["name"]]] = {"state": {"min_val": [observer["min_val"]], "max_val": [observer["max_val"]]}}
    (work / "state.json").write_text(json.dumps({"quantir_calibration": 1, "observers": states}))
    return work / "trained.onnx", work / "state.json"


def check_weights(case, casts):
    """The scales of weights of 8 bits with one scale each."""
    mine = [entry for entry in Graph.parse_parameters(casts) if entry and entry[0] == "i8"]
    wanted = [(m["weight_scale"][0], m["weight_zero_point"][0]) for m in case["reference_modules"]]
    if len(mine) == len(wanted) and all(np.isclose(a[1], b[0], rtol=1e-6, atol=0) and a[2] == b[1]
                                        for a, b in zip(mine, wanted)):
        return []
    return [f"weights have {mine}, but PyTorch {wanted}"]


def check(name, tools, goldens, work):
    case = json.loads((goldens / f"{name}.json").read_text())
    arrays = np.load(goldens / f"{name}.npz")
    config = {"qconfig_mapping": case["qconfig_mapping"], "backend_config": case["backend_config"],
              "targets": targets(case)}
    custom = dict(case.get("prepare_custom_config") or {})
    if case.get("input_q"):
        scale, zero = case["input_q"]
        custom["input_qparams"] = [{"scale": scale, "zero_point": zero, "dtype": "quint8"}]
    if case.get("standalone"):
        custom["standalone_module_name"] = [[case["standalone"], None, None, None, None]]
    if custom:
        config["prepare_custom_config"] = custom
    (work / "config.json").write_text(json.dumps(config))
    model = goldens / f"{name}.onnx"
    floating = run([tools / "qtranslate", "--import-onnx", model])
    names = re.findall(r'nn\.name = "([^"]*)"', floating.split("->", 1)[0])
    if case["qat"]:
        model, state = save_trained(case, arrays, model, work)
        data = ["--state", state]
    else:
        data = calibration_of(case, arrays, names, work)
    quantize = [tools / "quantir", "quantize", model, "--config", work / "config.json", *data, "--dump-stages",
                work / "stages", "-o", work / "out.plan"]
    if case.get("expected_error", [""])[0] == "LookupError":
        return same_fusion_error(quantize)
    run(quantize)
    if "prepared_nodes" not in case:
        return []  # PyTorch's kernels reject it: that it can be quantized is all there is to compare.
    inlined = run([tools / "qopt", work / "stages" / "calibrated.mlir", "--quantir-inline-modules"])
    (work / "inlined.mlir").write_text(inlined)
    casts = run([tools / "qopt", work / "inlined.mlir", "--quantir-convert-observers"])
    differences = same(Golden(case), Graph(inlined, casts))
    if "float_qparams" in inlined:
        differences += check_tables(case, inlined) + check_outputs(case, arrays, tools, work, names, 1e-5)
    if case["qat"]:
        step = list(Golden(case).observed.values())[-1].pop()[3]
        differences += check_weights(case, casts) + check_outputs(case, arrays, tools, work, names, 1.001 * step)
    if case.get("equalize"):
        differences += check_equalization(case, arrays, tools, goldens / f"{name}.onnx", config, work)
    return differences


def check_equalization(case, arrays, tools, model, config, work):
    """The case once more, now with equalization: what it has besides."""
    config["_equalization_config"] = {"": "default_equalization_qconfig"}
    (work / "config.json").write_text(json.dumps(config))
    data = ["--config", work / "config.json", "--calibration", work / "calibration.npy", "--batch", str(len(arrays["calib0_0"]))]
    run([tools / "quantir", "calibrate", model, *data, "-o", work / "calibrated.mlir"])
    run([tools / "quantir", "quantize", model, *data, "--dump-stages", work / "equalized", "-o", work / "equalized.plan"])
    np.save(work / "test.npy", arrays["test_0"])
    run([tools / "quantir", "run", work / "equalized.plan", "--input", work / "test.npy", "--output", work / "output.npy"])
    return equalization.compare(case, arrays, (work / "calibrated.mlir").read_text(),
                                (work / "equalized" / "reference.mlir").read_text(), np.load(work / "output.npy"))


def same_fusion_error(quantize):
    """PyTorch fuses modules only if their types have the same qconfig."""
    try:
        run(quantize)
    except Failure as error:
        return [] if "expected object_type to have the same qconfig" in str(error) else [str(error)]
    return ["it is quantized, but PyTorch fuses no modules whose types have different qconfigs"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    parser.add_argument("--goldens", type=pathlib.Path, required=True)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    goldens = options.goldens / "fx"
    cases = options.cases or sorted(path.stem for path in goldens.glob("*.json"))
    if not cases:
        print(f"no goldens in {goldens}: skipped")
        return 77
    agreed, failed = 0, 0
    for name in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                differences = check(name, options.tools, goldens, pathlib.Path(folder))
            except Skipped as error:
                print(f"{name}: skipped: {error}")
                continue
            except Failure as error:
                differences = [str(error)]
        if not differences:
            agreed += 1
            print(f"{name}: agrees")
        elif name in KNOWN:
            print(f"{name}: differs, known: {KNOWN[name]}")
        else:
            failed += 1
            print(f"{name}: DIFFERS")
        if differences and (options.verbose or name not in KNOWN):
            print("    " + "\n    ".join(differences))
    print(f"{agreed} of {len(cases)} agree in full")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
