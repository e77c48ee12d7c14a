//===- AssignLayout.cpp - Store spatial tensors channels-last -------------===//

#include "quantir/passes/Lower/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/IntEqClasses.h"

namespace quantir {
#define GEN_PASS_DEF_ASSIGNLAYOUTPASS
#include "quantir/passes/Lower/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

static int64_t getRank(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

static bool sharesLayout(LayoutRule rule) {
  return rule == LayoutRule::Spatial || rule == LayoutRule::Elementwise;
}

/// The data operands and results of an op.
static SmallVector<Value> getData(KernelOpInterface op) {
  SmallVector<Value> data;
  for (OpOperand &operand : op->getOpOperands())
    if (!op.isParameter(operand.getOperandNumber()))
      data.push_back(operand.get());
  llvm::append_range(data, op->getResults());
  return data;
}

/// The highest rank among the data: an op shares its layout with the values of that rank.
static int64_t getDataRank(KernelOpInterface op) {
  int64_t rank = 0;
  for (Value value : getData(op))
    rank = std::max(rank, getRank(value));
  return rank;
}

namespace {

/// The values of a function whose layout is free, in groups that want the same one.
class LayoutGroups {
public:
  explicit LayoutGroups(Block &block) {
    for (auto op : block.getOps<KernelOpInterface>())
      if (op.getLayoutRule() != LayoutRule::RowMajor)
        for (Value result : op->getResults())
          if (getRank(result) >= 3)
            ids.try_emplace(result, ids.size());
    classes.grow(ids.size());
    for (auto op : block.getOps<KernelOpInterface>())
      if (sharesLayout(op.getLayoutRule()))
        join(op);
    classes.compress();
    decide(block);
  }

  bool isChannelsLast(Value value) const {
    auto id = ids.find(value);
    return id != ids.end() && channelsLast[classes[id->second]];
  }

private:
  void join(KernelOpInterface op) {
    int64_t rank = getDataRank(op);
    std::optional<unsigned> first;
    for (Value value : getData(op)) {
      auto id = ids.find(value);
      if (id == ids.end() || getRank(value) != rank)
        continue;
      if (first)
        classes.join(*first, id->second);
      first = id->second;
    }
  }

  void decide(Block &block) {
    channelsLast.resize(classes.getNumClasses());
    SmallVector<bool> wantsRowMajor(classes.getNumClasses());
    auto mark = [&](SmallVector<bool> &marks, Value value) {
      if (auto id = ids.find(value); id != ids.end())
        marks[classes[id->second]] = true;
    };
    SmallVector<SmallVector<unsigned, 2>> castsOf(classes.getNumClasses());
    for (Operation &op : block) {
      auto kernel = dyn_cast<KernelOpInterface>(op);
      if (!kernel || kernel.getLayoutRule() == LayoutRule::RowMajor) {
        // Also the function's return.
        for (Value operand : op.getOperands())
          if (!isa<KernelOpInterface>(op) || !isLayoutFree(operand.getType()))
            mark(wantsRowMajor, operand);
        continue;
      }
      if (kernel.getLayoutRule() == LayoutRule::Spatial)
        for (Value value : getData(kernel))
          mark(channelsLast, value);
      if (sharesLayout(kernel.getLayoutRule()) && mustStayRowMajor(kernel))
        for (Value value : getData(kernel))
          mark(wantsRowMajor, value);
      if (kernel.getLayoutRule() == LayoutRule::Cast) {
        auto from = ids.find(op.getOperand(0)), to = ids.find(op.getResult(0));
        if (from != ids.end() && to != ids.end()) {
          castsOf[classes[from->second]].push_back(classes[to->second]);
          castsOf[classes[to->second]].push_back(classes[from->second]);
        }
      }
    }

    // What is channels-last is so through casts, too.
    SmallVector<unsigned> spreading;
    for (unsigned group = 0; group < channelsLast.size(); ++group)
      if (channelsLast[group])
        spreading.push_back(group);
    while (!spreading.empty())
      for (unsigned other : castsOf[spreading.pop_back_val()])
        if (!channelsLast[other] && !wantsRowMajor[other]) {
          channelsLast[other] = true;
          spreading.push_back(other);
        }
  }

  /// True if the op reads a value that is row-major whatever is decided: an argument, or what a
  /// reshape made.
  bool mustStayRowMajor(KernelOpInterface op) const {
    int64_t rank = getDataRank(op);
    return llvm::any_of(getData(op), [&](Value value) {
      return getRank(value) == rank && !ids.contains(value) && !isLayoutFree(value.getType()) &&
             !value.getDefiningOp<ConstantOp>();
    });
  }

  DenseMap<Value, unsigned> ids;
  llvm::IntEqClasses classes;
  SmallVector<bool> channelsLast;
};

class AssignLayoutPass : public quantir::impl::AssignLayoutPassBase<AssignLayoutPass> {
public:
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || !func.getBody().hasOneBlock())
      return;
    Block &block = func.getBody().front();
    IRRewriter rewriter(&getContext());
    assignTypes(rewriter, block);
    reordered.clear();
    for (Operation &op : llvm::make_early_inc_range(block))
      fixOperands(rewriter, &op);
  }

private:
  void assignTypes(IRRewriter &rewriter, Block &block) {
    LayoutGroups groups(block);
    for (auto op : block.getOps<KernelOpInterface>())
      for (Value result : op->getResults())
        if (groups.isChannelsLast(result) && !isChannelsLast(result.getType())) {
          rewriter.modifyOpInPlace(
              op, [&] { result.setType(withLayout(result.getType(), /*channelsLast=*/true)); });
          ++numChannelsLast;
        }
  }

  /// Reorders the operands that are not in the layout that the op needs them in.
  void fixOperands(IRRewriter &rewriter, Operation *op) {
    auto kernel = dyn_cast<KernelOpInterface>(op);
    LayoutRule rule = kernel ? kernel.getLayoutRule() : LayoutRule::RowMajor;
    bool shares = sharesLayout(rule);
    if (!shares && rule != LayoutRule::RowMajor)
      return;
    int64_t rank = kernel ? getDataRank(kernel) : 0;
    bool channelsLast =
        shares && op->getNumResults() == 1 && isChannelsLast(op->getResult(0).getType());
    // Nothing to agree with: an observer takes what it gets.
    if (shares && op->getNumResults() == 0)
      return;

    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<RankedTensorType>(operand.get().getType()))
        continue;
      bool isData = kernel && !kernel.isParameter(operand.getOperandNumber());
      bool wanted = channelsLast && isData && getRank(operand.get()) == rank;
      Type type = operand.get().getType();
      // A function returns exactly the type that it says, even if the bytes are the same.
      if (isChannelsLast(type) == wanted || (kernel && isLayoutFree(type)))
        continue;
      Value value = getReordered(rewriter, operand.get(), wanted);
      rewriter.modifyOpInPlace(op, [&] { operand.set(value); });
    }
  }

  /// The value in the other layout, made once, where it is defined.
  Value getReordered(IRRewriter &rewriter, Value value, bool channelsLast) {
    Value &result = reordered[value];
    if (result)
      return result;
    RankedTensorType type = withLayout(value.getType(), channelsLast);
    rewriter.setInsertionPointAfterValue(value);
    if (auto constant = value.getDefiningOp<ConstantOp>()) {
      result = ConstantOp::create(rewriter, value.getLoc(), type, constant.getValue());
    } else {
      result = ReorderOp::create(rewriter, value.getLoc(), type, value, /*backend=*/StringAttr());
      ++numReorders;
    }
    return result;
  }

  DenseMap<Value, Value> reordered;
};

} // namespace
