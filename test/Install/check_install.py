#!/usr/bin/env python3
"""Installs a build, moves it, and uses it as somebody else's project does.

    check_install.py --root ROOT --build BUILD --cxx COMPILER --cc COMPILER [OPTION]... FOLDER WHAT

WHAT is one of
  install   installs the build to FOLDER/moved, for the next three
  use       examples/embedding is built in an empty folder with find_package(Quantir) and run: one program quantizes a model,
            two run the plan and load no LLVM, one has a pass of its own; mlir-opt loads the plugin
  headers   each installed header that needs no MLIR compiles alone, without warnings, and declares no type that an embedder
            cannot use; the C API compiles as C99
  mlir-headers  each of the others compiles
  remove    removes what `install` has installed
  runtime   the component Runtime alone is installed and used, by --other-cxx and --other-cc if they are given; the component
            Compiler is missed
  subproject  a project that takes the runtime in by add_subdirectory is built, and installs nothing of it

A build of the runtime alone is used as far as it goes. What a program or library exports is checked, too.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

# oneDNN is to find them before OpenMP's: runtime/kernels/onednn/OpenMP.cpp.
OPENMP = {"GOMP_barrier", "GOMP_parallel", "omp_get_max_threads", "omp_get_num_threads", "omp_get_thread_num",
          "omp_in_parallel", "omp_set_num_threads"}
PLUGIN = {"mlirGetDialectPluginInfo", "mlirGetPassPluginInfo"}
# Types that a header without MLIR declares and none defines.
HANDLES = {"ObserverList", "quantir_plan", "quantir_session"}
PRIVATE = {"Impl", "PlanContents", "SessionState"} # of private members only


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout + result.stderr


def run_to_fail(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if not result.returncode:
        sys.exit(f"expected '{' '.join(map(str, command))}' to fail, but got:\n{result.stdout}{result.stderr}")
    return result.stdout + result.stderr


def expect(what, text):
    if what not in text:
        sys.exit(f"expected '{what}', but got:\n{text}")


def install(arguments, prefix, *options):
    """To `prefix`, but not at once: an installed tree can be moved."""
    shutil.rmtree(prefix, ignore_errors=True)
    first = prefix.parent / "installed"
    shutil.rmtree(first, ignore_errors=True)
    # The list of what the last installation has installed, which is not this one's business.
    manifests = {path: path.read_bytes() if path.exists() else None
                 for path in (arguments.build / "install_manifest.txt", arguments.build / "install_manifest_Runtime.txt")}
    try:
        run("cmake", "--install", arguments.build, "--prefix", first, *options)
    finally:
        for path, content in manifests.items():
            if content is not None:
                path.write_bytes(content)
            else:
                path.unlink(missing_ok=True)
    first.rename(prefix)
    for file in prefix.rglob("*.cmake"):
        for path in (arguments.root, arguments.build, first):
            if str(path) + "/" in file.read_text():
                sys.exit(f"{file}: expected no path of the checkout or the build, but got {path}")
        if name := re.search(r'[":;](?:zip|onnx_proto)[">;]', file.read_text()):
            sys.exit(f"{file}: expected libraries by what find_package found, but got {name[0]}")
    return prefix


def configure_command(arguments, source, *options, build, other=False):
    cxx = other and arguments.other_cxx or arguments.cxx
    cc = other and arguments.other_cc or arguments.cc
    # Where the build found its libraries, its users do.
    found_at = [option for option in options if option.startswith("-DCMAKE_PREFIX_PATH=")]
    options = [option for option in options if option not in found_at]
    path = ";".join([option.split("=", 1)[1] for option in found_at] + ([arguments.prefix_path] if arguments.prefix_path else []))
    return ["cmake", "-S", source, "-B", build, "-G", arguments.generator, "-DCMAKE_BUILD_TYPE=Release",
            f"-DCMAKE_CXX_COMPILER={cxx}", f"-DCMAKE_C_COMPILER={cc}", f"-DCMAKE_PREFIX_PATH={path}", *options]


def configure(arguments, source, *options, other=False):
    build = arguments.folder / "build"
    shutil.rmtree(build, ignore_errors=True)
    run(*configure_command(arguments, source, *options, build=build, other=other))
    return build


def make(build):
    run("cmake", "--build", build, "--parallel", os.cpu_count() or 1)


def copy_of_examples(arguments):
    """Outside of the checkout, so that nothing is found beside it."""
    source = arguments.folder / "project"
    shutil.copytree(arguments.root / "examples/embedding", source)
    return source


def exported(arguments, file):
    """What other libraries and programs can find in it."""
    lines = run(arguments.nm, "-D", "-C", "--defined-only", file).splitlines()
    return {line.split(None, 2)[2] for line in lines if len(line.split(None, 2)) == 3}


def openmp(prefix):
    """What oneDNN is to find in a program or library that has the runtime inside; nothing in a build without oneDNN."""
    targets = next(prefix.rglob("QuantirRuntime.cmake")).read_text()
    return OPENMP if "DNNL::dnnl" in targets else set()


def check_program(arguments, program, functions_expected):
    """Loads no LLVM, and exports nothing of Quantir's but what oneDNN is to find."""
    loaded = run("ldd", program)
    if "libLLVM" in loaded or "libMLIR" in loaded:
        sys.exit(f"expected a program without LLVM, but it loads:\n{loaded}")
    names = exported(arguments, program)
    # Of the C++ library, templates made for a program are visible to all others.
    ours = {name for name in names if re.search(r"quantir|flatbuffers|nlohmann|CLI::|fmt::", name)}
    functions = {name for name in names if name.startswith(("GOMP_", "omp_"))}
    if ours or functions != functions_expected:
        sys.exit(f"{program}: expected {sorted(functions_expected)} to be exported, but got {sorted(ours | functions)}")


