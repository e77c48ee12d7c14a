#!/usr/bin/env python3
"""Writes what follows from the definitions of the kernels, the records of include/quantir/dialects/Kernel.

    scripts/generate-kernels.py [--check]

With --check it writes nothing, shows how the committed files differ from what it would write, and fails if they do. The files are
committed so that the runtime builds without LLVM; this needs LLVM's llvm-tblgen.

- runtime/schema/generated/enums.fbs and kernels.fbs: the enums and the ops' part of the plan's schema
- include/quantir/Base/generated/PlanEnums.h: the same enums in C++
- include/quantir/KernelRules/generated/KernelList.h: all kernels
- include/quantir/KernelRules/generated/KernelOptions.h: each kernel's options as a struct, and what its definition fixes
- runtime/schema/generated/KernelTables.cpp: these options read from a plan, and written into one
- runtime/schema/generated/KernelForms.inc: a hash of each kernel's form, which plans carry
- dialects/Kernel/generated/KernelOptions.inc: these options of an op of the dialect
- include/quantir/dialects/Kernel/generated/KernelOpList.h: the ops of the dialect that are kernels
- the table in docs/PlanFormat.md
"""

import argparse
import hashlib
import pathlib
import re

from records import ROOT, camel, fail, load_records, write_or_check

DEFINITIONS = "quantir/dialects/Kernel/KernelOps.td"
ENUM_HEADER = "include/quantir/Base/generated/PlanEnums.h"
LIST_HEADER = "include/quantir/KernelRules/generated/KernelList.h"
OPTIONS_HEADER = "include/quantir/KernelRules/generated/KernelOptions.h"
OP_LIST_HEADER = "include/quantir/dialects/Kernel/generated/KernelOpList.h"
NOTE = "Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td."


#===-----------------------------------------------------------------------===#
# The records
#===-----------------------------------------------------------------------===#


class Enum:
    def __init__(self, records, record):
        if "PlanEnum" in record["!superclasses"]:
            self.name, self.summary, self.cases = record["planName"], record["planSummary"], list(enumerate(record["planCases"]))
            return
        self.name = record["className"]
        self.summary = record["summary"]
        cases = [(records[case["def"]]["value"], records[case["def"]]["symbol"]) for case in record["enumerants"]]
        if absent := record.get("planAbsentCase"):
            cases.append((0, absent))
        self.cases = sorted(cases)
        if [value for value, _ in self.cases] != list(range(len(self.cases))):
            fail(f"enum {self.name}: expected values from 0 without gaps, but got {[value for value, _ in self.cases]}")


# How a plan holds the attributes of ODS: the schema's type, and what makes an option of one, in which $0 is the attribute's
# value and $A the attribute itself.
ATTRIBUTES = {
    "I64Attr": ("long", "int64_t($0)"),
    "I32Attr": ("int", "int32_t($0)"),
    "F32Attr": ("float", "$0.convertToFloat()"),
    "BoolAttr": ("bool", "$0"),
    "UnitAttr": ("bool", "$0"),
    "Kernel_AxisAttr": ("int", "int64_t($0)"),
    "DenseI64ArrayAttr": ("[long]", "toVector<int64_t>($A)"),
    "DenseI32ArrayAttr": ("[int]", "toVector<int32_t>($A)"),
    "DenseF32ArrayAttr": ("[float]", "toVector<float>($A)"),
    "Kernel_ActivationAttr": ("Activation", "toActivation($A)"),
}


CPP_TYPES = {
    "long": "int64_t", "int": "int32_t", "uint": "uint32_t", "float": "float", "bool": "bool", "string": "std::string",
    "Activation": "ActivationInfo",
}


