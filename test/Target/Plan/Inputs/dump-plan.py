#!/usr/bin/env python3
"""Prints a plan file for FileCheck: one line for each tensor, op and observer, constants in hexadecimal.

    dump-plan.py SCHEMA PLAN

Needs flatc, which the build needs too.
"""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile

schema, plan = sys.argv[1:]
data = pathlib.Path(plan).read_bytes()
# docs/PlanFormat.md
magic, version, header_size, graph_offset, graph_size, constants_offset, constants_size = struct.unpack_from("<8sIIQQQQ", data)
with tempfile.TemporaryDirectory() as folder:
    graph_file = pathlib.Path(folder, "graph.bin")
    graph_file.write_bytes(data[graph_offset:graph_offset + graph_size])
    subprocess.run(["flatc", "--json", "--strict-json", "--raw-binary", "-o", folder, schema, "--", str(graph_file)], check=True)
    graph = json.loads(pathlib.Path(folder, "graph.json").read_text())
constants = data[constants_offset:constants_offset + constants_size]
element_bytes = {"Float32": 4, "Int32": 4, "Int64": 8, "UInt8": 1, "Int8": 1}

print(magic.decode(), "version", version)
for key in ("producer", "model", "stage", "backend", "summary", "preprocessing"):
    if key in graph:
        print(key, json.dumps(graph[key]))
for index, tensor in enumerate(graph["tensors"]):
    text = json.dumps(tensor)
    if tensor.get("is_constant"):
        size = element_bytes[tensor.get("dtype", "Float32")]
        for dim in tensor.get("dims", []):
            size *= dim
        offset = tensor.get("constant_offset", 0)
        text += " = 0x" + constants[offset:offset + size].hex().upper()
    print("tensor", index, text)
for op in graph["ops"]:
    print("op", op["kind_type"], json.dumps({key: value for key, value in op.items() if key != "kind_type"}))
for observer in graph.get("observers", []):
    print("observer", json.dumps(observer))
print("inputs", graph["inputs"], "outputs", graph["outputs"])
print("constants", constants_size, "bytes")
