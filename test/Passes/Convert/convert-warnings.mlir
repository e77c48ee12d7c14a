// RUN: qopt %s --quantir-convert-observers --split-input-file --verify-diagnostics | FileCheck %s

// A bias that 32 bits do not hold stays float.
// CHECK-LABEL: func @bias
// CHECK-NOT: i32:f32
// CHECK: nn.linear
module {
  quantir.observer @act_0 #quantir.min_max state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, samples = 1 : i64}
  quantir.observer @weight_0 #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric> state {min_val = array<f32: -1.0, 0.0>, max_val = array<f32: 1.0, 0.0>, samples = 1 : i64}
  func.func @bias(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    %w = arith.constant dense<[[1.0, -1.0], [0.0, 0.0]]> : tensor<2x2xf32>
    %b = arith.constant dense<[1.0, 7.0]> : tensor<2xf32>
    %0 = quantir.observe %x, @act_0 : tensor<?x2xf32>
    %1 = quantir.observe %w, @weight_0 : tensor<2x2xf32>
    // expected-warning@+1 {{its bias is left in float: 7.000000e+00 of channel 1 is 8.23e+21 steps of the scales of input and weight, which 32 bits do not hold}}
    %2 = nn.linear %0, %1, %b {quantir.annotation = #quantir.annotation<operands = [#quantir.min_max, #quantir.min_max, #quantir.derived<operand 0 operand 1>], results = [unit]>} : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
    return %2 : tensor<?x2xf32>
  }
}

// -----

// Quantir's least scale is small enough for these; PyTorch's rules, and an eps that is given, have a larger one.
module {
  quantir.observer @act_0 #quantir.min_max state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0e-7>, samples = 1 : i64}
  // expected-warning@+1 {{its values lose precision: they are at most 1.000000e-07, but no scale is less than 1.000000e-05 (eps); choose a smaller eps, or scale the model's values}}
  quantir.observer @act_1 #quantir.min_max<eps = 1.0e-5> state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0e-7>, samples = 1 : i64}
  // CHECK-LABEL: func @small
  // CHECK: !quant.uniform<u8:f32, 3.92156{{[0-9]*}}E-10>
  // CHECK: !quant.uniform<u8:f32, 9.99999974{{[0-9]*}}E-6>
  func.func @small(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
    %0 = quantir.observe %x, @act_0 : tensor<?x2xf32>
    %1 = quantir.observe %x, @act_1 : tensor<?x2xf32>
    return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
  }
}

// -----

// Channels that are nothing beside the others need no precision.
module attributes {quantir.settings = #quantir.settings<backend_config = <"native">>} {
  quantir.observer @dead #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric> state {min_val = array<f32: -1.0, -1.0e-9>, max_val = array<f32: 1.0, 1.0e-9>, samples = 1 : i64}
  // expected-warning@+1 {{its values lose precision: they are at most 1.000000e-05, but no scale is less than 1.192093e-07 (eps), which is that of 2 of 2 channels; choose}}
  quantir.observer @all #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric> state {min_val = array<f32: -1.0e-5, -1.0e-6>, max_val = array<f32: 1.0e-5, 1.0e-6>, samples = 1 : i64}
  // CHECK-LABEL: func @channels
  // CHECK: !quant.uniform<i8:f32:0, {0.0078{{[0-9]*}},1.1920928955078125E-7}>
  func.func @channels(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
    %0 = quantir.observe %x, @dead : tensor<2x2xf32>
    %1 = quantir.observe %x, @all : tensor<2x2xf32>
    return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
  }
}