class Field:
    """An attribute of a kernel, as a plan holds it."""

    def __init__(self, kernel, records, name, constraint, forms):
        self.name = name
        self.default = ""
        self.enum = None
        self.wide = constraint["!name"] == "Kernel_AxisAttr"
        optional = False
        while "baseAttr" in constraint and constraint["baseAttr"]:
            base = records[constraint["baseAttr"]["def"]]
            if "OptionalAttr" in constraint["!superclasses"]:
                optional = True
            if "DefaultValuedAttr" in constraint["!superclasses"]:
                self.default = constraint["defaultValue"]
            constraint = base
        if name in forms:
            form = forms[name]
            self.name = form["planField"] or name
            self.type, value = form["planType"], form["planValue"]
        elif "EnumAttr" in constraint["!superclasses"]:
            self.enum = records[constraint["enum"]["def"]]["className"]
            self.type, value = self.enum, f"plan::{self.enum}($0)"
        elif constraint["!name"] in ATTRIBUTES:
            self.type, value = ATTRIBUTES[constraint["!name"]]
        else:
            fail(f"{kernel}: {name}: expected one of {', '.join(ATTRIBUTES)}, an enum, or a PlanField, but got {constraint['!name']}")
        if optional and "$A" not in value and self.type != "Activation":
            fail(f"{kernel}: {name}: a plan cannot tell that an attribute of this kind is absent")
        self.optional = optional
        if optional and self.type.startswith("["):
            value = value.replace("toVector", "toOptionalVector")
        self.value = value.replace("$0", f"op.get{camel(name)}()").replace("$A", f"op.get{camel(name)}Attr()")

    def is_offset(self):
        """Whether the schema stores it beside the table."""
        return self.type.startswith("[") or self.type in ("string", "Activation")

    def cpp_name(self):
        """`transpose_b` as the runtime's structs call it: transposeB."""
        return camel(self.name)[:1].lower() + camel(self.name)[1:]

    def cpp_type(self):
        """Its type in the runtime's structs. Axes are wide, as dimensions are."""
        if self.enum:
            return f"plan::{self.enum}"
        if self.wide:
            return "int64_t"
        element = CPP_TYPES[self.type.strip("[]")]
        if not self.type.startswith("["):
            return element
        return f"std::optional<std::vector<{element}>>" if self.optional else f"std::vector<{element}>"

    def cpp_reader(self):
        """What reads it from `table`."""
        value = f"table.{self.name}()"
        if self.type == "Activation":
            return f"activationOf({value})"
        if self.type == "string":
            return f"textOf({value})"
        if self.type.startswith("["):
            return f"{'optionalVector' if self.optional else 'toVector'}({value})"
        return value

    def cpp_writer(self):
        """What writes it into a plan, beside its table or in it."""
        value = f"options.{self.cpp_name()}"
        if self.type == "Activation":
            return f"writeActivation(builder, {value})"
        if self.type == "string":
            return f"builder.CreateString({value})"
        if self.type.startswith("["):
            return f"writeList(builder, {value})"
        return f"static_cast<int32_t>({value})" if self.wide else value

    def schema_default(self):
        number = re.fullmatch(r"(-?\d+)(?:\.(\d+)f)?", self.default)
        if not number or (int(number[1]) == 0 and int(number[2] or 0) == 0):
            return ""
        return " = " + self.default.removesuffix("f")


class Kernel:
    def __init__(self, records, record):
        self.id = record["planId"]
        self.op_class = record["!name"].removeprefix("Kernel_")
        self.name = record["planName"] or self.op_class.removesuffix("Op")
        self.summary = record["summary"]
        forms = {}
        for form in record["planFields"]:
            form = records[form["def"]]
            forms[form["planAttribute"]] = form
        self.fields, self.operands, self.optional, self.variadic = [], [], [], []
        for value, name in record["arguments"]["args"]:
            constraint = records[value["def"]]
            if "TypeConstraint" in constraint["!superclasses"] or "Type" in constraint["!superclasses"]:
                self.operands.append(name)
                if "Optional" in constraint["!superclasses"]:
                    self.optional.append(name)
                elif "Variadic" in constraint["!superclasses"]:
                    self.variadic.append(name)
            elif name != "backend":
                self.fields.append(Field(self.name, records, name, constraint, forms))
        if unknown := set(forms) - {name for _, name in record["arguments"]["args"]}:
            fail(f"{self.name}: PlanField of no attribute: {', '.join(sorted(unknown))}")
        if not record["planOperands"] or not record["planResult"]:
            fail(f"{self.name}: expected planOperands and planResult, its row in docs/PlanFormat.md")
        self.operands_text = " ".join(record["planOperands"].split())
        self.result_text = " ".join(record["planResult"].split())
        self.results = len(record["results"]["args"])
        self.min_inputs = record["minPlanInputs"] or len(self.operands) - len(self.optional)
        self.max_inputs = record["maxPlanInputs"] or (0 if self.variadic else len(self.operands))
        layout = record
        if "PlanLayout" not in record["!superclasses"]:
            traits = [records[trait["def"]] for trait in record["traits"]]
            layout = next((trait for trait in traits if "PlanLayout" in trait["!superclasses"]), None)
            if not layout:
                fail(f"{self.name}: expected a KernelInterface or a PlanLayout, which say its layouts")
        self.layout = records[layout["planLayout"]["def"]]["rule"]
        self.moves = layout.get("planMoves", 0)
        if unknown := set(layout["planParameters"]) - set(self.operands):
            fail(f"{self.name}: expected parameters among its operands, but got {', '.join(sorted(unknown))}")
        self.parameters = sum(1 << self.operands.index(name) for name in layout["planParameters"])


