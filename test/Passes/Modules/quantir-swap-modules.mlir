// RUN: split-file %s %t
// RUN: qopt %t/model.mlir --quantir-swap-modules=stage=prepare | FileCheck %s --check-prefix=PREPARE
// RUN: qopt %t/model.mlir --quantir-swap-modules=stage=prepare --quantir-swap-modules=stage=convert | FileCheck %s --check-prefix=CONVERT
// RUN: qopt %t/model.mlir "--quantir-swap-modules=stage=convert swaps=cell:quantized_cell" | FileCheck %s --check-prefix=OWN
// RUN: not qopt %t/unknown.mlir --quantir-swap-modules 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not qopt %t/late.mlir --quantir-swap-modules 2>&1 | FileCheck %s --check-prefix=LATE
// RUN: not qopt %t/types.mlir --quantir-swap-modules 2>&1 | FileCheck %s --check-prefix=TYPES
// RUN: not qopt %t/types.mlir --quantir-swap-modules=stage=now 2>&1 | FileCheck %s --check-prefix=STAGE
// RUN: not qopt %t/types.mlir --quantir-swap-modules=swaps=cell 2>&1 | FileCheck %s --check-prefix=PAIR

// The call whose qconfig is none, and the one of the dynamic kind, keep the float function.
// PREPARE-LABEL: func.func @main
// PREPARE: call @observed_cell({{.*}}) {nn.path = "a"}
// PREPARE: call @cell({{.*}}) {nn.path = "b"}
// PREPARE: call @cell({{.*}}) {nn.path = "c"}
// PREPARE: func.func private @observed_cell{{.*}}quantir.custom_module = "observed_cell"
// PREPARE: func.func private @quantized_cell{{.*}}quantir.custom_module = "quantized_cell"

// A quantized function gets the types that it says; the observed one and its observer go.
// CONVERT-NOT: quantir.observer
// CONVERT-LABEL: func.func @main
// CONVERT: %[[Q:.*]] = quant.qcast %arg0 : tensor<?x4xf32> to tensor<?x4x!quant.uniform<u8:f32, 1.000000e-01:10>>
// CONVERT: %[[K:.*]] = quantir.keep %[[Q]]
// CONVERT: %[[C:.*]] = call @quantized_cell(%[[K]]) {nn.path = "a"}
// CONVERT: %[[D:.*]] = quant.dcast %[[C]]
// CONVERT: call @cell(%[[D]]) {nn.path = "b"}
// CONVERT-NOT: func.func private @observed_cell
// CONVERT: func.func private @quantized_cell

// OWN-LABEL: func.func @main
// OWN-COUNT-3: call @quantized_cell
// OWN-NOT: quantir.quant_stub
// OWN: return

//--- model.mlir
#static = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
#dynamic = #quantir.qconfig<activation = #quantir.placeholder<dtype = quint8, is_dynamic = true>, weight = #quantir.min_max<dtype = qint8>>
!u8 = !quant.uniform<u8:f32, 0.1:10>
module attributes {
    quantir.settings = #quantir.settings<mapping = <global = #static, module_name = [<"b" = none>, <"c" = #dynamic>]>>,
    quantir.prepare_custom_config = #quantir.prepare_custom_config<float_to_observed_custom_module_class = {static = {cell = "observed_cell"}}>,
    quantir.convert_custom_config = #quantir.convert_custom_config<observed_to_quantized_custom_module_class = {static = {observed_cell = "quantized_cell"}}>} {
  quantir.observer @own #quantir.min_max
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = call @cell(%x) {nn.path = "a"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = call @cell(%0) {nn.path = "b"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = call @cell(%1) {nn.path = "c"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %3 = quantir.quant_stub %2 : tensor<?x4xf32>
    return %3 : tensor<?x4xf32>
  }
  func.func private @cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.tanh %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
  func.func private @observed_cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.tanh %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = quantir.observe %0, @own : tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
  func.func private @quantized_cell(%x: tensor<?x4x!u8>) -> tensor<?x4x!u8> {
    return %x : tensor<?x4x!u8>
  }
}

//--- unknown.mlir
// UNKNOWN: error: prepare_custom_config.float_to_observed_custom_module_class.static.cel: the module has no function 'cel'; did you mean 'cell'?
module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<float_to_observed_custom_module_class = {static = {cel = "cell"}}>} {
  func.func private @cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}

//--- late.mlir
// The quantized form is missed before calibration, not after.
// LATE: error: convert_custom_config.observed_to_quantized_custom_module_class.static.cell: the module has no function 'cell_q'
module attributes {quantir.convert_custom_config = #quantir.convert_custom_config<observed_to_quantized_custom_module_class = {static = {cell = "cell_q"}}>} {
  func.func private @cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}

//--- types.mlir
// TYPES: error: prepare_custom_config.float_to_observed_custom_module_class.static.cell: expected the results of @cell, but got
// TYPES: note: which has
// STAGE: error: expected the pass option stage to be prepare or convert, but got now
// PAIR: error: expected the pass option swaps to have pairs from:to, but got 'cell'
module attributes {
    quantir.settings = #quantir.settings<mapping = <global = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8>>>>,
    quantir.prepare_custom_config = #quantir.prepare_custom_config<float_to_observed_custom_module_class = {static = {cell = "other"}}>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = call @cell(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
  func.func private @cell(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
  func.func private @other(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
    return %x, %x : tensor<?x4xf32>, tensor<?x4xf32>
  }
}
