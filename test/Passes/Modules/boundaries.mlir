// RUN: split-file %s %t
// RUN: qopt %t/child.mlir --quantir-annotate --quantir-annotate-boundaries --quantir-insert-observers --quantir-share-boundary-observers --quantir-verify-prepared 2>/dev/null | FileCheck %s --check-prefix=CHILD
// RUN: qopt %t/calibrated.mlir --quantir-convert | FileCheck %s --check-prefix=CONVERT
// RUN: qopt %t/calibrated.mlir --quantir-convert --quantir-lower-to-kernels | FileCheck %s --check-prefix=LOWER
// RUN: qopt %t/top.mlir --quantir-annotate --quantir-annotate-boundaries --quantir-insert-observers --quantir-share-boundary-observers --quantir-verify-prepared 2>/dev/null | FileCheck %s --check-prefix=TOP
// RUN: qopt %t/own.mlir --quantir-annotate --quantir-annotate-boundaries --quantir-insert-observers --quantir-share-boundary-observers 2>/dev/null | FileCheck %s --check-prefix=OWN

// The child reads the caller's observer of its input, and the caller the child's of its output: two functions, four observers of activations.
// CHILD-LABEL: func.func @main
// CHILD: %[[A:.*]] = nn.linear
// CHILD: %[[AO:.*]] = quantir.observe %[[A]], @[[$A:act_[0-9]+]] : tensor<?x4xf32>
// CHILD: %[[R:.*]] = call @block(%[[AO]])
// CHILD: %[[RO:.*]] = quantir.observe %[[R]], @[[$R:act_[0-9]+]] passive : tensor<?x4xf32>
// CHILD: nn.linear %[[RO]]
// CHILD-LABEL: func.func private @block
// CHILD-SAME: (%[[I:.*]]: tensor<?x4xf32>)
// CHILD: %[[IO:.*]] = quantir.observe %[[I]], @[[$A]] passive : tensor<?x4xf32>
// CHILD: %[[B:.*]] = nn.linear %[[IO]]
// CHILD: %[[BO:.*]] = quantir.observe %[[B]], @[[$R]] : tensor<?x4xf32>
// CHILD: return {{.*}}%[[BO]]

// Types go through the signature; no cast is left at the boundary.
// CONVERT-LABEL: func.func @main
// CONVERT-SAME: (%arg0: tensor<?x4xf32>) -> tensor<?x4xf32>
// CONVERT: %[[Q:.*]] = quant.qcast %arg0
// CONVERT: %[[K:.*]] = quantir.keep %[[Q]]
// CONVERT: %[[R:.*]] = call @block(%[[K]]) : (tensor<?x4x!quant.uniform<u8:f32, 0.0099{{[0-9]*}}:128>>) -> tensor<?x4x!quant.uniform<u8:f32, 0.0199{{[0-9]*}}>>
// CONVERT: quant.dcast
// CONVERT: nn.tanh
// CONVERT: func.func private @block(%[[I:.*]]: tensor<?x4x!quant.uniform<u8:f32, 0.0099{{[0-9]*}}:128>>) -> tensor<?x4x!quant.uniform<u8:f32, 0.0199{{[0-9]*}}>>
// CONVERT-NOT: quant.qcast %[[I]]
// CONVERT: quant.dcast
// CONVERT: nn.relu
// CONVERT: quant.qcast
// CONVERT: return {{.*}} : tensor<?x4x!quant.uniform<u8:f32, 0.0199

// LOWER: func.func @main
// LOWER-NOT: call
// LOWER-NOT: func.func private

// The caller's scale is given: no observer is calibrated for the input; the output stays quantized.
// TOP-DAG: quantir.observer @input_0 #quantir.fixed_qparams<{{.*}}zero_point = 120
// TOP-DAG: quantir.observer @[[$OUT:act_[0-9]+]] #quantir.min_max
// TOP-NOT: quantir.observer @act
// TOP-LABEL: func.func @main
// TOP: %[[XO:.*]] = quantir.observe %arg0, @input_0
// TOP: nn.linear %[[XO]]
// TOP: quantir.observe %{{.*}}, @[[$OUT:act_[0-9]+]] : tensor
// TOP: return

// Without it, the input's own observer chooses.
// OWN-LABEL: func.func @main
// OWN: %[[XO:.*]] = quantir.observe %arg0, @act_0 : tensor<?x4xf32>
// OWN-NOT: quantir.observe %{{.*}}, @act_0
// OWN: nn.linear %[[XO]]

//--- child.mlir
#qconfig = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #qconfig>>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %1 = call @block(%0) : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = nn.linear %1, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    return %2 : tensor<?x4xf32>
  }
  func.func private @block(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.standalone,
      quantir.prepare_custom_config = #quantir.prepare_custom_config<input_quantized_idxs = [0], output_quantized_idxs = [0]>} {
    %w = arith.constant dense<2.0> : tensor<4x4xf32>
    %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}

//--- calibrated.mlir
module attributes {quantir.stage = "prepared"} {
  quantir.observer @act_0 #quantir.min_max state {max_val = array<f32: 1.27>, min_val = array<f32: -1.28>, samples = 4 : i64}
  quantir.observer @act_1 #quantir.min_max state {max_val = array<f32: 5.1>, min_val = array<f32: 0.0>, samples = 4 : i64}
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = quantir.observe %x, @act_0 : tensor<?x4xf32>
    %1 = call @block(%0) : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = quantir.observe %1, @act_1 passive : tensor<?x4xf32>
    %3 = nn.tanh %2 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %3 : tensor<?x4xf32>
  }
  func.func private @block(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.standalone,
      quantir.prepare_custom_config = #quantir.prepare_custom_config<input_quantized_idxs = [0], output_quantized_idxs = [0]>} {
    %0 = quantir.observe %x, @act_0 passive : tensor<?x4xf32>
    %1 = nn.relu %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = quantir.observe %1, @act_1 : tensor<?x4xf32>
    return %2 : tensor<?x4xf32>
  }
}

//--- top.mlir
#qconfig = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #qconfig>>,
    quantir.prepare_custom_config = #quantir.prepare_custom_config<input_quantized_idxs = [0], output_quantized_idxs = [0],
      input_qparams = [#quantir.fixed_qparams<scale = 3.0e-2, zero_point = 120>]>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}

//--- own.mlir
#qconfig = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #qconfig>>,
    quantir.prepare_custom_config = #quantir.prepare_custom_config<input_quantized_idxs = [0]>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}