def read_definitions():
    records = load_records(DEFINITIONS)
    kernels = sorted((Kernel(records, records[name]) for name in records["!instanceof"]["PlanKernel"]), key=lambda kernel: kernel.id)
    if [kernel.id for kernel in kernels] != list(range(1, len(kernels) + 1)):
        fail(f"expected the numbers from 1 without gaps, each once, but got {[kernel.id for kernel in kernels]}")
    enums = [Enum(records, records[name]) for name in records["!instanceof"]["I32Enum"] if name.startswith("Kernel_")]
    enums += [Enum(records, records[name]) for name in records["!instanceof"]["PlanEnum"]]
    return kernels, enums


#===-----------------------------------------------------------------------===#
# The files
#===-----------------------------------------------------------------------===#


def fill(words, indent, separator=", ", width=100):
    """The words in lines of at most `width` columns."""
    lines, line = [], indent
    for i, word in enumerate(words):
        word += separator.rstrip() if i + 1 < len(words) else ""
        if len(line) + len(word) + (line != indent) > width:
            lines.append(line)
            line = indent
        line += (" " if line != indent else "") + word
    return "\n".join(lines + [line])


def enum_schema(enums):
    text = [f"// {NOTE}", "namespace quantir.plan;"]
    for enum in enums:
        text += ["", f"// {enum.summary}", f"enum {enum.name} : ubyte {{",
                 fill([f"{symbol} = {value}" for value, symbol in enum.cases], "  "), "}"]
    return "\n".join(text + [""])


def schema(kernels):
    text = [f"// {NOTE}", "// Operands of an op are indices into tensors; -1 marks an optional operand that is absent.",
            'include "enums.fbs";', "namespace quantir.plan;", "",
            "// Relu: max(x, 0). Clamp: min(max(x, alpha), beta). LeakyRelu: x > 0 ? x : alpha * x. In real numbers.",
            "table Activation { kind:ActivationKind; alpha:float; beta:float; }", ""]
    for kernel in kernels:
        operands = [name + ("?" if name in kernel.optional else "..." if name in kernel.variadic else "") for name in kernel.operands]
        text.append(f"// {kernel.summary}. inputs: {', '.join(operands)}")
        fields = [f"{field.name}:{field.type}{field.schema_default()};" for field in kernel.fields]
        line = f"table {kernel.name} {{ {' '.join(fields)} }}" if fields else f"table {kernel.name} {{}}"
        text += [line] if len(line) <= 100 else [f"table {kernel.name} {{", fill(fields, "  ", " "), "}"]
    text += ["", "union OpKind {", fill([kernel.name for kernel in kernels], "  "), "}", ""]
    return "\n".join(text)


def cpp_banner(name, what):
    head = f"//===- {name} - {what} "
    return [head.ljust(66, "-") + "*- C++ -*-===//", "//", f"// {NOTE}", "//"]


RULE = "//===----------------------------------------------------------------------===//"


