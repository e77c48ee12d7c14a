//===- NNDialect.cpp - The nn dialect --------------------------------------===//

#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::nn;

#include "quantir/dialects/NN/NNDialect.cpp.inc"
#include "quantir/dialects/NN/NNEnums.cpp.inc"

#define GET_OP_CLASSES
#include "quantir/dialects/NN/NNOps.cpp.inc"

void NNDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "quantir/dialects/NN/NNOps.cpp.inc"
      >();
}

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                          Location location) {
  return arith::ConstantOp::materialize(builder, value, type, location);
}

//===----------------------------------------------------------------------===//
// Discardable attributes
//===----------------------------------------------------------------------===//

static LogicalResult verifyString(Operation *op, NamedAttribute attribute) {
  if (isa<StringAttr>(attribute.getValue()))
    return success();
  return op->emitError() << "expected '" << attribute.getName().getValue()
                         << "' to be a string, but got " << attribute.getValue();
}

LogicalResult NNDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName().getValue();
  if (name == pathAttrName || name == targetAttrName)
    return verifyString(op, attribute);
  if (name == callAttrName) {
    auto call = dyn_cast<StringAttr>(attribute.getValue());
    if (call && (call.getValue() == "module" || call.getValue() == "function"))
      return success();
    return op->emitError() << "expected '" << callAttrName
                           << "' to be \"module\" or \"function\", but got "
                           << attribute.getValue();
  }
  return op->emitError() << "expected only '" << pathAttrName << "', '" << callAttrName << "' and '"
                         << targetAttrName
                         << "' as attributes of the nn dialect on an operation, but got '" << name
                         << "'";
}

static LogicalResult verifySignatureAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() == nameAttrName)
    return verifyString(op, attribute);
  return op->emitError() << "expected only '" << nameAttrName
                         << "' as an attribute of the nn dialect on an argument or result, but "
                            "got '"
                         << attribute.getName().getValue() << "'";
}

LogicalResult NNDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned,
                                                  NamedAttribute attribute) {
  return verifySignatureAttribute(op, attribute);
}

LogicalResult NNDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned,
                                                     NamedAttribute attribute) {
  return verifySignatureAttribute(op, attribute);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Without encoding, all dimensions positive but one that may be dynamic.
static bool hasUsableShape(RankedTensorType tensor) {
  return !tensor.getEncoding() && tensor.getNumDynamicDims() <= 1 &&
         llvm::all_of(tensor.getShape(),
                      [](int64_t size) { return size > 0 || ShapedType::isDynamic(size); });
}

bool nn::isTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getElementType().isF32() && hasUsableShape(tensor);
}

bool nn::isIndexTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor &&
         (tensor.getElementType().isSignlessInteger(64) ||
          tensor.getElementType().isSignlessInteger(32)) &&
         hasUsableShape(tensor);
}

Dims nn::getDims(RankedTensorType type) {
  Dims dims(type.getShape().begin(), type.getShape().end());
  for (int64_t &dim : dims)
    if (ShapedType::isDynamic(dim))
      dim = shapes::dynamicDim;
  return dims;
}

Dims nn::getDims(Value value) { return getDims(cast<RankedTensorType>(value.getType())); }

RankedTensorType nn::getTensorType(MLIRContext *context, const Dims &dims) {
  SmallVector<int64_t> shape(dims.begin(), dims.end());
  for (int64_t &dim : shape)
    if (dim == shapes::dynamicDim)
      dim = ShapedType::kDynamic;
  return RankedTensorType::get(shape, Float32Type::get(context));
}
