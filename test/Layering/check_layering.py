#!/usr/bin/env python3
"""Checks which part of the tree reaches which: by #include, by TableGen include and by what CMake links.

    check_layering.py ROOT [--runtime-program PROGRAM]...

ALLOWED below is the rule; docs/Architecture.md gives the reasons. Also checked: that a folder of passes reaches another
one only through its Passes.h, that no source reads or writes numbers as the locale has them, that no file holds an
absolute path of somebody's machine, and, for each --runtime-program, that the built program loads no LLVM or MLIR library.

Prints one line per violation, "FILE:LINE: what", and exits 1 if there is any; the last line is a count.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

# Which layer a file belongs to: the first entry whose path it starts with. Files under none are free.
LAYERS = [
    ("include/quantir/Runtime/", "runtime"),
    ("include/quantir/Frontend/", "compiler"),
    ("include/quantir/", "joint"),
    ("include/quantir-c/Runtime.h", "runtime"),
    ("include/quantir-c/", "joint"),
    ("runtime/", "runtime"),
    ("tools/qrun/", "runtime"),
    ("lib/Numerics/", "numerics"),
    ("dialects/", "dialects"),
    ("passes/", "passes"),
    ("lib/Support/", "support"),
    ("lib/Config/", "config"),
    ("lib/Target/Plan/", "export"),
    ("lib/Calibration/", "joint"),
    ("lib/Compiler/", "joint"),
    ("lib/CAPI/", "joint"),
    ("lib/", "compiler"),
]

# Public headers and include names that are not paths from the root.
INCLUDE_NAMES = [
    (r"(?:llvm|mlir)(?:-c)?/", "llvm"),
    (r"quantir/(?=dialects/|passes/)", ""),
    (r"quantir/Runtime/", "include/quantir/Runtime/"),
    (r"quantir/(?=(?:Numerics|Support|Config|Frontend|Target|Calibration|Pipeline|Compiler|CAPI)/)", "lib/"),
    (r"(?=runtime/)", ""),
]

# What a layer may reach besides itself. "plan format" is the part of the runtime that both worlds agree on.
COMPILER = {"llvm", "numerics", "support", "dialects", "config"}
ALLOWED = {
    "numerics": set(),
    "support": {"llvm"},
    "runtime": {"numerics", "plan format"},
    "dialects": {"llvm", "numerics"},
    "config": {"llvm", "numerics", "dialects"},
    "passes": COMPILER,
    "export": COMPILER | {"compiler", "passes", "plan format"},
    "compiler": COMPILER | {"passes", "export"},
    "joint": COMPILER | {"compiler", "passes", "export", "runtime", "plan format"},
}

PLAN_FORMAT_FILES = re.compile(r"runtime/(?:schema/plan_generated\.h|plan/PlanFile\.h)$|"
                               r"include/quantir/Runtime/(?:DType|Status)\.h$")
PLAN_FORMAT_TARGETS = {"QuantirPlanSchema", "QuantirPlanFile"}
LLVM_TARGETS = re.compile(r"quantir_mlir$|(?:MLIR|LLVM)\w*$")

SOURCE_SUFFIXES = {".h", ".hpp", ".c", ".cpp", ".inc", ".td"}
INCLUDE = re.compile(r'^\s*#?\s*include\s*(["<])([^">]+)[">]')
# Joined from pieces, for this file is checked too.
MACHINE_PATH = re.compile(rb"(?<![\w.~}:/-])/(?:" + b"|".join([b"root", b"home", b"Users", b"work", b"farm", b"tmp",
                                                              b"var/tmp"]) + rb")/[\w.-]")
# What reads numbers by the locale of the process that embeds the libraries, where 0.5 may be 0,5.
LOCALE = re.compile(r"\b(?:sto(?:f|d|ld)|strto(?:f|d|ld)|atof|v?[fs]?scanf|setlocale)\s*\(")


def layer_of(path):
    return next((layer for prefix, layer in LAYERS if path.startswith(prefix)), None)


def pass_folder(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "passes" and len(parts) > 2 else None


def tree_files(root):
    """Paths from the root: what git tracks or would, else everything outside build folders."""
    if (root / ".git").exists():
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                capture_output=True, check=True).stdout
        names = {os.fsdecode(name) for name in listed.split(b"\0") if name}
        return sorted(name for name in names if (root / name).is_file())
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*")
                  if path.is_file() and not path.relative_to(root).parts[0].startswith("build"))


def resolve_include(name, including_file, quoted, files):
    """The path from the root that an include names, "llvm" for LLVM's and MLIR's, None for other libraries'."""
    for pattern, replacement in INCLUDE_NAMES:
        if match := re.match(pattern, name):
            return "llvm" if replacement == "llvm" else replacement + name[match.end():]
    if name.startswith(("quantir/", "quantir-c/")):
        return "include/" + name
    beside = os.path.normpath(os.path.join(os.path.dirname(including_file), name))
    return beside if quoted and (beside in files or name.startswith("..")) else None


