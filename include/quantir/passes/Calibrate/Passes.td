//===- Passes.td - Passes that run the model on samples ----*- tablegen -*-===//

#ifndef QUANTIR_PASSES_CALIBRATE_PASSES_TD
#define QUANTIR_PASSES_CALIBRATE_PASSES_TD

include "mlir/Pass/PassBase.td"

def CalibratePass : Pass<"quantir-calibrate", "::mlir::ModuleOp"> {
  let summary = "run a prepared model on samples, and give its observers what they saw";
  let description = [{
    Compiles the module in memory, for the backend that `quantir.settings` name, runs it on the samples of `data` and puts
    the state of each observer into the module. `data` is what `quantir quantize --calibration` takes; images become inputs as
    `quantir.preprocessing` says.

    ```mlir
    quantir.observer @act_0 #quantir.histogram
    // becomes
    quantir.observer @act_0 #quantir.histogram state {histogram = array<...>, max_val = array<f32: 2.6>, min_val = array<f32: -2.1>, samples = 16 : i64}
    ```
  }];
  let options = [
    Option<"data", "data", "std::string", /*default=*/"", "the samples, .npy or .npz">,
    Option<"batch", "batch", "int64_t", /*default=*/"0", "samples at a time (default: what suits the model)">,
    Option<"threads", "threads", "int", /*default=*/"0", "how many threads to use (default: all)">,
    Option<"workers", "workers", "int", /*default=*/"0", "batches at a time (default: what is fastest)">];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numSamples", "samples", "samples that the observers saw">];
}

def CorrectBiasesPass : Pass<"quantir-correct-biases", "::mlir::ModuleOp"> {
  let summary = "let biases make up for the means that rounding the weights moves";
  let description = [{
    For a prepared module whose observers have their states. Each bias gets the mean of `op(x, w - q(w))` over the samples of
    `data` and all positions, `x` the float model's activations (docs/Accuracy.md). Does nothing by rules without
    `correct_biases`, which are those of PyTorch's backend configs.

    ```mlir
    %b = arith.constant dense<[0.1, -0.2]> : tensor<2xf32>
    // becomes, where the rounded weights lose 0.004 of the first channel's mean
    %b = arith.constant dense<[0.104, -0.2]> : tensor<2xf32>
    ```
  }];
  let options = [
    Option<"data", "data", "std::string", /*default=*/"", "the samples, .npy or .npz">,
    Option<"batch", "batch", "int64_t", /*default=*/"0", "samples at a time (default: what suits the model)">,
    Option<"threads", "threads", "int", /*default=*/"0", "how many threads to use (default: all)">];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numCorrected", "corrected", "biases that changed">];
}

#endif // QUANTIR_PASSES_CALIBRATE_PASSES_TD
