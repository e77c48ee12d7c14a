// RUN: qopt %s -split-input-file -verify-diagnostics

func.func @kind(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected an affine_min_max observer, but got min_max}}
  %0 = quantir.fake_quantize_affine %x {spec = #quantir.min_max} : tensor<1x4xf32>
  return
}

// -----

func.func @count(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected a scale and a zero point (int) for each of 2 blocks, but got 1 and 2}}
  %0 = quantir.fake_quantize_affine %x {
      spec = #quantir.affine_min_max<granularity = per_group, group_size = 2>, scales = array<f32: 1.0>,
      zero_points = array<i32: 0, 0>} : tensor<1x4xf32>
  return
}

// -----

func.func @scale(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected positive, finite scales, but got -1}}
  %0 = quantir.fake_quantize_affine %x {
      spec = #quantir.affine_min_max, scales = array<f32: -1.0>, zero_points = array<i32: 0>} : tensor<1x4xf32>
  return
}

// -----

func.func @zeroPoint(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected zero points within [-2, 1], but got 2}}
  %0 = quantir.fake_quantize_affine %x {
      spec = #quantir.affine_min_max<dtype = int2>, scales = array<f32: 1.0>, zero_points = array<i32: 2>} : tensor<1x4xf32>
  return
}

// -----

func.func @divides(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected a last dimension that group_size 3 divides, but got [1x4] (nearest: 4)}}
  %0 = quantir.fake_quantize_affine %x {
      spec = #quantir.affine_min_max<granularity = per_group, group_size = 3>, scales = array<f32: 1.0>,
      zero_points = array<i32: 0>} : tensor<1x4xf32>
  return
}

// -----

func.func @batch(%x: tensor<?x4xf32>) {
  // expected-error@+1 {{expected one block along the dimension of unknown size of [?x4], but got granularity per_row}}
  %0 = quantir.fake_quantize_affine %x {
      spec = #quantir.affine_min_max<granularity = per_row>, scales = array<f32: 1.0>,
      zero_points = array<i32: 0>} : tensor<?x4xf32>
  return
}

// -----

func.func @dynamic(%x: tensor<?x4xf32>) {
  // expected-error@+1 {{expected no scales and zero points with is_dynamic, but got some}}
  %0 = quantir.fake_quantize_affine %x {
      spec = #quantir.affine_min_max<granularity = per_row, is_dynamic = true>, scales = array<f32: 1.0>} : tensor<?x4xf32>
  return
}

// -----

func.func @kernelSpec(%x: tensor<?x4xf32>) {
  // expected-error@+1 {{expected spec to be an affine_min_max observer}}
  %0 = kernel.fake_quantize_affine %x {spec = 3 : i32} : tensor<?x4xf32> to tensor<?x4xf32>
  return
}

// -----

func.func @kernelCount(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{expected a scale and a zero point (int) for each of 4 blocks, but got 0 and 0}}
  %0 = kernel.fake_quantize_affine %x {spec = #quantir.affine_min_max<granularity = per_axis, ch_axis = 1>}
      : tensor<1x4xf32> to tensor<1x4xf32>
  return
}
