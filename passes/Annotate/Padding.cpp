//===- Padding.cpp - What paddings do to the range of a value -------------===//

#include "Padding.h"

#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

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
    if (floor < infinity)
      quantizable.raiseOwnElements(std::min(floor, 0.0f));
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

/// A value that is padded, at most moved or clipped since.
struct PaddedValue {
  Value value;
  float number; ///< of the padding
  /// Where it has the elements that were given; nothing where that is not known. The elements that
  /// another padding has put there are given, too. Where that one is less (-1 around -1e4) the code
  /// of this one may be wrong; but an observer of the result would see the other's elements as
  /// well, and its range would be useless.
  std::optional<Box> given;
};

} // namespace

/// Whether `op` moves or clips the elements of its operand.
static bool isMovement(QuantizableOpInterface op) {
  return op.commutesWithQuantization() && op->getNumOperands() == 1 && !op.takesMaximum();
}

/// Whether the result has the elements of the operand, and no other.
static bool onlyMoves(QuantizableOpInterface op) {
  return op.moveBox(wholeBox(op->getOperand(0))) == wholeBox(op->getResult(0));
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
  if (takesMaximum) {
    std::optional<bool> sees = padded.given ? op.everyResultReads(*padded.given) : std::nullopt;
    return sees.value_or(padded.number <= asGoodAsInfinite);
  }
  if (!isMovement(op))
    return false;
  std::optional<Box> given;
  if (padded.given && onlyMoves(op))
    given = op.moveBox(*padded.given);
  const float number = std::max(padded.number, op.getLowerClip());
  for (Value result : user->getResults())
    next.push_back({result, number, given});
  return true;
}

bool quantir::isPaddingHidden(QuantizableOpInterface op) {
  const SmallVector<float> numbers = op.getOwnElements();
  std::optional<Box> given = numbers.size() == 1 && op->getNumOperands() > 0
                                 ? op.moveBox(wholeBox(op->getOperand(0)))
                                 : std::nullopt;
  if (!given || !(numbers.front() <= 0))
    return false;
  SmallVector<PaddedValue> padded = {{op->getResult(0), numbers.front(), given}};
  while (!padded.empty()) {
    const PaddedValue value = padded.pop_back_val();
    for (Operation *user : value.value.getUsers())
      if (!hidesPadding(user, value, padded))
        return false;
  }
  return true;
}
