"""Makes the corpus that fuzzing starts from, of what the tests have: models, plans, states, configurations and arrays.

    seeds.py FOLDER --tools build/bin

FOLDER gets a folder for each target, and TARGET.dict with the words of text files, for libFuzzer's -dict.
"""

import argparse
import io
import json
import pathlib
import re
import subprocess
import tempfile
import zipfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
LARGEST = 16 << 10  # bytes of a seed: larger files are slow to run and rarely reach more


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tools", type=pathlib.Path, required=True, help="the folder of qopt and qtranslate")
    return parser.parse_args()


class Corpus:
    def __init__(self, folder):
        self.folder = folder
        self.counts = {}

    def add(self, target, content):
        if isinstance(content, str):
            content = content.encode()
        if not content or len(content) > LARGEST:
            return
        folder = self.folder / target
        folder.mkdir(parents=True, exist_ok=True)
        number = self.counts[target] = self.counts.get(target, 0) + 1
        (folder / f"seed-{number:04}").write_bytes(content)

    def write_dictionary(self, target):
        """Names and numbers that stand in the seeds, those that most of them have first."""
        words = {}
        for path in (self.folder / target).iterdir():
            text = path.read_text(errors="replace")
            for word in set(re.findall(r'[#!%@]?[A-Za-z_][\w.]{2,40}|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|"[^"\\\n]{1,40}"', text)):
                words[word] = words.get(word, 0) + 1
        chosen = sorted(words, key=lambda word: (-words[word], word))[:1500]
        lines = []
        for word in chosen:
            if word.isascii():
                escaped = word.replace("\\", "\\\\").replace('"', '\\"')
                lines.append(f'"{escaped}"')
        (self.folder / f"{target}.dict").write_text("\n".join(lines) + "\n")


def mlir_pieces():
    """The modules of the lit tests, without their RUN lines."""
    for path in sorted((ROOT / "test").rglob("*.mlir")):
        for piece in re.split(r"^// -----.*$", path.read_text(), flags=re.MULTILINE):
            code = "\n".join(line for line in piece.splitlines() if not line.lstrip().startswith("//"))
            if code.strip():
                yield code.strip() + "\n"


def plans(tools, pieces, models):
    """What can be lowered of the lit tests' modules and of ONNX models."""

    def run(program, *options, source):
        result = subprocess.run([tools / program, *options], input=source, capture_output=True, check=False)
        return result.stdout if result.returncode == 0 else b""

    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work, "model.onnx")
        for model in models:
            path.write_bytes(model)
            pieces = [*pieces, run("qtranslate", "--import-onnx", path, source=b"").decode()]
    for piece in pieces:
        lowered = run("qopt", "--quantir-lower-to-kernels", source=piece.encode())
        if lowered:
            yield run("qtranslate", "--export-plan", source=lowered)


def states():
    """One of each kind of observer, as docs/CommandLine.md has them."""
    kinds = {
        "min_max": ({}, {"min_val": [-1.5], "max_val": [2.0]}),
        "histogram": ({"bins": 4}, {"min_val": [0.0], "max_val": [1.0], "histogram": [1, 2, 3, 4]}),
        "per_channel_min_max": ({"ch_axis": 0}, {"min_val": [-1.0, -2.0], "max_val": [1.0, 0.0]}),
        "moving_average_min_max": ({"averaging_constant": 0.01}, {"min_val": [-1.5], "max_val": [2.0]}),
    }
    for kind, (config, state) in kinds.items():
        entry = {"config": {"observer": kind, **config}, "state": state}
        yield json.dumps({"quantir_calibration": 1, "samples": 8, "observers": {"act_0": entry, "act_1": entry}})


def arrays():
    values = [np.arange(6).astype(kind).reshape(2, 3) for kind in ("f4", "f8", "f2", "u1", "i8", ">f4", "?")]
    values += [np.asfortranarray(values[0]), np.zeros((0, 3), "f4"), np.float32(1)]
    for value in values:
        file = io.BytesIO()
        np.save(file, value)
        yield file.getvalue()
    for save in np.savez, np.savez_compressed:
        file = io.BytesIO()
        save(file, x=values[0], y=values[3])
        yield file.getvalue()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notes.txt", "no array")
    yield file.getvalue()


def configurations():
    for path in sorted((ROOT / "lib/Config").rglob("*.json")):
        yield path.read_text()
    sources = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "test").rglob("*.cpp")), *sorted((ROOT / "test").rglob("*.test"))]
    for path in sources:
        text = path.read_text()
        for piece in re.findall(r"```json\n(.*?)```", text, re.DOTALL) + re.findall(r'R"(?:json)?\((\{.*?\})\)(?:json)?"', text, re.DOTALL):
            yield piece
        yield from re.findall(r"echo '(\{.*\})'", text)


def main():
    options = arguments()
    corpus = Corpus(options.folder)
    pieces = list(mlir_pieces())
    models = [path.read_bytes() for path in sorted((ROOT / "test/Frontend/ONNX/Inputs").glob("*.onnx"))]
    for piece in pieces:
        corpus.add("mlir", piece)
    for model in models:
        corpus.add("onnx", model)
    for plan in plans(options.tools, pieces, models):
        corpus.add("plan", plan)
    for target, contents in ("state", states()), ("array", arrays()), ("config", configurations()):
        for content in contents:
            corpus.add(target, content)
    for target in "mlir", "state", "config":
        corpus.write_dictionary(target)
    for target, count in sorted(corpus.counts.items()):
        print(f"{target}: {count} seeds")


main()
