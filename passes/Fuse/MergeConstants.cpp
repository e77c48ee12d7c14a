//===- MergeConstants.cpp - One constant for equal ones -------------------===//

#include "quantir/passes/Fuse/Passes.h"

#include "quantir/dialects/NN/Constants.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/xxhash.h"

namespace quantir {
#define GEN_PASS_DEF_MERGECONSTANTSPASS
#include "quantir/passes/Fuse/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// The bytes of a constant; nothing if it has none that can be compared.
std::optional<ArrayRef<char>> bytesOf(arith::ConstantOp constant, SmallVectorImpl<char> &storage) {
  auto elements = dyn_cast<ElementsAttr>(constant.getValue());
  return elements ? nn::getRawData(elements, storage) : std::nullopt;
}

bool areEqual(arith::ConstantOp a, arith::ConstantOp b) {
  if (a.getType() != b.getType())
    return false;
  SmallVector<char> storageOfA, storageOfB;
  return a.getValue() == b.getValue() || bytesOf(a, storageOfA) == bytesOf(b, storageOfB);
}

class MergeConstantsPass : public quantir::impl::MergeConstantsPassBase<MergeConstantsPass> {
public:
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    llvm::DenseMap<uint64_t, SmallVector<arith::ConstantOp, 1>> byHash;
    for (auto constant :
         llvm::make_early_inc_range(getOperation().getBody().front().getOps<arith::ConstantOp>())) {
      SmallVector<char> storage;
      std::optional<ArrayRef<char>> bytes = bytesOf(constant, storage);
      if (!bytes)
        continue;
      uint64_t hash = llvm::xxh3_64bits(
          ArrayRef(reinterpret_cast<const uint8_t *>(bytes->data()), bytes->size()));
      SmallVector<arith::ConstantOp, 1> &known = byHash[hash];
      auto *equal =
          llvm::find_if(known, [&](arith::ConstantOp other) { return areEqual(other, constant); });
      if (equal == known.end()) {
        known.push_back(constant);
        continue;
      }
      // The first stands before all that use the others.
      constant.replaceAllUsesWith(equal->getResult());
      constant.erase();
      ++numMerged;
    }
  }
};

} // namespace
