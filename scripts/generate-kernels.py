#!/usr/bin/env python3
"""Writes what follows from the definitions of the kernels, the records of include/quantir/dialects/Kernel.

    scripts/generate-kernels.py [--check]

With --check it writes nothing, shows how the committed files differ from what it would write, and fails if they do. The files are
committed so that the runtime builds without LLVM; this needs LLVM's llvm-tblgen.

- runtime/schema/generated/kernels.fbs: the ops' part of the plan's schema
- runtime/plan/generated/KernelList.h: all kernels, each with the number of its operands
- runtime/plan/generated/KernelOptions.{h,cpp}: each kernel's options as a struct, read from a plan
- the table in docs/PlanFormat.md
- lib/Target/Plan/generated/ExportKernels.inc: each kernel's form in a plan
"""

import argparse
import re

from records import ROOT, camel, fail, load_records, write_or_check

DEFINITIONS = "quantir/dialects/Kernel/KernelOps.td"
NOTE = "Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td."


#===-----------------------------------------------------------------------===#
# The records
#===-----------------------------------------------------------------------===#


class Enum:
    def __init__(self, records, record):
        self.name = record["className"]
        self.summary = record["summary"]
        cases = [(records[case["def"]]["value"], records[case["def"]]["symbol"]) for case in record["enumerants"]]
        self.absent = record.get("planAbsentCase")
        if self.absent:
            cases.append((0, self.absent))
        self.cases = sorted(cases)
        if [value for value, _ in self.cases] != list(range(len(self.cases))):
            fail(f"enum {self.name}: expected values from 0 without gaps, but got {[value for value, _ in self.cases]}")


# How a plan holds the attributes of ODS: the schema's type, and what the exporter writes, in which $0 is the attribute's value
# and $A the attribute itself.
ATTRIBUTES = {
    "I64Attr": ("long", "int64_t($0)"),
    "I32Attr": ("int", "int32_t($0)"),
    "F32Attr": ("float", "$0.convertToFloat()"),
    "BoolAttr": ("bool", "$0"),
    "UnitAttr": ("bool", "$0"),
    "Kernel_AxisAttr": ("int", "int32_t($0)"),
    "DenseI64ArrayAttr": ("[long]", "exportArray<int64_t>(builder, $A)"),
    "DenseI32ArrayAttr": ("[int]", "exportArray<int32_t>(builder, $A)"),
    "DenseF32ArrayAttr": ("[float]", "exportArray<float>(builder, $A)"),
    "Kernel_ActivationAttr": ("Activation", "exportActivation(builder, $0)"),
}


