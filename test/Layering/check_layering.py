#!/usr/bin/env python3
"""Checks which part of the tree reaches which: by #include, by TableGen include and by what CMake links.

    check_layering.py ROOT [--graph] [--runtime-program PROGRAM]...

ROOMS below is the rule; docs/Architecture.md gives the reasons. Also checked: that each source has a room, that a folder of
passes reaches another one only through its Passes.h, that no source reads or writes numbers as the locale has them, that no
file holds an absolute path of somebody's machine, and, for each --runtime-program, that the built program loads no LLVM or
MLIR library.

Prints one line per violation, "FILE:LINE: what", and exits 1 if there is any; the last line is a count. --graph prints what
each room reaches, as it is.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys

# The rooms of the tree, each behind all those it may reach, so that none can reach another in a circle: the name, the paths
# that its files start with (the longest one that fits a file decides), and what it may reach besides itself.
GROUND = {"base", "shapes", "numerics", "serialization", "kernel rules"}
DIALECTS = {"interfaces", "attribute names", "nn", "vocabulary", "quantir", "kernel dialect"}
PHASES = ["Configure", "Fuse", "Modules", "Annotate", "Prepare", "Equalize", "Convert", "Lower"]
PASSES = {f"passes/{phase}" for phase in PHASES}
PLANS = GROUND | {"runtime interface", "plan format", "plan"}
RUNTIME = {"runtime interface", "plan format", "plan", "kernels", "session", "data"}


def library(name):
    return [f"lib/{name}/", f"include/quantir/{name}/"]


def folder(name):
    return [f"{name}/", f"include/quantir/{name}/"]


ROOMS = [
    # What both worlds stand on.
    ("base", library("Base") + ["include/quantir/Version.h"], set()),
    ("shapes", library("Shapes"), {"base"}),
    ("numerics", library("Numerics"), {"base", "shapes"}),
    ("serialization", library("Serialization"), {"base", "shapes", "numerics"}),
    ("kernel rules", library("KernelRules"), {"base", "shapes", "numerics", "serialization"}),
    # The runtime. It never reaches LLVM.
    ("runtime interface", ["include/quantir/Runtime/", "runtime/tensor/"], GROUND),
    ("threads", ["runtime/threads/"], {"base", "runtime interface"}),
    ("plan format", ["runtime/schema/", "runtime/plan/PlanFile."], {"base", "kernel rules"}),
    ("plan", ["runtime/plan/"], GROUND | {"runtime interface", "threads", "plan format"}),
    ("kernels", ["runtime/kernels/"], PLANS | {"threads"}),
    ("reference", ["runtime/kernels/reference/"], PLANS | {"kernels"}),
    ("native", ["runtime/kernels/native/"], PLANS | {"threads", "kernels"}),
    ("onednn", ["runtime/kernels/onednn/"], PLANS | {"threads", "kernels", "native"}),
    ("session", ["runtime/session/", "runtime/CMakeLists.txt"], PLANS | {"threads", "kernels"}),
    ("data", ["runtime/data/"], GROUND | {"runtime interface", "plan format", "plan", "session"}),
    ("C API", ["runtime/capi/"], {"base", "runtime interface", "plan format", "session"}),
    ("commands", ["runtime/commands/"], GROUND | RUNTIME),
    ("qrun", ["tools/qrun/"], GROUND | RUNTIME | {"commands"}),
    # The compiler.
    ("support", library("Support"), {"llvm", "base"}),
    ("interfaces", folder("dialects/Interfaces"), {"llvm"}),
    ("attribute names", ["include/quantir/dialects/NN/AttrNames.h"], {"llvm"}),
    ("nn", folder("dialects/NN"), {"llvm", "base", "shapes", "interfaces", "attribute names"}),
    ("vocabulary", library("Vocabulary"), {"llvm", "base", "numerics", "support", "interfaces", "attribute names"}),
    ("quantir", folder("dialects/Quantir"), GROUND | {"llvm", "interfaces", "attribute names", "nn", "vocabulary"}),
    ("kernel dialect", folder("dialects/Kernel"), GROUND | {"llvm", "interfaces", "quantir"}),
    ("config", library("Config"), GROUND | DIALECTS - {"kernel dialect"} | {"llvm", "support"}),
    ("front ends", library("Frontend"), {"llvm", "support", "base", "shapes", "interfaces", "attribute names", "nn"}),
    *((f"passes/{phase}", folder(f"passes/{phase}"),
       GROUND | DIALECTS | {"llvm", "support", "config"} | {f"passes/{before}" for before in PHASES[:i]})
      for i, phase in enumerate(PHASES)),
    ("pipelines", library("Pipeline"), PASSES | DIALECTS | {"llvm", "support", "config"}),
    ("target", library("Target"), GROUND | DIALECTS | PASSES | {"llvm", "support", "plan format", "pipelines"}),
    # Here the two worlds meet.
    ("calibration", library("Calibration"),
     GROUND | DIALECTS | PASSES | RUNTIME | {"llvm", "support", "config", "pipelines", "target"}),
    ("passes/Calibrate", folder("passes/Calibrate"),
     DIALECTS | PASSES | RUNTIME | {"llvm", "support", "config", "pipelines", "calibration"}),
    ("registration", ["include/quantir/InitAll.h"], DIALECTS | PASSES | {"llvm", "pipelines"}),
    ("plugin", ["lib/Plugin/"], {"llvm", "base", "pipelines", "registration"}),
    ("drivers", ["lib/Compiler/", "include/quantir/Compiler.h", "include/quantir/Report.h"],
     GROUND | DIALECTS | PASSES | RUNTIME
     | {"llvm", "support", "config", "front ends", "pipelines", "target", "calibration", "registration"}),
    ("qopt", ["tools/qopt/"], {"llvm", "base", "support", "pipelines", "registration", "passes/Calibrate"}),
    ("qtranslate", ["tools/qtranslate/"], {"llvm", "base", "front ends", "target"}),
    ("quantir program", ["tools/quantir/"], GROUND | RUNTIME | {"commands", "drivers"}),
]
SOURCE_FOLDERS = ("include/", "lib/", "runtime/", "dialects/", "passes/", "tools/")

# Libraries that are not those of the folder that defines them.
TARGET_ROOMS = {"QuantirPlanSchema": "plan format", "QuantirPlanFile": "plan format"}
LLVM_TARGETS = re.compile(r"quantir_mlir$|(?:MLIR|LLVM)\w*$")

SOURCE_SUFFIXES = {".h", ".hpp", ".c", ".cpp", ".inc", ".td"}
INCLUDE = re.compile(r'^\s*#?\s*include\s*(["<])([^">]+)[">]')
# Joined from pieces, for this file is checked too.
MACHINE_PATH = re.compile(rb"(?<![\w.~}:/-])/(?:" + b"|".join([b"root", b"home", b"Users", b"work", b"farm", b"tmp",
                                                              b"var/tmp"]) + rb")/[\w.-]")
# What reads numbers by the locale of the process that embeds the libraries, where 0.5 may be 0,5.
LOCALE = re.compile(r"\b(?:sto(?:f|d|ld)|strto(?:f|d|ld)|atof|v?[fs]?scanf|setlocale)\s*\(")


def check_rooms():
    """Ends the program if a room may reach one behind it."""
    before = {"llvm"}
    for room, _, reach in ROOMS:
        if not reach <= before:
            sys.exit(f"expected '{room}' in ROOMS behind all that it may reach, but got {sorted(reach - before)}")
        before.add(room)


PREFIXES = sorted(((prefix, room) for room, prefixes, _ in ROOMS for prefix in prefixes), key=lambda pair: -len(pair[0]))
ALLOWED = {room: reach for room, _, reach in ROOMS}


def room_of(path):
    return next((room for prefix, room in PREFIXES if path.startswith(prefix)), None)


def pass_folder(path):
    parts = path.removeprefix("include/quantir/").split("/")
    return parts[1] if parts[0] == "passes" and len(parts) > 2 else None


def tree_files(root):
    """Paths from the root: what git tracks or would, else everything outside build folders and Python's caches."""
    if (root / ".git").exists():
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                capture_output=True, check=True).stdout
        names = {os.fsdecode(name) for name in listed.split(b"\0") if name}
        return sorted(name for name in names if (root / name).is_file())
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()
                  and not path.relative_to(root).parts[0].startswith("build") and "__pycache__" not in path.parts)


