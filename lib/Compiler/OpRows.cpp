//===- OpRows.cpp - What became of each op --------------------------------===//

#include "OpRows.h"

#include "Diagnostics.h"

#include "quantir/dialects/Kernel/Kernel.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;

static ValueReport describeType(quant::QuantizedType type) {
  ValueReport value;
  if (!type.getStorageType()) // !quant.calibrated, which has ranges alone
    return value;
  value.dtype =
      (type.isSigned() ? "int" : "uint") + std::to_string(type.getStorageTypeIntegralWidth());
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type)) {
    value.scale = {float(uniform.getScale())};
    value.zeroPoint = {uniform.getZeroPoint()};
  } else if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type)) {
    for (double scale : perAxis.getScales())
      value.scale.push_back(float(scale));
    llvm::append_range(value.zeroPoint, perAxis.getZeroPoints());
  }
  return value;
}

static ValueReport describeBlocks(FakeQuantizeAffineOp op) {
  ValueReport value;
  value.dtype = std::string(numerics::toText(op.getSpec().getConfig().dtype));
  if (auto scales = op.getScales())
    llvm::append_range(value.scale, *scales);
  if (auto zeroPoints = op.getZeroPoints())
    llvm::append_range(value.zeroPoint, *zeroPoints);
  return value;
}

/// The quantized form of a value that an op reads: what its dcast dequantizes.
static ValueReport describeOperand(Value value) {
  if (auto blocks = value.getDefiningOp<FakeQuantizeAffineOp>())
    return describeBlocks(blocks);
  auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
  return cast ? describeType(cast.getQuantizedType()) : ValueReport();
}

/// The quantized form of a value that an op makes: what its qcast quantizes it to.
static ValueReport describeResult(Value value) {
  for (Operation *user : value.getUsers()) {
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      return describeType(cast.getQuantizedType());
    if (auto blocks = dyn_cast<FakeQuantizeAffineOp>(user))
      return describeBlocks(blocks);
  }
  return {};
}

static bool isQuantized(const ValueReport &value) { return value.dtype != "float32"; }

/// How an op computes by what it reads and gives, until checkKernels has seen its kernel.
static OpMode modeOf(QuantizableOpInterface op, const OpReport &row) {
  auto isDynamic = [](Value value) {
    Operation *producer = value.getDefiningOp();
    auto blocks = dyn_cast_or_null<FakeQuantizeAffineOp>(producer);
    return isa_and_nonnull<FakeQuantizeDynamicOp>(producer) ||
           (blocks && blocks.getSpec().getConfig().isDynamic);
  };
  if (llvm::any_of(op->getOperands(), isDynamic))
    return OpMode::Dynamic;
  if (llvm::any_of(op->getOperands(),
                   [](Value value) { return bool(value.getDefiningOp<RoundFloat16Op>()); }) ||
      llvm::any_of(op->getUsers(), llvm::IsaPred<RoundFloat16Op>))
    return OpMode::Half;
  if (llvm::any_of(row.inputs, isQuantized) || llvm::any_of(row.outputs, isQuantized))
    return OpMode::Static;
  return row.weight && isQuantized(*row.weight) ? OpMode::WeightOnly : OpMode::Float;
}

static OpReport describeOp(QuantizableOpInterface op) {
  OpReport row;
  if (auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName))
    row.name = path.str();
  if (row.name.empty())
    row.name = formatLocation(op->getLoc());
  auto fused = dyn_cast<FusedOp>(op.getOperation());
  row.op = fused ? fused.getName().str() : op->getName().getStringRef().str();
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    switch (op.getOperandRole(i)) {
    case OperandRole::Activation:
      row.inputs.push_back(describeOperand(operand));
      break;
    case OperandRole::Weight:
      row.weight = describeOperand(operand);
      break;
    case OperandRole::Bias:
    case OperandRole::None:
      break;
    }
  }
  for (Value result : op->getResults())
    row.outputs.push_back(describeResult(result));

  row.mode = modeOf(op, row);
  auto reason = op->getAttrOfType<StringAttr>(QuantirDialect::floatReasonAttrName);
  // What others do with its values does not make it quantized.
  if (reason)
    row.mode = row.weight && isQuantized(*row.weight) ? OpMode::WeightOnly : OpMode::Float;
  if (row.isQuantized())
    return row;
  row.reason = reason ? reason.str() : "none of its operands and results is quantized";
  return row;
}

void OpRows::collect(ModuleOp reference) {
  for (auto func : reference.getOps<func::FuncOp>()) {
    for (Operation &op : func.getBody().getOps()) {
      auto quantizable = dyn_cast<QuantizableOpInterface>(op);
      if (!quantizable)
        continue;
      auto fused = dyn_cast<FusedOp>(op);
      rows.push_back(describeOp(quantizable));
      if (func.isPublic())
        entryRows.push_back(rows.size() - 1);
      locations.push_back(fused ? fused.getRootOp()->getLoc() : op.getLoc());
    }
  }
}

/// Calls `visit` with the locations that `loc` is made of: a kernel has those of all ops that it
/// computes.
static void forEachLocation(Location loc, llvm::function_ref<void(Location)> visit) {
  auto fused = dyn_cast<FusedLoc>(loc);
  if (!fused)
    return visit(loc);
  for (Location part : fused.getLocations())
    forEachLocation(part, visit);
}

static bool computesWithIntegers(Operation *kernel) {
  auto isInteger = [](Type type) {
    auto tensor = dyn_cast<ShapedType>(type);
    return tensor && isa<quant::QuantizedType>(tensor.getElementType());
  };
  return llvm::any_of(kernel->getOperandTypes(), isInteger) ||
         llvm::any_of(kernel->getResultTypes(), isInteger);
}

void OpRows::checkKernels(ModuleOp lowered) {
  llvm::DenseSet<Location> integer, real;
  lowered.walk([&](Operation *op) {
    // Casts and constants stand where the op did that they are for.
    if (!isa<kernel::KernelDialect>(op->getDialect()) || op->getNumOperands() == 0 ||
        isa<kernel::QuantizeOp, kernel::DequantizeOp, kernel::RequantizeOp, kernel::ReorderOp>(op))
      return;
    forEachLocation(op->getLoc(),
                    [&](Location loc) { (computesWithIntegers(op) ? integer : real).insert(loc); });
  });
  for (auto [row, loc] : llvm::zip(rows, locations)) {
    bool unknown = isa<UnknownLoc>(loc);
    if (unknown || row.mode != OpMode::Static || integer.contains(loc) || !real.contains(loc))
      continue;
    row.mode = OpMode::Float;
    row.reason =
        "no kernel computes it with integers as it stands here; it runs in float between casts";
  }
}

void OpRows::setErrors(const ModelComparison &comparison) {
  if (comparison.units.size() != entryRows.size())
    return;
  for (auto [index, unit] : llvm::zip_equal(entryRows, comparison.units))
    rows[index].sqnrDb = unit.sqnrDb;
}

SmallVector<const OpReport *> OpRows::ofEntry(ArrayRef<OpReport> reported) const {
  SmallVector<const OpReport *> result;
  for (size_t index : entryRows)
    result.push_back(&reported[index]);
  return result;
}
