#!/usr/bin/env python3
"""Writes what follows from the definitions of the ops, the records of include/quantir/dialects/NN.

    scripts/generate-ops.py [--check]

With --check it writes nothing, shows how the committed files differ from what it would write, and fails if they do. This needs
LLVM's llvm-tblgen.

- lib/Vocabulary/generated/TorchNames.inc: how PyTorch calls each op
- lib/Vocabulary/generated/OnnxOperators.inc: what each of ONNX's operators is imported as
- lib/Frontend/ONNX/generated/UnaryOperators.inc: the importer's rows for operators that are nothing but an op
- passes/Lower/generated/OneKernel.inc: a pattern for each op that one kernel computes
"""

import argparse
import re

from records import camel, fail, load_records, write_or_check

DEFINITIONS = ["quantir/dialects/NN/NNOps.td", "quantir/dialects/Kernel/KernelOps.td", "quantir/Vocabulary/OtherNames.td"]
NOTE = "// Written by scripts/generate-ops.py from include/quantir/dialects/NN/NN*Ops.td{}.\n\n"
OTHERS = " and\n// include/quantir/Vocabulary/OtherNames.td"


def is_a(record, name):
    return name in record["!superclasses"]


class Argument:
    """An operand or an attribute of an op."""

    def __init__(self, records, name, constraint):
        self.name = name
        self.is_operand = is_a(constraint, "TypeConstraint")
        self.default = ""
        self.is_optional = is_a(constraint, "Optional") or is_a(constraint, "OptionalAttr")
        while constraint.get("baseAttr"):
            self.default = constraint["defaultValue"] if is_a(constraint, "DefaultValuedAttr") else self.default
            constraint = records[constraint["baseAttr"]["def"]]
        self.kind = constraint["!name"]
        self.storage = constraint.get("storageType") or ""
        enum = records[constraint["enum"]["def"]] if is_a(constraint, "EnumAttr") else constraint
        self.enum = f"{enum['cppNamespace'].removeprefix('::quantir::')}::{enum['className']}" if is_a(enum, "EnumInfo") else ""
        cases = [records[one["def"]] for one in enum["enumerants"]] if self.enum else []
        self.cases = {case["str"]: (case["symbol"], case["value"]) for case in cases}

    def case_list(self):
        return ", ".join(f"{name} ({symbol} = {value})" for name, (symbol, value) in self.cases.items())

    def absent(self):
        """What the builder of the op takes for none."""
        if self.is_optional:
            return "Value()" if self.is_operand else f"{self.storage.removeprefix('::quantir::')}()"
        if self.kind == "UnitAttr":
            return "false"
        if self.kind == "F32Attr" and self.default:
            return f"APFloat({self.default})"
        return ""


def arguments_of(records, record):
    return {name: Argument(records, name, records[value["def"]]) for value, name in record["arguments"]["args"]}


#===-----------------------------------------------------------------------===#
# Names
#===-----------------------------------------------------------------------===#


def row(op, names):
    lists = (" ".join(names[f"torch{kind}"]) for kind in ("Modules", "Functions", "Methods"))
    texts = ", ".join(f'"{text}"' for text in (op, *lists))
    rank = names["torchSpatialRank"]
    return f"    {{{texts}, {'anyRank' if rank < 0 else rank}, {names['torchCondition'] or 'always'}}},\n"


def torch_names(records, ops):
    text = NOTE.format(OTHERS) + "constexpr NamesOfOp table[] = {\n"
    for op in ops:
        text += "".join(row(f"nn.{op['opName']}", records[names["def"]]) for names in op["torch"])
    others = records["TorchNamesWithoutOp"]
    for kind in ("torchModules", "torchFunctions", "torchMethods"):
        if both := set(others[kind]) & {name for op in ops for names in op["torch"] for name in records[names["def"]][kind]}:
            fail(f"OtherNames.td: expected names without an op, but an op has {', '.join(sorted(both))}")
    text += row("", others) + "};\n\nconstexpr PackageModules packages[] = {\n"
    for package in (records[name] for name in records["!instanceof"]["TorchPackage"]):
        text += f'    {{"{package["torchPackage"]}", "{" ".join(package["torchModules"])}"}},\n'
    return text + "};\n"


def onnx_operators(records, ops):
    operators = {name: {} for name in records["OnnxOperatorsWithoutOp"]["names"]}
    for op in ops:
        for operator in (records[one["def"]] for one in op["onnx"]):
            if operator["onnxName"] in records["OnnxOperatorsWithoutOp"]["names"]:
                fail(f"OtherNames.td: expected operators without an op, but nn.{op['opName']} is one for {operator['onnxName']}")
            places = operators.setdefault(operator["onnxName"], {})
            if operator["onnxPlace"] in places:
                fail(f"{operator['onnxName']}: expected a place for each op, but nn.{op['opName']} and {places[operator['onnxPlace']]} "
                     f"have place {operator['onnxPlace']}")
            places[operator["onnxPlace"]] = f"nn.{op['opName']}"
    text = NOTE.format(OTHERS) + "static constexpr OnnxOperator operators[] = {\n"
    for name, places in sorted(operators.items()):
        text += f'    {{"{name}", "{" ".join(op for _, op in sorted(places.items()))}"}},\n'
    return text + "};\n"


def unary_operators(records, ops):
    text = NOTE.format("")
    for op in ops:
        for operator in (records[one["def"]] for one in op["onnx"]):
            if not operator["onnxSince"]:
                continue
            if len(op["arguments"]["args"]) != 1:
                fail(f"nn.{op['opName']}: expected an op of one operand and no attributes, to have a row for {operator['onnxName']}")
            text += (f'{{"{operator["onnxName"]}", {operator["onnxSince"]}, 1, 1, 1, "", '
                     f"importUnary<nn::{op['!name'].removeprefix('NN_')}>}},\n")
    return text


