// RUN: qopt %s --quantir-insert-observers --quantir-verify-prepared --split-input-file --verify-diagnostics | FileCheck %s

#a = #quantir.min_max
#layer = #quantir.annotation<operands = [#a, #a], results = [#a], equalization = #quantir.per_channel_min_max<ch_axis = 1>>

// The columns of an input are observed behind the observer that quantizes it.
// CHECK: quantir.observer @act_0 #quantir.min_max
// CHECK: quantir.observer @act_0_equalization_process_0 #quantir.per_channel_min_max<ch_axis = 1>
// CHECK: quantir.observer @act_1_equalization_process_0 #quantir.per_channel_min_max<ch_axis = 1>
// CHECK-LABEL: func @chain
// CHECK: %[[X:.*]] = quantir.observe %arg0, @act_0
// CHECK: %[[XC:.*]] = quantir.observe %[[X]], @act_0_equalization_process_0
// CHECK: %[[Y:.*]] = nn.linear %[[XC]]
// CHECK: %[[YQ:.*]] = quantir.observe %[[Y]], @act_1
// CHECK: %[[YC:.*]] = quantir.observe %[[YQ]], @act_1_equalization_process_0
// CHECK: nn.linear %[[YC]]
func.func @chain(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w0 = arith.constant dense<1.0> : tensor<2x2xf32>
  %w1 = arith.constant dense<2.0> : tensor<2x2xf32>
  %0 = nn.linear %x, %w0 {quantir.annotation = #layer} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = nn.linear %0, %w1 {quantir.annotation = #layer} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

func.func @unobserved(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  // expected-error @+1 {{expected an operand whose columns are observed for equalization, as its annotation says}}
  %0 = nn.linear %x, %w {quantir.annotation = #quantir.annotation<operands = [unit, unit], results = [unit], equalization = #quantir.per_channel_min_max<ch_axis = 1>>} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
