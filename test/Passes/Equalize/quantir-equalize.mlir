// RUN: qopt %s --quantir-equalize --split-input-file --verify-diagnostics | FileCheck %s
// RUN: not qopt %s --quantir-convert-observers --split-input-file 2>&1 | FileCheck %s --check-prefix=CONVERT
// CONVERT: error: is to be equalized; run quantir-equalize before

#a = #quantir.min_max
#eq = #quantir.per_channel_min_max<ch_axis = 1>
#layer = #quantir.annotation<operands = [#a, #a, unit], results = [#a], equalization = #eq>

// The input of the first layer is multiplied with sqrt(wrange / xrange) = [2, 0.5], and its observer's range is that of the scaled
// columns. The second's scale, [3, 4], goes to rows and bias of the first; then the range is that of the scaled columns, too.
// CHECK: #[[$DONE:annotation[0-9]*]] = #quantir.annotation<{{.*}}, results = [#quantir.min_max]>
// CHECK: quantir.observer @act_0 #quantir.min_max state {max_val = array<f32: 4.000000e+00>, min_val = array<f32: -2.000000e+00>, samples = 5 : i64}
// CHECK: quantir.observer @act_1 #quantir.min_max state {max_val = array<f32: 4.000000e+00>, min_val = array<f32: 0.000000e+00>, samples = 5 : i64}
// CHECK: quantir.observer @weight_0 #quantir.min_max state {max_val = array<f32: 6.000000e+00>, min_val = array<f32: -8.000000e+00>
// CHECK: quantir.observer @weight_1 #quantir.min_max state {max_val = array<f32: 4.000000e+00>, min_val = array<f32: -3.000000e+00>
// CHECK-NOT: quantir.observer
// CHECK-LABEL: func @chain
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x2xf32>
// CHECK: %[[E:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 5.000000e-01]]> : tensor<1x2xf32>
// CHECK: %[[M:.*]] = nn.mul %[[X]], %[[E]] {quantir.float_reason = "it multiplies with the scale of an equalization"}
// CHECK: %[[Q0:.*]] = quantir.observe %[[M]], @act_0
// CHECK: %[[W0:.*]] = arith.constant dense<{{\[\[}}6.000000e+00, 6.000000e+00], [-8.000000e+00, -8.000000e+00]]> : tensor<2x2xf32>
// CHECK: %[[QW0:.*]] = quantir.observe %[[W0]], @weight_0
// CHECK: %[[B0:.*]] = arith.constant dense<[3.000000e+00, 8.000000e+00]> : tensor<2xf32>
// CHECK: %[[U:.*]] = quantir.fused "linear_relu"(%[[Q0]], %[[QW0]], %[[B0]]) attributes {quantir.annotation = #[[$DONE]]}
// CHECK: %[[Q1:.*]] = quantir.observe %[[U]], @act_1
// CHECK: %[[W1:.*]] = arith.constant dense<{{\[\[}}-3.000000e+00, 0.000000e+00], [0.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK: %[[QW1:.*]] = quantir.observe %[[W1]], @weight_1
// CHECK: nn.linear %[[Q1]], %[[QW1]], %{{.*}} {quantir.annotation = #[[$DONE]]}
quantir.observer @act_0 #a state {min_val = array<f32: -1.0>, max_val = array<f32: 8.0>, samples = 5 : i64}
quantir.observer @act_0_equalization_process_0 #eq state {min_val = array<f32: -1.0, 0.0>, max_val = array<f32: 1.0, 8.0>, samples = 5 : i64}
quantir.observer @act_1 #a state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, samples = 5 : i64}
quantir.observer @act_1_equalization_process_0 #eq state {min_val = array<f32: 0.0, 0.0>, max_val = array<f32: 1.0, 1.0>, samples = 5 : i64}
quantir.observer @weight_0 #a state {min_val = array<f32: -4.0>, max_val = array<f32: 4.0>, samples = 1 : i64}
quantir.observer @weight_1 #a state {min_val = array<f32: -9.0>, max_val = array<f32: 16.0>, samples = 1 : i64}
func.func @chain(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w0 = arith.constant dense<[[4.0, 1.0], [-4.0, -1.0]]> : tensor<2x2xf32>
  %b0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %w1 = arith.constant dense<[[-9.0, 0.0], [0.0, 16.0]]> : tensor<2x2xf32>
  %b1 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = quantir.observe %x, @act_0 : tensor<?x2xf32>
  %1 = quantir.observe %0, @act_0_equalization_process_0 : tensor<?x2xf32>
  %2 = quantir.observe %w0, @weight_0 : tensor<2x2xf32>
  %3 = quantir.fused "linear_relu" (%1, %2, %b0) attributes {quantir.annotation = #layer} {
  ^bb0(%a: tensor<?x2xf32>, %w: tensor<2x2xf32>, %b: tensor<2xf32>):
    %y = nn.linear %a, %w, %b : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
    %r = nn.relu %y : (tensor<?x2xf32>) -> tensor<?x2xf32>
    quantir.yield %r : tensor<?x2xf32>
  } : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %4 = quantir.observe %3, @act_1 : tensor<?x2xf32>
  %5 = quantir.observe %4, @act_1_equalization_process_0 : tensor<?x2xf32>
  %6 = quantir.observe %w1, @weight_1 : tensor<2x2xf32>
  %7 = nn.linear %5, %6, %b1 {quantir.annotation = #layer} : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %7 : tensor<?x2xf32>
}

// -----

// By the rules of PyTorch the range of the value between two layers stays, and what shares the observer of a multiplied value gets
// its new range. A histogram keeps its counts.
#h = #quantir.histogram<bins = 2>
#eq = #quantir.per_channel_min_max<ch_axis = 1>
#conv = #quantir.annotation<operands = [#h, unit], results = [#h], equalization = #eq>
module attributes {quantir.settings = #quantir.settings<backend_config = <"native">>} {
  // CHECK: module attributes
  // CHECK: quantir.observer @act_0 {{.*}} state {histogram = dense_resource<{{[^>]*}}> : tensor<2xf32>, max_val = array<f32: 2.000000e+00>, min_val = array<f32: 0.000000e+00>
  // CHECK-NEXT: quantir.observer @act_1 {{.*}} state {histogram = dense_resource<{{[^>]*}}> : tensor<2xf32>, max_val = array<f32: 1.000000e+00>, min_val = array<f32: 0.000000e+00>
  quantir.observer @act_0 #h state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, histogram = dense_resource<hist> : tensor<2xf32>, samples = 5 : i64}
  quantir.observer @act_0_equalization_process_0 #eq state {min_val = array<f32: 0.0, 0.0>, max_val = array<f32: 1.0, 1.0>, samples = 5 : i64}
  quantir.observer @act_1 #h state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, histogram = dense_resource<hist> : tensor<2xf32>, samples = 5 : i64}
  quantir.observer @act_1_equalization_process_0 #eq state {min_val = array<f32: 0.0, 0.0>, max_val = array<f32: 1.0, 1.0>, samples = 5 : i64}
  // The pool's observer is that of its input. Between convolutions nothing is multiplied.
  // CHECK-LABEL: func @convs
  // By column the first weight is [0, -1] and [2, -2], ranges of 1 and 4; both columns of the second have a range of 9.
  // CHECK: %[[Q:.*]] = quantir.observe %arg0, @act_0
  // CHECK: %[[P:.*]] = nn.max_pool %[[Q]]
  // CHECK: %[[E:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}2.000000e+00]]]]> : tensor<1x2x1x1xf32>
  // CHECK: %[[M:.*]] = nn.mul %[[P]], %[[E]] {
  // CHECK: %[[MQ:.*]] = quantir.observe %[[M]], @act_0
  // CHECK: %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}0.000000e+00]], {{\[\[}}3.000000e+00]]], {{\[\[\[}}-3.000000e+00]], {{\[\[}}-3.000000e+00]]]]> : tensor<2x2x1x1xf32>
  // CHECK: %[[C:.*]] = nn.conv %[[MQ]], %[[W]]
  // CHECK: %[[CQ:.*]] = quantir.observe %[[C]], @act_1
  // CHECK-NOT: nn.mul
  // CHECK: nn.conv %[[CQ]]
  func.func @convs(%x: tensor<?x2x4x4xf32>) -> tensor<?x1x2x2xf32> {
    %w0 = arith.constant dense<[[[[0.0]], [[2.0]]], [[[-1.0]], [[-2.0]]]]> : tensor<2x2x1x1xf32>
    %w1 = arith.constant dense<[[[[9.0, 0.0]], [[5.0, -4.0]]]]> : tensor<1x2x1x2xf32>
    %0 = quantir.observe %x, @act_0 : tensor<?x2x4x4xf32>
    %1 = nn.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x4x4xf32>) -> tensor<?x2x2x2xf32>
    %2 = quantir.observe %1, @act_0 : tensor<?x2x2x2xf32>
    %3 = quantir.observe %2, @act_0_equalization_process_0 : tensor<?x2x2x2xf32>
    %4 = nn.conv %3, %w0 {quantir.annotation = #conv, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x2x2xf32>, tensor<2x2x1x1xf32>) -> tensor<?x2x2x2xf32>
    %5 = quantir.observe %4, @act_1 : tensor<?x2x2x2xf32>
    %6 = quantir.observe %5, @act_1_equalization_process_0 : tensor<?x2x2x2xf32>
    %7 = nn.conv %6, %w1 {quantir.annotation = #conv, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 1>, dilations = array<i64: 1, 1>} : (tensor<?x2x2x2xf32>, tensor<1x2x1x2xf32>) -> tensor<?x1x2x2xf32>
    return %7 : tensor<?x1x2x2xf32>
  }
}
{-# dialect_resources: { builtin: { hist: "0x040000000000803F00000040" } } #-}

// -----

// By Quantir's rules the multiplied value gets an observer of its own, and so does the path to an equalized op beside other readers.
#m = #quantir.mse
#eq = #quantir.per_channel_min_max<ch_axis = 1>
#layer = #quantir.annotation<operands = [#m, unit], results = [unit], equalization = #eq>
// CHECK: quantir.observer @act_0 #quantir.mse state {counts = {{.*}}max_val = array<f32: 1.000000e+00>
// CHECK-NEXT: quantir.observer @act_0_0 #quantir.min_max state {max_val = array<f32: 2.000000e+00>, min_val = array<f32: 0.000000e+00>, samples = 1 : i64}
quantir.observer @act_0 #m state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, counts = dense_resource<counts> : tensor<3xi64>, samples = 1 : i64}
quantir.observer @act_0_equalization_process_0 #eq state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, samples = 1 : i64}
// CHECK-LABEL: func @readers
// CHECK: %[[Q:.*]] = quantir.observe %[[T:.*]], @act_0 :
// CHECK: %[[M:.*]] = nn.mul %[[T]]
// CHECK: %[[MQ:.*]] = quantir.observe %[[M]], @act_0_0
// CHECK: %[[L:.*]] = nn.linear %[[MQ]]
// CHECK: return %[[L]], %[[Q]]
func.func @readers(%x: tensor<?x1xf32>) -> (tensor<?x2xf32>, tensor<?x1xf32>) {
  %w = arith.constant dense<[[4.0], [0.0]]> : tensor<2x1xf32>
  %0 = nn.tanh %x : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %1 = quantir.observe %0, @act_0 : tensor<?x1xf32>
  %2 = quantir.observe %1, @act_0_equalization_process_0 : tensor<?x1xf32>
  %3 = nn.linear %2, %w {quantir.annotation = #layer} : (tensor<?x1xf32>, tensor<2x1xf32>) -> tensor<?x2xf32>
  return %3, %1 : tensor<?x2xf32>, tensor<?x1xf32>
}
{-# dialect_resources: { builtin: { counts: "0x08000000010000000000000001000000000000000100000000000000" } } #-}

// -----

#a = #quantir.min_max
#eq = #quantir.per_channel_min_max<ch_axis = 1>
quantir.observer @act_0 #a
// expected-error @+1 {{has no state; calibrate the prepared model first}}
quantir.observer @act_0_equalization_process_0 #eq
func.func @uncalibrated(%x: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %w = arith.constant dense<4.0> : tensor<1x1xf32>
  %0 = quantir.observe %x, @act_0 : tensor<?x1xf32>
  %1 = quantir.observe %0, @act_0_equalization_process_0 : tensor<?x1xf32>
  %2 = nn.linear %1, %w {quantir.annotation = #quantir.annotation<operands = [#a, unit], results = [unit], equalization = #eq>} : (tensor<?x1xf32>, tensor<1x1xf32>) -> tensor<?x1xf32>
  return %2 : tensor<?x1xf32>
}

// -----

#a = #quantir.min_max
#eq = #quantir.per_channel_min_max<ch_axis = 1>
func.func @unobserved(%x: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %w = arith.constant dense<4.0> : tensor<1x1xf32>
  // expected-error @+1 {{expected an input whose columns are observed, since its annotation asks for equalization}}
  %0 = nn.linear %x, %w {quantir.annotation = #quantir.annotation<operands = [#a, unit], results = [unit], equalization = #eq>} : (tensor<?x1xf32>, tensor<1x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}
