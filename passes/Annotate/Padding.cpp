//===- Padding.cpp - What paddings do to the range of a value -------------===//

#include "Padding.h"

#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <limits>

using namespace mlir;
using namespace quantir;

//===----------------------------------------------------------------------===//
// raisePaddings
//===----------------------------------------------------------------------===//

namespace {

/// Goes from what reads to what is read.
class PaddingRaiser {
public:
  void raiseIn(Block &block) {
    for (Operation &op : llvm::reverse(block)) {
      if (auto fused = dyn_cast<FusedOp>(op))
        raiseInUnit(fused);
      else if (!isa<YieldOp>(op))
        read(&op, floorOfOperands(&op));
    }
  }

private:
  static constexpr float infinity = std::numeric_limits<float>::infinity();

  /// The greatest number F such that all readers of `value` seen so far treat every x <= F as F.
  float floorOf(Value value) const {
    auto it = floors.find(value);
    return it == floors.end() ? infinity : it->second;
  }

  void read(Value value, float floor) {
    float &least = floors.try_emplace(value, infinity).first->second;
    least = std::min(least, floor);
  }

  void read(Operation *op, float floor) {
    auto quantizable = dyn_cast<QuantizableOpInterface>(op);
    for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
      const bool isMoved = quantizable && quantizable.getOperandRole(i) == OperandRole::Activation;
      read(operand, isMoved ? floor : -infinity);
    }
  }

  void raiseInUnit(FusedOp unit) {
    Block &body = unit.getBody().front();
    for (auto [yielded, result] :
         llvm::zip(body.getTerminator()->getOperands(), unit->getResults()))
      read(yielded, floorOf(result));
    raiseIn(body);
    for (auto [operand, argument] : llvm::zip(unit->getOperands(), body.getArguments()))
      read(operand, floorOf(argument));
  }

  /// The same for the operands of `op`, which it moves, clips, or takes the maximum of.
  float floorOfOperands(Operation *op) {
    auto quantizable = dyn_cast<QuantizableOpInterface>(op);
    if (!quantizable || !quantizable.commutesWithQuantization())
      return -infinity;
    float floor = infinity;
    for (Value result : op->getResults())
      floor = std::min(floor, floorOf(result));
    floor = std::max(floor, quantizable.getLowerClip());
    // A number above 0 would have to be in the range in its turn; 0 lies in every range.
    if (auto pad = dyn_cast<nn::PadOp>(op); pad && floor < infinity)
      if (const float number = std::min(floor, 0.0f); pad.getValue().convertToFloat() < number)
        pad.setValue(APFloat(number));
    return floor;
  }

  llvm::DenseMap<Value, float> floors;
};

} // namespace

void quantir::raisePaddings(func::FuncOp func) {
  for (Block &block : func.getBody())
    PaddingRaiser().raiseIn(block);
}

//===----------------------------------------------------------------------===//
// isPaddingHidden
//===----------------------------------------------------------------------===//

namespace {

/// What stands for -infinity if nothing speaks against it, and what nobody can mean otherwise.
constexpr float asGoodAsInfinite = -1e4f, certainlyInfinite = -1e30f;

/// Where a padded value has the elements that were given: in each dimension the first and the one
/// past the last. Empty where that is not known. A dynamic dimension is not padded.
using GivenElements = SmallVector<std::pair<int64_t, int64_t>>;

/// A value that is padded, at most moved or clipped since.
struct PaddedValue {
  Value value;
  float number; ///< of the padding
  GivenElements given;
};

} // namespace

/// Whether `op` moves or clips the elements of its operand.
static bool isMovement(QuantizableOpInterface op) {
  return op.commutesWithQuantization() && op->getNumOperands() == 1 && !op.takesMaximum();
}

/// The elements that another padding has put there are given, too. Where that one is less (-1
/// around -1e4) the code of this one may be wrong; but an observer of the result would see the
/// other's elements as well, and its range would be useless.
static GivenElements givenElements(nn::PadOp pad) {
  GivenElements given;
  for (auto [begin, size] :
       llvm::zip(pad.getPadding(), cast<RankedTensorType>(pad.getInput().getType()).getShape()))
    given.emplace_back(begin, ShapedType::isDynamic(size) ? size : begin + size);
  return given;
}

/// Whether each window of `pool` holds an element that was given. Channels that a padding adds have
/// windows of padding alone, and so has a wide border.
static bool eachWindowHoldsOne(nn::MaxPoolOp pool, const GivenElements &given) {
  const auto padded = cast<RankedTensorType>(pool.getInput().getType());
  const auto pooled = cast<RankedTensorType>(pool.getType());
  const size_t first = given.size() - pool.getKernel().size();
  for (auto [dim, range] : llvm::enumerate(given)) {
    auto [begin, end] = range;
    if (begin == 0 && end == padded.getDimSize(dim))
      continue;
    constexpr int64_t mostTried = 1 << 24;
    if (dim < first || pooled.getDimSize(dim) > mostTried)
      return false;
    const size_t axis = dim - first;
    const int64_t step = pool.getDilations()[axis];
    for (int64_t i = 0; i < pooled.getDimSize(dim); ++i) {
      const int64_t start = i * pool.getStrides()[axis] - pool.getPadding()[axis];
      const int64_t k = start < begin ? llvm::divideCeil(begin - start, step) : 0;
      if (k >= pool.getKernel()[axis] || start + k * step >= end)
        return false;
    }
  }
  return true;
}

/// Whether `user` hides the padding of `padded`. If it only moves or clips it, what it makes of it
/// is added to `next`.
static bool hidesPadding(Operation *user, const PaddedValue &padded,
                         SmallVectorImpl<PaddedValue> &next) {
  auto op = dyn_cast<QuantizableOpInterface>(user);
  if (!op)
    return false;
  if (op.getLowerClip() >= 0)
    return true;
  const bool takesMaximum = op.takesMaximum();
  // A window of padding alone gives -infinity, for which there is no better code than the least.
  if (takesMaximum && padded.number <= certainlyInfinite)
    return true;
  if (auto pool = dyn_cast<nn::MaxPoolOp>(user); pool && !padded.given.empty())
    return eachWindowHoldsOne(pool, padded.given);
  if (takesMaximum)
    return padded.number <= asGoodAsInfinite;
  if (!isMovement(op))
    return false;
  GivenElements given;
  if (isa<nn::ClampOp>(user))
    given = padded.given;
  if (auto transpose = dyn_cast<nn::TransposeOp>(user); transpose && !padded.given.empty())
    for (int64_t dim : transpose.getPermutation())
      given.push_back(padded.given[dim]);
  const float number = std::max(padded.number, op.getLowerClip());
  for (Value result : user->getResults())
    next.push_back({result, number, given});
  return true;
}

bool quantir::isPaddingHidden(nn::PadOp pad) {
  const float number = pad.getValue().convertToFloat();
  if (!(number <= 0))
    return false;
  SmallVector<PaddedValue> padded = {{pad.getResult(), number, givenElements(pad)}};
  while (!padded.empty()) {
    const PaddedValue value = padded.pop_back_val();
    for (Operation *user : value.value.getUsers())
      if (!hidesPadding(user, value, padded))
        return false;
  }
  return true;
}
