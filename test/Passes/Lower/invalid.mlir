// RUN: qopt %s --quantir-lower --quantir-assign-layout --quantir-verify-kernel --split-input-file --verify-diagnostics

func.func @statistics(%x: tensor<?x2x4xf32>, %p: tensor<2xf32>) -> tensor<?x2x4xf32> {
  // expected-error @+1 {{has no kernel: scale, bias, mean and variance are not all constant}}
  %0 = nn.batch_norm %x, %p, %p, %p, %p : (tensor<?x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x4xf32>
  return %0 : tensor<?x2x4xf32>
}

// -----

func.func @other_dialect(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'arith.negf' op has no kernel}}
  %0 = arith.negf %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @codes(%x: tensor<4xi8>) -> tensor<4xf32> {
  // expected-error @+1 {{has no kernel: the codes are not constant}}
  %0 = quant.scast %x : tensor<4xi8> to tensor<4x!quant.uniform<u8:f32, 0.5>>
  %1 = quant.dcast %0 : tensor<4x!quant.uniform<u8:f32, 0.5>> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @type(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{has no kernel: no kernel has this quantized type}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.uniform<u32:f32, 0.5>>
  %1 = quant.dcast %0 : tensor<4x!quant.uniform<u32:f32, 0.5>> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @calibrated(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{has no kernel: no kernel has this quantized type}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.calibrated<f32<-1.0:1.0>>>
  %1 = quant.dcast %0 : tensor<4x!quant.calibrated<f32<-1.0:1.0>>> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @sub_channel(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // expected-error @+1 {{has no kernel: no kernel has this quantized type}}
  %0 = quant.qcast %x : tensor<2x2xf32> to tensor<2x2x!quant.uniform<i8:f32:{0:1, 1:2}, {{0.1}, {0.2}}>>
  %1 = quant.dcast %0 : tensor<2x2x!quant.uniform<i8:f32:{0:1, 1:2}, {{0.1}, {0.2}}>> to tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----

func.func @negative_variance(%x: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %variance = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  // expected-error @+1 {{has no kernel: expected variances that are above 0 with epsilon, but that of channel 1 is -1}}
  %0 = nn.batch_norm %x, %one, %one, %one, %variance : (tensor<?x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x4xf32>
  return %0 : tensor<?x2x4xf32>
}

// -----

// expected-error @+1 {{expected a public function to execute, but got none}}
module {
  func.func private @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    return %x : tensor<4xf32>
  }
}

// -----

// expected-note @+1 {{the first one is here}}
func.func @one(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
// expected-error @+1 {{expected one public function, but got another}}
func.func @two(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected argument 0 to be row-major, but got 'tensor<1x2x4xf32, #kernel.channels_last>'}}
func.func @layout(%x: tensor<1x2x4xf32, #kernel.channels_last>) -> tensor<4xf32> {
  %0 = kernel.constant dense<1.0> : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected argument 0 to be a tensor that kernels have, but got 'tensor<4xi8>'}}
func.func @type(%x: tensor<4xi8>) -> tensor<4xi8> {
  return %x : tensor<4xi8>
}
