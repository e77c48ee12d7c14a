// RUN: qopt %s --quantir-convert-observers --split-input-file --verify-diagnostics

module {
  // expected-error@+1 {{has no state; calibrate the prepared model first}}
  quantir.observer @act_0 #quantir.min_max
  func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
    %0 = quantir.observe %x, @act_0 : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
}

// -----

module {
  quantir.observer @w #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric> state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, samples = 1 : i64}
  func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
    // expected-error@+1 {{expected 1 channels along axis 0, as its observer saw, but got 'tensor<2x2xf32>'}}
    %0 = quantir.observe %x, @w : tensor<2x2xf32>
    return %0 : tensor<2x2xf32>
  }
}
