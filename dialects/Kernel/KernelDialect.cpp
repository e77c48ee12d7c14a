//===- KernelDialect.cpp - The kernel dialect -----------------------------===//

#include "quantir/dialects/Kernel/Kernel.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

#include "quantir/dialects/Kernel/KernelDialect.cpp.inc"
#include "quantir/dialects/Kernel/KernelEnums.cpp.inc"

namespace {
/// Per-axis types have one scale per channel: printed once, under a name.
struct KernelAsmInterface : public OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Type type, raw_ostream &os) const final {
    auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
    if (!perAxis || perAxis.getScales().size() <= 4)
      return AliasResult::NoAlias;
    os << (perAxis.isSigned() ? "i" : "u") << perAxis.getStorageTypeIntegralWidth() << "_per_axis";
    return AliasResult::OverridableAlias;
  }
};
} // namespace

void KernelDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "quantir/dialects/Kernel/KernelOps.cpp.inc"
      >();
  addInterfaces<KernelAsmInterface>();
}

Operation *KernelDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                              Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  return elements ? ConstantOp::create(builder, loc, type, elements).getOperation() : nullptr;
}

LogicalResult KernelDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() != backendAttrName)
    return op->emitOpError("has an attribute unknown to the kernel dialect: ")
           << attribute.getName();
  if (!isa<ModuleOp>(op))
    return op->emitOpError("expected ") << attribute.getName() << " on a module only";
  if (!isa<StringAttr>(attribute.getValue()))
    return op->emitOpError("expected ")
           << attribute.getName() << " to be a string, but got " << attribute.getValue();
  return success();
}

//===----------------------------------------------------------------------===//
// custom<Constant>, for the generated parser and printer
//===----------------------------------------------------------------------===//

static ParseResult parseConstant(OpAsmParser &parser, ElementsAttr &value, Type &type) {
  SMLoc loc = parser.getCurrentLocation();
  Attribute attribute;
  if (parser.parseAttribute(attribute))
    return failure();
  value = dyn_cast<ElementsAttr>(attribute);
  if (!value)
    return parser.emitError(loc, "expected elements, such as dense<...> : tensor<...>");
  type = value.getType();
  return succeeded(parser.parseOptionalKeyword("as")) ? parser.parseType(type) : success();
}

static void printConstant(OpAsmPrinter &printer, ConstantOp, ElementsAttr value, Type type) {
  printer << value;
  if (type != value.getType())
    printer << " as " << type;
}

#define GET_OP_CLASSES
#include "quantir/dialects/Kernel/KernelOps.cpp.inc"