def check_shared_library(arguments, prefix):
    header = (prefix / "include/quantir/Runtime/CAPI.h").read_text()
    declared = set(re.findall(r"^\w[\w *]*?\b(quantir_\w+)\(", header, re.M))
    library = next(prefix.rglob("libquantir_runtime.so"))
    names = exported(arguments, library)
    expected = declared | openmp(prefix)
    if names != expected or len(declared) < 20:
        sys.exit(f"{library}: expected the functions of CAPI.h and OpenMP's, but the two differ by {sorted(names ^ expected)}")
    version = (prefix / "include/quantir/Version.h").read_text()
    soname = ".".join(re.search(rf"QUANTIR_VERSION_{part} (\d+)", version)[1] for part in ("MAJOR", "MINOR"))
    if not library.with_name(f"libquantir_runtime.so.{soname}").exists():
        sys.exit(f"expected libquantir_runtime.so.{soname} beside {library}")


def use(arguments):
    prefix = arguments.prefix
    has_compiler = (prefix / "include/quantir/Compiler.h").exists()
    source = copy_of_examples(arguments)
    build = configure(arguments, source, f"-DCMAKE_PREFIX_PATH={prefix}")
    make(build)
    check_program(arguments, build / "run-plan", openmp(prefix))
    check_program(arguments, build / "run-plan-c", set()) # they are in the shared library
    check_shared_library(arguments, prefix)
    for program in "run-plan", "run-plan-c":
        expect("missing.plan", run_to_fail(build / program, arguments.folder / "missing.plan"))
    if not has_compiler:
        return
    digits = arguments.root / "examples/digits"
    plan = arguments.folder / "digits.plan"
    text = run(build / "quantize-model", digits / "model.onnx", digits / "calibration.npy", plan)
    expect("8 of 8 ops quantized", text)
    for program, result in (("run-plan", "logits: [2, 10]"), ("run-plan-c", "logits: 80 bytes")):
        text = run(build / program, plan)
        expect(result, text)
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
    plugin = next(prefix.rglob("QuantirPlugin.so"))
    names = exported(arguments, plugin)
    ours = {name for name in names if name.startswith("quantir::")} # MLIR's templates are shared with MLIR
    if ours or not PLUGIN <= names:
        sys.exit(f"{plugin}: expected to export {sorted(PLUGIN)} and nothing of Quantir, but got {sorted(ours)[:20]}")
    if arguments.mlir_opt:
        text = run(arguments.mlir_opt, f"--load-dialect-plugin={plugin}", f"--load-pass-plugin={plugin}",
                   "--pass-pipeline=builtin.module(quantir-prepare)", model)
        expect('quantir.stage = "prepared"', text)
    # An optional component whose libraries are not on the machine is just not there.
    build = configure(arguments, source, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_MLIR=ON")
    make(build)
    if (build / "my-opt").exists():
        sys.exit("expected no program of the component Compiler without MLIR")
    expect("logits: [2, 10]", run(build / "run-plan", plan))


def runtime(arguments):
    prefix = install(arguments, arguments.folder / "moved", "--component", "Runtime")
    source = copy_of_examples(arguments)
    options = (f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_MLIR=ON",
               "-DCMAKE_DISABLE_FIND_PACKAGE_OpenMP=ON")
    build = configure(arguments, source, *options, other=True)
    make(build)
    for program, functions in (("run-plan", openmp(prefix)), ("run-plan-c", set())):
        check_program(arguments, build / program, functions)
        expect("missing.plan", run_to_fail(build / program, arguments.folder / "missing.plan"))
    if (build / "my-opt").exists():
        sys.exit("expected no program of the component Compiler, which is not installed")
    # The static library of the C API serves C, too, and is the same.
    lists = source / "CMakeLists.txt"
    lists.write_text(lists.read_text().replace("Quantir::CShared", "Quantir::C"))
    make(build)
    check_program(arguments, build / "run-plan-c", openmp(prefix))
    if "libquantir_runtime" in run("ldd", build / "run-plan-c"):
        sys.exit("expected a program with the static library")
    lists.write_text(lists.read_text().replace("REQUIRED COMPONENTS Runtime OPTIONAL_COMPONENTS", "REQUIRED COMPONENTS"))
    expect("the component Compiler is not installed",
           run_to_fail(*configure_command(arguments, source, *options, build=arguments.folder / "without", other=True)))


def declared_only(headers):
    """(header, type) of each type that these headers declare and none defines."""
    texts = {header: header.read_text() for header in headers}
    kind = r"(?:typedef\s+)?(?:class|struct|enum class|enum|union)\s+"
    defined = {name for text in texts.values()
               for name in re.findall(rf"^\s*(?:template\s*<[^>]*>\s*)?{kind}(?:\[\[\w+\]\]\s*)?(\w+)\s*(?:final\s*)?"
                                      r"(?::[^:;{]*)?\{", text, re.M)}
    for header, text in texts.items():
        for name in re.findall(rf"^\s*{kind}(\w+)(?:\s+\w+)?;", text, re.M):
            if name not in defined:
                yield header, name


def check_types(headers):
    found = {name: header for header, name in declared_only(headers)}
    if found.keys() != HANDLES | PRIVATE:
        unknown = {name: str(header) for name, header in found.items() if name not in HANDLES | PRIVATE}
        sys.exit(f"expected only {sorted(HANDLES | PRIVATE)} to be declared and not defined by installed headers, but got also "
                 f"{unknown}, and without {sorted((HANDLES | PRIVATE) - found.keys())}")
    # Enums of plans are plain C++.
    enums = {name for header in headers if header.name == "PlanEnums.h"
             for name in re.findall(r"(?:enum class |constexpr const char \*)(\w+)", header.read_text())}
    for header in headers: # of the plan's schema, and of libraries that an embedder need not have
        text = re.sub(r"//.*", "", header.read_text())
        for match in re.finditer(r"\bplan::(\w+)|\bflatbuffers\b|\bdnnl\b|\bfmt::|\bCLI::", text):
            if match[1] not in enums:
                sys.exit(f"{header}: expected no type of the runtime's own libraries, but got '{match[0]}'")


def headers(arguments, of_mlir):
    include = arguments.prefix / "include"

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
    flags = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{include}"]
    cxx_flags = ["-std=c++20", *flags, "-x", "c++", "-"]
    if of_mlir: # whose own headers have warnings
        cxx_flags += ["-Wno-unused-parameter", "-isystem", arguments.mlir_include]

    def compile_one(header, command):
        text = f'#include "{header.relative_to(include)}"\n#include "{header.relative_to(include)}"\n'
        return subprocess.run(command, input=text, capture_output=True, text=True)

    commands = [(header, [arguments.cxx, *cxx_flags]) for header in chosen]
    if not of_mlir:
        check_types(chosen)
        commands.append((include / "quantir/Runtime/CAPI.h", [arguments.cc, "-std=c99", "-pedantic", *flags, "-x", "c", "-"]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for (header, _), result in zip(commands, pool.map(lambda each: compile_one(*each), commands)):
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
# Not built: that they can be linked from here is seen by CMake.
add_executable(others EXCLUDE_FROM_ALL main.cpp)
target_link_libraries(others PRIVATE Quantir::C Quantir::CShared Quantir::RuntimeData)
install(TARGETS main)
""")
    build = configure(arguments, source)
    run("cmake", "--build", build, "--target", "main", "--parallel", os.cpu_count() or 1)
    run(build / "main")
    prefix = arguments.folder / "prefix"
    run("cmake", "--install", build, "--prefix", prefix)
    files = sorted(str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file())
    if files != ["bin/main"]:
        sys.exit(f"expected bin/main to be installed alone, but got {files}")
    # Who exports a target that links Quantir installs Quantir, too.
    configure(arguments, source, "-DQUANTIR_INSTALL=ON")
    expect("QuantirRuntime.cmake", (build / "quantir/cmake_install.cmake").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--cxx", required=True)
    parser.add_argument("--cc", required=True)
    parser.add_argument("--other-cxx")
    parser.add_argument("--other-cc")
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--generator", default="Ninja")
    parser.add_argument("--prefix", type=pathlib.Path, help="where `install` has installed to")
    parser.add_argument("--prefix-path", help="CMAKE_PREFIX_PATH of the build")
    parser.add_argument("--mlir-opt")
    parser.add_argument("--mlir-include")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("what", choices=["install", "use", "headers", "mlir-headers", "remove", "runtime", "subproject"])
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    if arguments.what == "remove":
        return
    arguments.folder.mkdir(parents=True)
    if arguments.what == "install":
        install(arguments, arguments.folder / "moved")
        return
    if arguments.what == "use":
        use(arguments)
    elif arguments.what == "runtime":
        runtime(arguments)
    elif arguments.what == "subproject":
        subproject(arguments)
    else:
        headers(arguments, arguments.what == "mlir-headers")
    shutil.rmtree(arguments.folder)


if __name__ == "__main__":
    main()
