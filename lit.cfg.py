# Configuration of the lit suite in test/: the tools, driven as a user drives them. The build folder's
# test/lit.site.cfg.py sets the paths and loads this.

import os

import lit.formats
import lit.util
from lit.llvm import llvm_config
from lit.llvm.subst import ToolSubst

config.name = "Quantir"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "Unit", "Conformance", "Goldens", "Layering", "Models", "Scripts", "Support"]
config.test_source_root = os.path.join(config.quantir_source_root, "test")
config.test_exec_root = os.path.join(config.quantir_build_root, "test")

llvm_config.with_system_environment(["HOME", "TMP", "TEMP", "OMP_NUM_THREADS", "ASAN_OPTIONS", "UBSAN_OPTIONS"])
# For not and split-file.
llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.use_default_substitutions()
# A variable of one CHECK block must not leak into the next.
config.environment["FILECHECK_OPTS"] = "--enable-var-scope"

# After = and " comes the name of a config, not of a tool.
tools = [ToolSubst(name, pre='.-^/\\<="', unresolved="ignore") for name in ("qopt", "qtranslate", "qrun", "quantir")]
llvm_config.add_tool_substitutions(tools, [config.quantir_tools_dir, config.llvm_tools_dir])
config.substitutions.append(("%python", f'"{config.python_executable}"'))
config.substitutions.append(("%examples", os.path.join(config.quantir_source_root, "examples")))

if config.quantir_enable_onednn:
    config.available_features.add("onednn")
# Real models and goldens that do not stand in this repository: tests that need them say REQUIRES: shared.
if os.path.isdir(config.quantir_shared):
    config.available_features.add("shared")
    config.substitutions.append(("%shared", config.quantir_shared))