def resolve_include(name, including_file, quoted, files):
    """The path from the root that an include names, "llvm" for LLVM's and MLIR's, None for other libraries'."""
    if re.match(r"(?:llvm|mlir)(?:-c)?/", name):
        return "llvm"
    if name.startswith("quantir/"):
        return "include/" + name
    if name in files or room_of(name):
        return name
    beside = os.path.normpath(os.path.join(os.path.dirname(including_file), name))
    return beside if quoted and (beside in files or name.startswith("..")) else None


def reached_rooms(path, text, files):
    """(line, room, path as included, path from the root) of each include that leaves the room."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := INCLUDE.match(line):
            target = resolve_include(match[2], path, match[1] == '"', files)
            room = "llvm" if target == "llvm" else room_of(target) if target else None
            if room and room != room_of(path):
                yield number, room, match[2], target


def check_includes(path, text, files):
    room = room_of(path)
    for number, reached, name, target in reached_rooms(path, text, files):
        if reached not in ALLOWED[room]:
            yield number, f"'{room}' must not include '{reached}': {name}"
        elif pass_folder(target) and pass_folder(path) not in (None, pass_folder(target)) \
                and not target.endswith("/Passes.h"):
            yield number, f"expected another folder of passes to be reached through its Passes.h, but got {name}"


CMAKE_COMMENT = re.compile(r"#.*")
CMAKE_LIBRARY = re.compile(r"^\s*(?:quantir_add_(?:plain_)?|add_)library\s*\(\s*(\w+)", re.M)
CMAKE_LINK = re.compile(r"^\s*(?:target_link_libraries|quantir_add_(?:plain_)?library)\s*\(([^)]*)\)", re.M)


def cmake_targets(texts):
    """The room of each library that the tree's CMakeLists.txt files define."""
    return {name: TARGET_ROOMS.get(name, room_of(path)) for path, text in texts.items() for name in CMAKE_LIBRARY.findall(text)}


