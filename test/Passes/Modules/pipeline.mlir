// RUN: split-file %s %t
// RUN: qopt %t/custom.mlir --quantir-prepare 2>/dev/null | FileCheck %s --check-prefix=PREPARED
// RUN: qopt %t/custom.mlir --quantir-prepare --quantir-convert 2>/dev/null | FileCheck %s --check-prefix=CONVERTED
// RUN: qopt %t/custom.mlir --quantir-prepare --quantir-convert --quantir-lower-to-kernels 2>/dev/null | FileCheck %s --check-prefix=LOWERED
// RUN: qopt %t/eager.mlir --quantir-prepare-eager --quantir-convert 2>/dev/null | FileCheck %s --check-prefix=EAGER
// RUN: qopt %t/eager.mlir --quantir-float --quantir-lower-to-kernels 2>/dev/null | FileCheck %s --check-prefix=FLOAT

// RUN: qopt %t/last.mlir --quantir-prepare 2>/dev/null | FileCheck %s --check-prefix=LAST

// The whole way of a custom module. Its call is observed on both sides, whatever it does inside.
// PREPARED-LABEL: func.func @main
// PREPARED: nn.linear
// PREPARED: %[[X:.*]] = quantir.observe %{{.*}}, @act_
// PREPARED: %[[C:.*]] = call @observed_cell(%[[X]])
// PREPARED: %[[Q:.*]] = quantir.observe %[[C]], @act_
// PREPARED: nn.linear %[[Q]]
// PREPARED: func.func private @observed_cell
// PREPARED-NEXT: nn.tanh
// PREPARED-NEXT: return

// CONVERTED-LABEL: func.func @main
// CONVERTED: nn.linear
// CONVERTED: %[[X:.*]] = quant.dcast
// CONVERTED: %[[C:.*]] = call @quantized_cell(%[[X]])
// CONVERTED: quant.qcast %[[C]]
// CONVERTED-NOT: observed_cell

// LOWERED-LABEL: func.func @main
// LOWERED-NOT: call
// LOWERED: kernel.unary
// LOWERED-NOT: func.func

// A result that nothing reads as integers is not observed.
// LAST: %[[X:.*]] = quantir.observe %arg0, @act_0
// LAST: %[[C:.*]] = call @observed_cell(%[[X]])
// LAST: return %[[C]]

// Stubs leave nothing but the casts behind them, or nothing at all.
// EAGER-LABEL: func.func @main
// EAGER-NEXT: quant.qcast %arg0
// EAGER-NEXT: quantir.keep
// EAGER-NEXT: %[[X:.*]] = quant.dcast
// EAGER-NEXT: %[[R:.*]] = nn.sigmoid %[[X]]
// EAGER-NEXT: quant.qcast %[[R]]
// EAGER-NEXT: quantir.keep
// EAGER-NEXT: %[[D:.*]] = quant.dcast
// EAGER-NEXT: return %[[D]]

// FLOAT-LABEL: func.func @main
// FLOAT-NEXT: kernel.
// FLOAT-NEXT: return

//--- custom.mlir
#act = #quantir.fixed_qparams<scale = 1.0e-01, zero_point = 128>
#q = #quantir.qconfig<activation = #act, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q>>,
    quantir.prepare_custom_config = #quantir.prepare_custom_config<float_to_observed_custom_module_class = {static = {Cell = "observed_cell"}}>,
    quantir.convert_custom_config = #quantir.convert_custom_config<observed_to_quantized_custom_module_class = {static = {observed_cell = "quantized_cell"}}>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]> : tensor<4x4xf32>
    %0 = nn.linear %x, %w {nn.path = "first"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %1 = call @cell(%0) {nn.path = "cell"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = nn.linear %1, %w {nn.path = "last"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    return %2 : tensor<?x4xf32>
  }
  func.func private @cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.custom_module = "Cell"} {
    %0 = nn.tanh %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
  func.func private @observed_cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.tanh %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
  func.func private @quantized_cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.hardsigmoid %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}

//--- eager.mlir
#act = #quantir.fixed_qparams<scale = 1.0e-01, zero_point = 128>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #quantir.qconfig<activation = #act>>>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = quantir.quant_stub %x {nn.path = "quant"} : tensor<?x4xf32>
    %1 = nn.sigmoid %0 {nn.path = "s"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = quantir.dequant_stub %1 {nn.path = "dequant"} : tensor<?x4xf32>
    return %2 : tensor<?x4xf32>
  }
}

//--- last.mlir
#act = #quantir.fixed_qparams<scale = 1.0e-01, zero_point = 128>
#q = #quantir.qconfig<activation = #act, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q>>,
    quantir.prepare_custom_config = #quantir.prepare_custom_config<float_to_observed_custom_module_class = {static = {cell = "observed_cell"}}>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = call @cell(%x) {nn.path = "cell"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
  func.func private @cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
  func.func private @observed_cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}
