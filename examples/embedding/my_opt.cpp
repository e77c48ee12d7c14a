// qopt with a pass of one's own: my-opt --count-convolutions model.mlir.

#include "quantir/InitAll.h"

#include "mlir/Pass/Pass.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

namespace {

struct CountConvolutions
    : public mlir::PassWrapper<CountConvolutions, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CountConvolutions)

  llvm::StringRef getArgument() const override { return "count-convolutions"; }
  llvm::StringRef getDescription() const override { return "say how many nn.conv there are"; }

  void runOnOperation() override {
    int count = 0;
    getOperation().walk([&](quantir::nn::ConvOp) { ++count; });
    getOperation().emitRemark() << count << " convolutions";
    markAllAnalysesPreserved();
  }
};

} // namespace

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  quantir::registerAllDialects(registry);
  quantir::registerAllPasses();
  mlir::PassRegistration<CountConvolutions>();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "qopt with one more pass", registry));
}