def check_links(path, text, targets):
    room = room_of(path)
    for command in CMAKE_LINK.finditer(text):
        for i, word in enumerate(re.finditer(r"[\w:]+", command[1])):
            name = word[0]
            if i == 0: # what links
                continue
            reached = "llvm" if LLVM_TARGETS.match(name) else targets.get(name)
            if reached and reached != room and reached not in ALLOWED[room]:
                number = text.count("\n", 0, command.start(1) + word.start()) + 1
                yield number, f"'{room}' must not link '{reached}': {name}"


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
        is_source = pathlib.PurePath(name).suffix in SOURCE_SUFFIXES
        if is_source and name.startswith(SOURCE_FOLDERS) and not room_of(name):
            found.append((1, "expected a source of a room in ROOMS of check_layering.py"))
        elif is_source and room_of(name):
            found += check_includes(name, data.decode(errors="replace"), files)
            found += check_locale(data.decode(errors="replace"))
        elif room_of(name) and name in cmake:
            found += check_links(name, cmake[name], targets)
        yield from ((name, number, what) for number, what in sorted(found))


def print_graph(root):
    files = set(tree_files(root))
    graph = collections.defaultdict(set)
    for name in files:
        if room_of(name) and pathlib.PurePath(name).suffix in SOURCE_SUFFIXES:
            text = (root / name).read_text(errors="replace")
            graph[room_of(name)] |= {room for _, room, _, _ in reached_rooms(name, text, files)}
    order = ["llvm"] + [room for room, _, _ in ROOMS]
    for room in order[1:]:
        print(f"{room}: {', '.join(sorted(graph[room], key=order.index)) or 'nothing'}")


def main():
    check_rooms()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--graph", action="store_true")
    parser.add_argument("--runtime-program", action="append", default=[], metavar="PROGRAM")
    arguments = parser.parse_args()
    placed = sum(room_of(name) is not None for name in tree_files(arguments.root))
    if placed == 0:
        sys.exit(f"expected Quantir's sources, but found none under {arguments.root}")
    if arguments.graph:
        print_graph(arguments.root)
    violations = list(check_tree(arguments.root))
    for program in arguments.runtime_program:
        loaded = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        violations += [(program, number, what) for number, what in check_loaded(loaded)]
    for name, number, what in violations:
        print(f"{name}:{number}: {what}")
    print(f"{placed} files in rooms, {len(violations)} violations")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