#===-----------------------------------------------------------------------===#
# Lowering
#===-----------------------------------------------------------------------===#


def kernel_value(op, kernel, source, target, set_to):
    """The C++ of one argument of the kernel's builder."""
    own = source.get(target.name)
    if target.name in set_to:
        for name in re.findall(r"\$(\w+)", set_to[target.name]):
            if name not in source:
                fail(f"nn.{op}: kernelFields: expected an argument of the op behind $, but got '{name}'")
        return re.sub(r"\$(\w+)", lambda found: f"op.get{camel(found[1])}()", set_to[target.name])
    if own:
        value = f"op.get{camel(target.name)}()"
        if target.cases:
            if own.cases != target.cases:
                fail(f"nn.{op}: {target.name}: expected the cases of kernel.{kernel}, {target.case_list()}, but got "
                     f"{own.case_list() or 'no enum'}")
            return f"{target.enum}({value})"
        return f"normalizeAxis({value}, rank)" if target.kind == "Kernel_AxisAttr" else value
    if op in target.cases:
        return f"{target.enum}::{target.cases[op][0]}"
    if value := target.absent():
        return value
    if target.cases:
        fail(f"nn.{op}: kernel.{kernel} has no {target.name} '{op}'; expected one of {', '.join(target.cases)}, or kernelFields")
    fail(f"nn.{op}: its kernel's '{target.name}' is no argument of it, and kernelFields does not give it")


def kernel_fields(op):
    """What `kernelFields` says, by the kernel's argument."""
    set_to = {}
    for field in op["kernelFields"]:
        name, equals, value = field.partition(" = ")
        if not equals:
            fail(f"nn.{op['opName']}: kernelFields: expected 'ARGUMENT = VALUE', but got '{field}'")
        if name in set_to:
            fail(f"nn.{op['opName']}: kernelFields: '{name}' is there twice")
        set_to[name] = value
    return set_to


def check_all_said(op, source, targets, set_to):
    """Fails if the kernel does not get an argument of the op, and the op does not say that this is right."""
    used = (set(source) & set(targets)) - set(set_to)
    used |= {name for value in set_to.values() for name in re.findall(r"\$(\w+)", value)}
    lost, said = set(source) - used, set(op["saidByType"])
    if missing := lost - said:
        fail(f"nn.{op['opName']}: kernel.{op['kernel']} does not get {', '.join(sorted(missing))}; "
             "expected it in kernelFields or saidByType")
    if wrong := said - lost:
        fail(f"nn.{op['opName']}: saidByType: expected arguments that kernel.{op['kernel']} does not get, "
             f"but got {', '.join(sorted(wrong))}")


def lowering(records, op, kernels):
    """A function that replaces the op by its kernel."""
    name, op_class = op["opName"], op["!name"].removeprefix("NN_")
    kernel = kernels.get(op["kernel"]) or fail(f"nn.{name}: expected the mnemonic of a kernel, but got '{op['kernel']}'")
    source, targets = arguments_of(records, op), arguments_of(records, kernel)
    set_to = kernel_fields(op)
    if unknown := set(set_to) - set(targets):
        fail(f"nn.{name}: kernelFields: kernel.{op['kernel']} has no {', '.join(sorted(unknown))}")
    values = [kernel_value(name, op["kernel"], source, target, set_to) for target in targets.values() if target.name != "backend"]
    check_all_said(op, source, targets, set_to)
    uses_rank = any(re.search(r"\brank\b", value) for value in values)
    rank = "  int64_t rank = cast<RankedTensorType>(op->getOperand(0).getType()).getRank();\n" if uses_rank else ""
    values = ", ".join(["rewriter", "op", "op->getResultTypes()", *values])
    return (f"static LogicalResult lower{op_class}(nn::{op_class} op, PatternRewriter &rewriter) {{\n{rank}"
            f"  replaceWithKernel<kernel::{kernel['!name'].removeprefix('Kernel_')}>({values});\n  return success();\n}}\n\n")


def one_kernel(records, ops):
    kernels = {record["opName"]: record for record in (records[name] for name in records["!instanceof"]["PlanKernel"])}
    lowered = [op for op in ops if op["kernel"]]
    text = NOTE.format("") + "".join(lowering(records, op, kernels) for op in lowered)
    text += "static void addOneKernelPatterns(RewritePatternSet &patterns) {\n"
    return text + "".join(f"  patterns.add(lower{op['!name'].removeprefix('NN_')});\n" for op in lowered) + "}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    check = parser.parse_args().check
    records = load_records(*DEFINITIONS)
    ops = sorted((records[name] for name in records["!instanceof"]["NN_AnyOp"]), key=lambda op: op["opName"])
    for op in ops:
        for field in ("kernelFields", "saidByType"):
            if op[field] and not op["kernel"]:
                fail(f"nn.{op['opName']}: {field} without a kernel")
    write_or_check({
        "lib/Vocabulary/generated/TorchNames.inc": torch_names(records, ops),
        "lib/Vocabulary/generated/OnnxOperators.inc": onnx_operators(records, ops),
        "lib/Frontend/ONNX/generated/UnaryOperators.inc": unary_operators(records, ops),
        "passes/Lower/generated/OneKernel.inc": one_kernel(records, ops),
    }, check)


if __name__ == "__main__":
    main()