def check_includes(path, text, files):
    layer = layer_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = resolve_include(match[2], path, match[1] == '"', files)
        if target is None:
            continue
        reached = "llvm" if target == "llvm" else "plan format" if PLAN_FORMAT_FILES.match(target) else layer_of(target)
        if reached and reached != layer and reached not in ALLOWED[layer]:
            yield number, f"'{layer}' must not include '{reached}': {match[2]}"
        elif pass_folder(target) and pass_folder(path) not in (None, pass_folder(target)) \
                and not target.endswith("/Passes.h"):
            yield number, f"expected another folder of passes to be reached through its Passes.h, but got {match[2]}"


CMAKE_COMMENT = re.compile(r"#.*")
CMAKE_LIBRARY = re.compile(r"^\s*(?:quantir_)?add_library\s*\(\s*(\w+)", re.M)
CMAKE_LINK = re.compile(r"^\s*(?:target_link_libraries|quantir_add_library|quantir_add_tool)\s*\(([^)]*)\)", re.M)


def cmake_targets(texts):
    """The layer of each library that the tree's CMakeLists.txt files define."""
    return {name: layer_of(path) for path, text in texts.items() for name in CMAKE_LIBRARY.findall(text)}


def check_links(path, text, targets):
    layer = layer_of(path)
    for command in CMAKE_LINK.finditer(text):
        for word in re.finditer(r"[\w:]+", command[1]):
            name = word[0]
            if LLVM_TARGETS.match(name):
                reached = "llvm"
            elif name in PLAN_FORMAT_TARGETS:
                reached = "plan format"
            else:
                reached = targets.get(name)
            if reached and reached != layer and reached not in ALLOWED[layer]:
                number = text.count("\n", 0, command.start(1) + word.start()) + 1
                yield number, f"'{layer}' must not link '{reached}': {name}"


def check_locale(text):
    for number, line in enumerate(text.splitlines(), 1):
        if match := LOCALE.search(line):
            yield number, f"expected std::from_chars, which asks no locale, but got {match[0]})"


def check_machine_paths(data):
    for number, line in enumerate(data.split(b"\n"), 1):
        if match := MACHINE_PATH.search(line):
            yield number, f"absolute path of one machine: {line[match.start():match.start() + 40].decode(errors='replace')}"


def check_loaded(ldd_output):
    for number, line in enumerate(ldd_output.splitlines(), 1):
        if re.match(r"\s*lib(?:LLVM|MLIR)", line):
            yield number, f"expected a program without LLVM, but it loads {line.split()[0]}"


def check_tree(root):
    """(file, line, what) for each violation in the tree."""
    names = tree_files(root)
    files = set(names)
    contents = {name: (root / name).read_bytes() for name in names}
    cmake = {name: CMAKE_COMMENT.sub("", data.decode(errors="replace")) for name, data in contents.items()
             if name.endswith("CMakeLists.txt")}
    targets = cmake_targets(cmake)
    for name, data in contents.items():
        found = list(check_machine_paths(data))
        if layer_of(name) and pathlib.PurePath(name).suffix in SOURCE_SUFFIXES:
            found += check_includes(name, data.decode(errors="replace"), files)
            found += check_locale(data.decode(errors="replace"))
        elif layer_of(name) and name in cmake:
            found += check_links(name, cmake[name], targets)
        yield from ((name, number, what) for number, what in sorted(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--runtime-program", action="append", default=[], metavar="PROGRAM")
    arguments = parser.parse_args()
    layered = sum(layer_of(name) is not None for name in tree_files(arguments.root))
    if layered == 0:
        sys.exit(f"expected Quantir's sources, but found none under {arguments.root}")
    violations = list(check_tree(arguments.root))
    for program in arguments.runtime_program:
        loaded = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        violations += [(program, number, what) for number, what in check_loaded(loaded)]
    for name, number, what in violations:
        print(f"{name}:{number}: {what}")
    print(f"{layered} files in layers, {len(violations)} violations")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