def header(path, what, note, includes, body):
    """A header of the tree's own form; `note` may be empty."""
    guard = re.sub(r"[/.]", "_", path.removeprefix("include/")).upper()
    return "\n".join([*cpp_banner(pathlib.PurePath(path).name, what), *(note + ["//"] if note else []), RULE, "", f"#ifndef {guard}",
                      f"#define {guard}", "", *includes, "// clang-format off", *body, "// clang-format on", "", f"#endif // {guard}", ""])


def macro_list(name, rows):
    """#define NAME(X) and a row for each entry."""
    lines = [f"#define {name}(X)", *("  " + row for row in rows)]
    return [line.ljust(98) + " \\" for line in lines[:-1]] + lines[-1:]


def enum_header(enums):
    body = ["namespace quantir::plan {"]
    for enum in enums:
        symbols = [symbol for _, symbol in enum.cases]
        body += ["", f"/// {enum.summary}", f"enum class {enum.name} : uint8_t {{",
                 fill([f"{symbol} = {value}" for value, symbol in enum.cases] + [f"MIN = {symbols[0]}", f"MAX = {symbols[-1]}"], "  "), "};",
                 f"/// The name of an enumerator; empty for a number that is none.",
                 f"constexpr const char *EnumName{enum.name}({enum.name} value) {{", "  constexpr const char *names[] = {",
                 fill([f'"{symbol}"' for symbol in symbols], "      ") + "};",
                 f'  return value <= {enum.name}::MAX ? names[static_cast<int>(value)] : "";', "}"]
    return header(ENUM_HEADER, "Enums of plans", ["// Those of the plan's schema, without FlatBuffers: whoever reads a plan has to check that the",
                  "// number is one of them."], ["#include <cstdint>", ""], body + ["", "} // namespace quantir::plan"])


def kernel_list(kernels):
    return header(LIST_HEADER, "All kernels", ["// QUANTIR_FOR_EACH_KERNEL(X) is X(name) for each."], [],
                  macro_list("QUANTIR_FOR_EACH_KERNEL", [f"X({kernel.name})" for kernel in kernels]))


def options_header(kernels):
    body = ["namespace quantir::rules {"]
    for kernel in kernels:
        body += ["", f"/// {kernel.summary}", f"struct {kernel.name}Options {{"]
        most = kernel.max_inputs or "maxOperands"
        body.append("  static constexpr KernelInfo info{" + f'"{kernel.name}", {kernel.min_inputs}, {most}, {kernel.results}, '
                    + f"{'true' if kernel.variadic else 'false'}, LayoutRule::{kernel.layout}, {kernel.parameters:#x}, {'true' if kernel.moves else 'false'}}};")
        for field in kernel.fields:
            initial = "" if field.cpp_type().startswith("std::") or field.type == "Activation" else "{}"
            body.append(f"  {field.cpp_type()} {field.cpp_name()}{initial};")
        body += ["", f"  bool operator==(const {kernel.name}Options &) const = default;", "};"]
    return header(OPTIONS_HEADER, "The options of each kernel",
                  ["// What a backend reads of an op besides its operands. Those of a validated plan are in range."],
                  ['#include "quantir/KernelRules/Activation.h"', '#include "quantir/KernelRules/KernelInfo.h"', "",
                   "#include <optional>", "#include <string>", "#include <vector>", ""],
                  body + ["", "} // namespace quantir::rules"])


