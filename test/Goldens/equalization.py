"""Input-weight equalization of a golden case of FX graph mode: is what Quantir makes of it PyTorch's?"""

import re

import numpy as np

F32 = np.float32
STATE = re.compile(r"quantir\.observer @(\w+) #quantir\.\w+(?:<[^>]*>)? state \{(.*)\}")
ARRAY = re.compile(r"(\w+) = array<f32: ([^>]*)>")
CONSTANT = re.compile(r"arith\.constant (dense(?:_resource)?)<(.*)> : tensor<([0-9x]+)x(i8|f32)>")
QCAST = re.compile(r"quant\.qcast %\S+ : tensor<\S+xf32> to tensor<\S+x!quant\.uniform<u8:f32, ([0-9.eE+-]+)(?::(-?\d+))?>>")
BLOB = re.compile(r'([^\s"]+)"?: "0x([0-9A-Fa-f]+)"')


def observed_ranges(calibrated):
    """The state of each observer, as {symbol: (minima, maxima)}."""
    ranges = {}
    for symbol, state in STATE.findall(calibrated):
        arrays = {key: np.array(values.split(","), F32) for key, values in ARRAY.findall(state)}
        ranges[symbol] = (arrays["min_val"], arrays["max_val"])
    return ranges


def constants(text):
    """The constants of a module, in order."""
    blobs = dict(BLOB.findall(text))
    found = []
    for kind, value, dims, element in CONSTANT.findall(text):
        shape = [int(dim) for dim in dims.split("x")]
        dtype = {"i8": np.int8, "f32": F32}[element]
        if kind == "dense":
            numbers = re.findall(r"[-+0-9.eE]+", value)
            found.append(np.broadcast_to(np.array(numbers, np.float64).astype(dtype).reshape(
                shape if len(numbers) > 1 else [1] * len(shape)), shape))
        else:  # four bytes of alignment stand before the values
            found.append(np.frombuffer(bytes.fromhex(blobs[value])[4:], dtype).reshape(shape))
    return found


def near(actual, expected, tolerance=2e-6):
    """Sums of the float model may differ in their order."""
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    return actual.shape == expected.shape and np.all(np.abs(actual - expected) <= tolerance * np.maximum(np.abs(expected), 1e-3))


def has(found, expected, **options):
    return any(value.dtype == expected.dtype and near(value, expected, **options) for value in found)


def columns(golden):
    """The equalization observers of PyTorch's graph, with Quantir's names."""
    for observer in golden["observers"]:
        name, _, part = observer["name"].partition(".")
        if part == "input_obs":
            yield name.replace("activation_post_process_", "act_"), observer


def scale_of_input(golden, arrays):
    """By what PyTorch multiplies the model's input, from the ranges that its observers saw."""
    observer = next(columns(golden))[1]
    weight = arrays["p__fc1.weight"]
    span = np.array(observer["max_val"], F32) - np.array(observer["min_val"], F32)
    return np.sqrt((weight.max(0) - weight.min(0)) / span)


def compare(golden, arrays, calibrated, reference, output):
    """What differs between a golden case and the calibrated module, the reference module and the plan's output for `test_0`."""
    differences = []
    ranges = observed_ranges(calibrated)
    for name, observer in columns(golden):
        if name not in ranges:
            differences.append(f"no observer {name}")
        elif not (near(ranges[name][0], observer["min_val"]) and near(ranges[name][1], observer["max_val"])):
            differences.append(f"{name} saw {ranges[name]}, but PyTorch's {observer['min_val']}, {observer['max_val']}")
    if len(ranges) != len(golden["observers"]) + len(golden["quantized_modules"]):  # weights have theirs
        differences.append(f"{len(ranges)} observers, but PyTorch has {len(golden['observers'])} and those of the weights")

    found = constants(reference)
    scale = scale_of_input(golden, arrays)
    if not has(found, scale.reshape(1, -1)):
        differences.append(f"no constant is {scale}, by which PyTorch multiplies the input")
    for name in sorted(arrays.files):
        if not name.startswith("q__"):
            continue
        if not has(found, arrays[name], tolerance=0 if arrays[name].dtype == np.int8 else 2e-6):
            differences.append(f"no constant is PyTorch's {name}")

    parameters = golden["state_qparams"]
    expected = [(parameters["_scale_0"], parameters["_zero_point_0"])]
    expected += [(module["scale"], module["zero_point"]) for module in golden["quantized_modules"]]
    casts = [(float(number), int(zero or 0)) for number, zero in QCAST.findall(reference)]
    if [zero for _, zero in casts] != [zero for _, zero in expected] or not near(
            [number for number, _ in casts], [number for number, _ in expected]):
        differences.append(f"scales and zero points {casts}, but PyTorch has {expected}")

    step = golden["quantized_modules"][-1]["scale"]
    if np.abs(output - arrays["quant_out0"]).max() > 1.01 * step:
        differences.append("the output is more than one step off")
    return differences
