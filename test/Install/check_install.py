#!/usr/bin/env python3
"""Installs a build, moves it, and uses it as somebody else's project does.

    check_install.py --root ROOT --build BUILD --cxx COMPILER [--generator NAME] [--mlir-opt PROGRAM] FOLDER WHAT

WHAT is one of
  use       examples/embedding is built in an empty folder with find_package(Quantir) and run: one program quantizes a model,
            one runs the plan and loads no LLVM, one has a pass of its own; mlir-opt loads the plugin
  headers   each installed header that needs no MLIR compiles alone, without warnings
  mlir-headers  each of the others does
  subproject  a project that takes the checkout in by add_subdirectory is configured

FOLDER is emptied. A build of the runtime alone is used as far as it goes.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout + result.stderr


def expect(what, text):
    if what not in text:
        sys.exit(f"expected '{what}', but got:\n{text}")


def install(arguments):
    """The installed tree, not where it was installed to."""
    first, prefix = arguments.folder / "installed", arguments.folder / "moved"
    run("cmake", "--install", arguments.build, "--prefix", first)
    first.rename(prefix)
    for file in prefix.rglob("*.cmake"):
        for path in (arguments.root, arguments.build, first):
            if str(path) + "/" in file.read_text():
                sys.exit(f"{file}: expected no path of the checkout or the build, but got {path}")
    return prefix


def configure(arguments, source, *options):
    build = arguments.folder / "build"
    text = run("cmake", "-S", source, "-B", build, "-G", arguments.generator, "-DCMAKE_BUILD_TYPE=Release",
               f"-DCMAKE_CXX_COMPILER={arguments.cxx}", *options)
    return build, text


def use(arguments):
    prefix = install(arguments)
    has_compiler = (prefix / "include/quantir/Compiler.h").exists()
    # Outside of the checkout, so that nothing is found beside it.
    source = arguments.folder / "project"
    shutil.copytree(arguments.root / "examples/embedding", source)
    build, _ = configure(arguments, source, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", build, "--parallel", os.cpu_count() or 1)
    digits = arguments.root / "examples/digits"
    if has_compiler:
        plan = arguments.folder / "digits.plan"
        text = run(build / "quantize-model", digits / "model.onnx", digits / "calibration.npy", plan)
        expect("8 of 8 ops quantized", text)
        text = run(build / "run-plan", plan)
        expect("logits: [2, 10]", text)
        if "note:" in text:  # oneDNN's calls of OpenMP reach the runtime in a program of others, too
            sys.exit(f"expected a session without notes, but got:\n{text}")
        model = arguments.folder / "model.mlir"
        model.write_text("""func.func @main(%x: tensor<?x1x4xf32>, %w: tensor<2x1x3xf32>) -> tensor<?x2x2xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>}
      : (tensor<?x1x4xf32>, tensor<2x1x3xf32>) -> tensor<?x2x2xf32>
  return %0 : tensor<?x2x2xf32>
}
""")
        expect("remark: 1 convolutions", run(build / "my-opt", "--count-convolutions", model))
        if arguments.mlir_opt:
            plugin = next(prefix.rglob("QuantirPlugin.so"))
            text = run(arguments.mlir_opt, f"--load-dialect-plugin={plugin}", f"--load-pass-plugin={plugin}",
                       "--pass-pipeline=builtin.module(quantir-prepare)", model)
            expect('quantir.stage = "prepared"', text)
    else:
        missing = subprocess.run([build / "run-plan", arguments.folder / "missing.plan"], capture_output=True, text=True)
        expect("missing.plan", missing.stderr)
        # A part of the installation, on a machine without MLIR, is used as far as it goes.
        shutil.rmtree(build)
        build, _ = configure(arguments, source, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_MLIR=ON")
        run("cmake", "--build", build, "--parallel", os.cpu_count() or 1)
        if (build / "my-opt").exists():
            sys.exit("expected no program of the component Compiler without MLIR")
        expect("logits: [2, 10]", run(build / "run-plan", plan))
    loaded = run("ldd", build / "run-plan")
    if "libLLVM" in loaded or "libMLIR" in loaded:
        sys.exit(f"expected a program without LLVM, but it loads:\n{loaded}")


def headers(arguments, of_mlir):
    prefix = install(arguments)
    include = prefix / "include"

    def needs_mlir(header, seen):
        """By what it includes, directly or not."""
        if header in seen or not header.exists():
            return False
        seen.add(header)
        for line in header.read_text().splitlines():
            if line.startswith('#include "'):
                name = line.split('"')[1]
                if name.startswith(("mlir/", "llvm/")) or needs_mlir(include / name, seen):
                    return True
        return False

    chosen = [header for header in sorted(include.rglob("*.h")) if needs_mlir(header, set()) == of_mlir]
    if not chosen:
        sys.exit(f"expected headers {'of MLIR' if of_mlir else 'without MLIR'} in {include}")
    flags = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{include}"]
    if of_mlir: # whose own headers have warnings
        flags += ["-Wno-unused-parameter", "-isystem", arguments.mlir_include]

    def compile_one(header):
        text = f'#include "{header.relative_to(include)}"\n#include "{header.relative_to(include)}"\n'
        return subprocess.run([arguments.cxx, *flags, "-x", "c++", "-"], input=text, capture_output=True, text=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for header, result in zip(chosen, pool.map(compile_one, chosen)):
            if result.returncode:
                sys.exit(f"{header} does not compile alone:\n{result.stderr}")
    print(f"{len(chosen)} headers")


def subproject(arguments):
    source = arguments.folder / "project"
    source.mkdir()
    (source / "main.cpp").write_text('#include "quantir/Base/Machine.h"\nint main() { return !quantir::availableThreads(); }\n')
    (source / "CMakeLists.txt").write_text(f"""cmake_minimum_required(VERSION 3.25)
project(Other LANGUAGES C CXX)
add_subdirectory({arguments.root}/runtime quantir)
add_executable(main main.cpp)
target_link_libraries(main PRIVATE Quantir::Base)
""")
    build, _ = configure(arguments, source)
    run("cmake", "--build", build, "--target", "main", "--parallel", os.cpu_count() or 1)
    run(build / "main")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--cxx", required=True)
    parser.add_argument("--generator", default="Ninja")
    parser.add_argument("--mlir-opt")
    parser.add_argument("--mlir-include")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("what", choices=["use", "headers", "mlir-headers", "subproject"])
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    arguments.folder.mkdir(parents=True)
    if arguments.what == "use":
        use(arguments)
    elif arguments.what == "subproject":
        subproject(arguments)
    else:
        headers(arguments, arguments.what == "mlir-headers")
    shutil.rmtree(arguments.folder)


if __name__ == "__main__":
    main()