def tables_source(kernels):
    text = cpp_banner("KernelTables.cpp", "The options of each kernel in a plan") + [
        RULE, "", '#include "runtime/schema/KernelTables.h"', "", '#include "runtime/schema/PlanLists.h"', "", "// clang-format off",
        "namespace quantir::plan {", "", "using namespace rules;", "using flatbuffers::FlatBufferBuilder;"]
    for kernel in kernels:
        name = f"{kernel.name}Options"
        if kernel.fields:
            text += ["", f"template <> {name} readOptions(const Op &op) {{", f"  const {kernel.name} &table = *op.kind_as_{kernel.name}();",
                     "  return {", fill([field.cpp_reader() for field in kernel.fields], "      ") + "};", "}"]
        else:
            text += ["", f"template <> {name} readOptions(const Op &) {{ return {{}}; }}"]
        text += ["", f"KernelTable writeOptions(FlatBufferBuilder &builder, const {name} &{'options' if kernel.fields else ''}) {{"]
        # What a table refers to is written before it; FlatBuffers does not nest.
        for field in sorted((field for field in kernel.fields if field.is_offset()), key=lambda field: field.type != "Activation"):
            text.append(f"  const auto {field.cpp_name()} = {field.cpp_writer()};")
        values = ["builder"] + [field.cpp_name() if field.is_offset() else field.cpp_writer() for field in kernel.fields]
        text += [f"  return makeTable(Create{kernel.name}(", fill(values, "      ") + "));", "}"]
    return "\n".join(text + ["", "} // namespace quantir::plan", "// clang-format on", ""])


def form_of(kernel):
    """A hash of what an op of the kernel is made of, docs/PlanFormat.md."""
    operands = [name + ("?" if name in kernel.optional else "..." if name in kernel.variadic else "") for name in kernel.operands]
    fields = [f"{field.name}:{field.type}{field.schema_default()}" for field in kernel.fields]
    text = f"{kernel.name}({', '.join(operands)}) -> {kernel.results} {{{'; '.join(fields)}}}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def forms(kernels):
    text = [f"// {NOTE}", "// Included by KernelForms.cpp."]
    for kernel in kernels:
        text += [f"case OpKind::{kernel.name}:", f"  return {form_of(kernel):#018x};"]
    return "\n".join(text + [""])


def op_list(kernels):
    return header(OP_LIST_HEADER, "The ops that are kernels",
                  ["// QUANTIR_FOR_EACH_KERNEL_OP(X) is X(op, kernel, operands) for each: the op's class, its name in",
                   "// plans, and how many operands its definition has, optional and variadic ones counted once."], [],
                  macro_list("QUANTIR_FOR_EACH_KERNEL_OP", [f"X({kernel.op_class}, {kernel.name}, {len(kernel.operands)})" for kernel in kernels]))


def dialect_options(kernels):
    text = [f"// {NOTE}", "// Included by KernelRules.cpp, which has the functions called here."]
    for kernel in kernels:
        name = f"rules::{kernel.name}Options"
        used = any("op." in field.value for field in kernel.fields)
        text += ["", f"{name} kernel::optionsOf({kernel.op_class}{' op' if used else ''}) {{"]
        values = fill([field.value for field in kernel.fields], "      ").lstrip()
        text += [f"  return {{{values}}};", "}"]
    return "\n".join(text + [""])


def page_with_table(kernels):
    """docs/PlanFormat.md, its table of kernels between the two marks."""
    page = (ROOT / "docs/PlanFormat.md").read_text()
    begin, end = "<!-- kernels: written by scripts/generate-kernels.py -->\n", "<!-- end of kernels -->"
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        fail("docs/PlanFormat.md: expected one place for the table of kernels")
    rows = [f"| `{kernel.name}` | {kernel.operands_text} | {kernel.result_text} |" for kernel in kernels]
    table = "\n".join(["| op | inputs | result |", "| --- | --- | --- |", *rows, ""])
    return page[:page.index(begin)] + begin + table + page[page.index(end):]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    check = parser.parse_args().check
    kernels, enums = read_definitions()
    files = {
        "runtime/schema/generated/enums.fbs": enum_schema(enums),
        "runtime/schema/generated/kernels.fbs": schema(kernels),
        ENUM_HEADER: enum_header(enums),
        LIST_HEADER: kernel_list(kernels),
        OPTIONS_HEADER: options_header(kernels),
        OP_LIST_HEADER: op_list(kernels),
        "runtime/schema/generated/KernelTables.cpp": tables_source(kernels),
        "runtime/schema/generated/KernelForms.inc": forms(kernels),
        "dialects/Kernel/generated/KernelOptions.inc": dialect_options(kernels),
        "docs/PlanFormat.md": page_with_table(kernels),
    }
    write_or_check(files, check)


if __name__ == "__main__":
    main()