CPP_TYPES = {
    "long": "int64_t", "int": "int32_t", "uint": "uint32_t", "float": "float", "bool": "bool", "string": "std::string_view",
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

    def cpp_value(self):
        """What reads it from `table`."""
        value = f"table.{self.name}()"
        if self.type == "Activation":
            return f"activationOf({value})"
        if self.type == "string":
            return f"textOf({value})"
        if self.type.startswith("["):
            return f"{'optionalVector' if self.optional else 'toVector'}({value})"
        return value

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
        self.moves = any(records[trait["def"]].get("movesElements") for trait in record["traits"])
        self.min_inputs = record["minPlanInputs"] or len(self.operands) - len(self.optional)
        self.max_inputs = record["maxPlanInputs"] or (0 if self.variadic else len(self.operands))


def read_definitions():
    records = load_records(DEFINITIONS)
    kernels = sorted((Kernel(records, records[name]) for name in records["!instanceof"]["PlanKernel"]), key=lambda kernel: kernel.id)
    if [kernel.id for kernel in kernels] != list(range(1, len(kernels) + 1)):
        fail(f"expected the numbers from 1 without gaps, each once, but got {[kernel.id for kernel in kernels]}")
    enums = [Enum(records, records[name]) for name in records["!instanceof"]["I32Enum"] if name.startswith("Kernel_")]
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


def schema(kernels, enums):
    text = [f"// {NOTE}", "// Operands of an op are indices into tensors; -1 marks an optional operand that is absent.",
            "namespace quantir.plan;", ""]
    for enum in enums:
        text += [f"// {enum.summary}", f"enum {enum.name} : ubyte {{",
                 fill([f"{symbol} = {value}" for value, symbol in enum.cases], "  "), "}"]
        if enum.name == "ActivationKind":
            text += ["// Relu: max(x, 0). Clamp: min(max(x, alpha), beta). LeakyRelu: x > 0 ? x : alpha * x. In real numbers.",
                     "table Activation { kind:ActivationKind; alpha:float; beta:float; }"]
        text.append("")
    for kernel in kernels:
        operands = [name + ("?" if name in kernel.optional else "..." if name in kernel.variadic else "") for name in kernel.operands]
        text.append(f"// {kernel.summary}. inputs: {', '.join(operands)}")
        fields = [f"{field.name}:{field.type}{field.schema_default()};" for field in kernel.fields]
        line = f"table {kernel.name} {{ {' '.join(fields)} }}" if fields else f"table {kernel.name} {{}}"
        text += [line] if len(line) <= 100 else [f"table {kernel.name} {{", fill(fields, "  ", " "), "}"]
    text += ["", "union OpKind {", fill([kernel.name for kernel in kernels], "  "), "}", ""]
    return "\n".join(text)


def kernel_list(kernels):
    width = max(len(kernel.name) for kernel in kernels)
    rows = [f"  X({kernel.name}, {kernel.min_inputs}, {kernel.max_inputs or 'planLimits::listLength'}, {kernel.results})" for kernel in kernels]
    rows = [row.ljust(98) + " \\" for row in rows[:-1]] + rows[-1:]
    header = "#define QUANTIR_FOR_EACH_KERNEL(X)".ljust(98) + " \\"
    return "\n".join([
        *cpp_banner("KernelList.h", "All kernels"),
        "// QUANTIR_FOR_EACH_KERNEL(X) is X(name, least inputs, most inputs, results) for each.", "//", RULE, "",
        "#ifndef QUANTIR_RUNTIME_PLAN_GENERATED_KERNELLIST_H", "#define QUANTIR_RUNTIME_PLAN_GENERATED_KERNELLIST_H", "",
        "// clang-format off", header, *rows, "// clang-format on", "",
        "#endif // QUANTIR_RUNTIME_PLAN_GENERATED_KERNELLIST_H", ""])


def cpp_banner(name, what):
    head = f"//===- {name} - {what} "
    return [head.ljust(66, "-") + "*- C++ -*-===//", "//", f"// {NOTE}", "//"]


RULE = "//===----------------------------------------------------------------------===//"


def options_header(kernels):
    text = cpp_banner("KernelOptions.h", "The options of each kernel") + [
        "// What a backend reads of an op besides its operands. Those of a validated plan are in range.", "//", RULE, "",
        "#ifndef QUANTIR_RUNTIME_PLAN_GENERATED_KERNELOPTIONS_H", "#define QUANTIR_RUNTIME_PLAN_GENERATED_KERNELOPTIONS_H", "",
        '#include "runtime/plan/OptionValues.h"', "", "// clang-format off", "namespace quantir::runtime {"]
    for kernel in kernels:
        text += ["", f"/// {kernel.summary}", f"struct {kernel.name}Options {{"]
        for field in kernel.fields:
            initial = "" if field.cpp_type().startswith("std::") or field.type == "Activation" else "{}"
            text.append(f"  {field.cpp_type()} {field.cpp_name()}{initial};")
        text += ["" if kernel.fields else None, "  /// Whether each element of the result is one of an input.",
                 f"  static constexpr bool moves = {'true' if kernel.moves else 'false'};",
                 "  /// Of an op of this kind, which outlives them.",
                 f"  static {kernel.name}Options read(const plan::Op &op);", "};"]
    text += ["", "} // namespace quantir::runtime", "// clang-format on", "",
             "#endif // QUANTIR_RUNTIME_PLAN_GENERATED_KERNELOPTIONS_H", ""]
    return "\n".join(line for line in text if line is not None)


def options_source(kernels):
    text = cpp_banner("KernelOptions.cpp", "The options of each kernel") + [
        RULE, "", '#include "runtime/plan/generated/KernelOptions.h"', "", "// clang-format off", "namespace quantir::runtime {"]
    for kernel in kernels:
        name = f"{kernel.name}Options"
        if not kernel.fields:
            text += ["", f"{name} {name}::read(const plan::Op &) {{ return {{}}; }}"]
            continue
        text += ["", f"{name} {name}::read(const plan::Op &op) {{", f"  const plan::{kernel.name} &table = *op.kind_as_{kernel.name}();",
                 "  return {", fill([field.cpp_value() for field in kernel.fields], "      ") + "};", "}"]
    text += ["", "} // namespace quantir::runtime", "// clang-format on", ""]
    return "\n".join(text)


def exporter(kernels):
    text = [f"// {NOTE}", "// Included by ExportOps.cpp, which has the functions called here.", "",
            "PlanOpKind exportKind(FlatBufferBuilder &builder, Operation *operation,",
            "                      function_ref<uint32_t(StringRef)> observerIndex) {",
            "  return TypeSwitch<Operation *, PlanOpKind>(operation)"]
    for kernel in kernels:
        text.append(f"      .Case([&]({kernel.op_class} op) {{")
        # What a table refers to is written before it; FlatBuffers does not nest.
        for field in sorted((field for field in kernel.fields if field.is_offset()), key=lambda field: field.type != "Activation"):
            text.append(f"        auto {field.name} = {field.value};")
        values = [field.name if field.is_offset() else field.value for field in kernel.fields]
        call = f"        return makeKind(plan::Create{kernel.name}({', '.join(['builder'] + values)}));"
        if len(call) > 100:
            call = f"        return makeKind(plan::Create{kernel.name}(\n" + fill(["builder"] + values, "            ") + "));"
        text += [call, "      })"]
    text += ["      .Default(PlanOpKind());", "}", "",
             "/// Null for an operand that is absent.", "SmallVector<Value> getOperandsByPosition(Operation *operation) {",
             "  return TypeSwitch<Operation *, SmallVector<Value>>(operation)"]
    for kernel in kernels:
        if kernel.optional:
            values = [f"op.get{camel(name)}()" for name in kernel.operands]
            text += [f"      .Case([]({kernel.op_class} op) {{", "        return SmallVector<Value>{",
                     fill(values, "            ") + "};", "      })"]
    text += ["      .Default([](Operation *op) { return SmallVector<Value>(op->getOperands()); });", "}", ""]
    return "\n".join(text)


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
        "runtime/schema/generated/kernels.fbs": schema(kernels, enums),
        "runtime/plan/generated/KernelList.h": kernel_list(kernels),
        "runtime/plan/generated/KernelOptions.h": options_header(kernels),
        "runtime/plan/generated/KernelOptions.cpp": options_source(kernels),
        "lib/Target/Plan/generated/ExportKernels.inc": exporter(kernels),
        "docs/PlanFormat.md": page_with_table(kernels),
    }
    write_or_check(files, check)


if __name__ == "__main__":
    main()
