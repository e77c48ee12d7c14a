// RUN: qopt %s --quantir-annotate --quantir-insert-observers --quantir-verify-prepared --split-input-file 2>/dev/null | FileCheck %s

// Two readers of one value share its observer; the pool keeps its input's; the weight's observer has seen it already.
// CHECK: module attributes {quantir.stage = "prepared"}
// CHECK-DAG: quantir.observer @act_0 #quantir.{{[a-z_]+$}}
// CHECK-DAG: quantir.observer @weight_0 #quantir.per_channel_min_max<{{[^>]*}}> state {max_val = array<f32: 2.000000e+00, 4.000000e+00>, min_val = array<f32: 1.000000e+00, 3.000000e+00>, samples = 1 : i64}
// CHECK-LABEL: func @shared(
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x2x4xf32>
// CHECK: %[[Q:.*]] = quantir.observe %[[X]], @act_0 : tensor<?x2x4xf32>
// CHECK: %[[W:.*]] = quantir.observe %{{.*}}, @weight_0 : tensor<2x2x1xf32>
// CHECK: %[[P:.*]] = nn.max_pool %[[Q]]
// CHECK: %[[PQ:.*]] = quantir.observe %[[P]], @act_0 passive
// CHECK: %[[C:.*]] = nn.conv %[[Q]], %[[W]]
// CHECK: %[[CQ:.*]] = quantir.observe %[[C]], @act_1 : tensor<?x2x4xf32>
// CHECK: return %[[PQ]], %[[CQ]]
func.func @shared(%x: tensor<?x2x4xf32>) -> (tensor<?x2x2xf32>, tensor<?x2x4xf32>) {
  %w = arith.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32>
  %0 = nn.max_pool %x {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>) -> tensor<?x2x2xf32>
  %1 = nn.conv %x, %w {strides = array<i64: 1>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>, tensor<2x2x1xf32>) -> tensor<?x2x4xf32>
  return %0, %1 : tensor<?x2x2xf32>, tensor<?x2x4xf32>
}

// -----

// What nothing else reads than a concatenation has the observer of its result, which sees all of it once.
// CHECK: quantir.observer @act_0
// CHECK-NOT: quantir.observer
// CHECK-LABEL: func @cat
// CHECK-DAG: quantir.observe %arg0, @act_0 passive : tensor<?x2xf32>
// CHECK-DAG: quantir.observe %arg1, @act_0 passive : tensor<?x3xf32>
// CHECK: nn.cat
// CHECK: quantir.observe %{{.*}}, @act_0 : tensor<?x5xf32>
func.func @cat(%x: tensor<?x2xf32>, %y: tensor<?x3xf32>) -> tensor<?x5xf32> {
  %0 = nn.cat %x, %y {axis = 1 : i64} : (tensor<?x2xf32>, tensor<?x3xf32>) -> tensor<?x5xf32>
  return %0 : tensor<?x5xf32>
}

// -----

// What something else reads, too, keeps an observer of its own.
// CHECK: quantir.observer @act_0
// CHECK: quantir.observer @act_1
// CHECK: quantir.observer @act_2
// CHECK-LABEL: func @cat_of_shared
// CHECK-DAG: quantir.observe %arg0, @act_0 : tensor<?x2xf32>
// CHECK-DAG: quantir.observe %arg1, @act_1 passive : tensor<?x3xf32>
// CHECK: nn.cat
// CHECK: quantir.observe %{{.*}}, @act_1 : tensor<?x5xf32>
// CHECK: nn.tanh
// CHECK: quantir.observe %{{.*}}, @act_2
func.func @cat_of_shared(%x: tensor<?x2xf32>, %y: tensor<?x3xf32>) -> (tensor<?x5xf32>, tensor<?x2xf32>) {
  %0 = nn.cat %x, %y {axis = 1 : i64} : (tensor<?x2xf32>, tensor<?x3xf32>) -> tensor<?x5xf32>
  %1 = nn.tanh %x : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0, %1 : tensor<?x5xf32>, tensor<?x2xf32>
}

// -----

// Through ops that only move data and through other concatenations, too. What a pool drops is of no interest.
// CHECK: quantir.observer @act_0
// CHECK-NOT: quantir.observer
// CHECK-LABEL: func @chain_of_cats
// CHECK-DAG: quantir.observe %arg0, @act_0 passive : tensor<?x2x4xf32>
// CHECK-DAG: quantir.observe %arg1, @act_0 passive : tensor<?x3x2xf32>
// CHECK-DAG: quantir.observe %arg2, @act_0 passive : tensor<?x1x2xf32>
// CHECK: nn.max_pool
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.cat
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive : tensor<?x5x2xf32>
// CHECK: nn.cat
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 : tensor<?x6x2xf32>
func.func @chain_of_cats(%x: tensor<?x2x4xf32>, %y: tensor<?x3x2xf32>, %z: tensor<?x1x2xf32>) -> tensor<?x6x2xf32> {
  %0 = nn.max_pool %x {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x4xf32>) -> tensor<?x2x2xf32>
  %1 = nn.cat %0, %y {axis = 1 : i64} : (tensor<?x2x2xf32>, tensor<?x3x2xf32>) -> tensor<?x5x2xf32>
  %2 = nn.cat %1, %z {axis = 1 : i64} : (tensor<?x5x2xf32>, tensor<?x1x2xf32>) -> tensor<?x6x2xf32>
  return %2 : tensor<?x6x2xf32>
}

// -----

// The range that is known of a sigmoid is that of a concatenation of sigmoids, and of nothing else.
// CHECK: quantir.observer @act_0 #quantir.{{[a-z_]+$}}
// CHECK: quantir.observer @act_1 #quantir.fixed_qparams
// CHECK: quantir.observer @act_2 #quantir.{{[a-z_]+$}}
// CHECK-NOT: quantir.observer
// CHECK-LABEL: func @cats_of_sigmoids
// CHECK: %[[S:.*]] = nn.sigmoid
// CHECK: %[[SQ:.*]] = quantir.observe %[[S]], @act_1
// CHECK: %[[C:.*]] = nn.cat %[[SQ]], %[[SQ]]
// CHECK: %[[CQ:.*]] = quantir.observe %[[C]], @act_1
// CHECK: %[[D:.*]] = nn.cat %[[CQ]], %[[X:.*]] {
// CHECK: quantir.observe %[[D]], @act_2 :
func.func @cats_of_sigmoids(%x: tensor<?x2xf32>) -> (tensor<?x6xf32>, tensor<?x4xf32>) {
  %0 = nn.sigmoid %x : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %1 = nn.cat %0, %0 {axis = 1 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %2 = nn.cat %1, %x {axis = 1 : i64} : (tensor<?x4xf32>, tensor<?x2xf32>) -> tensor<?x6xf32>
  return %2, %1 : tensor<?x6xf32>, tensor<?x4xf32>
}

// -----

// A padding is seen where it stands, unless it is 0, or lower than what a pool can let through.
// CHECK: quantir.observer @act_0
// CHECK: quantir.observer @act_1
// CHECK-NOT: quantir.observer
// CHECK-LABEL: func @pads
// CHECK: quantir.observe %arg0, @act_0 :
// CHECK: nn.pad {{.*}}value = 5.0
// CHECK-NEXT: quantir.observe %{{.*}}, @act_1 :
// CHECK: nn.pad
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.transpose
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.pad {{.*}}value = -1.0
// CHECK-NEXT: %[[P:.*]] = quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.transpose %[[P]]
// CHECK-NEXT: %[[T:.*]] = quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.max_pool %[[T]]
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
func.func @pads(%x: tensor<?x2x4xf32>) -> (tensor<?x2x5xf32>, tensor<?x2x5xf32>, tensor<?x2x2xf32>) {
  %0 = nn.pad %x {padding = array<i64: 0, 0, 1, 0, 0, 0>, value = 5.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x2x5xf32>
  %1 = nn.pad %x {padding = array<i64: 0, 0, 1, 0, 0, 0>} : (tensor<?x2x4xf32>) -> tensor<?x2x5xf32>
  %t = nn.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<?x2x4xf32>) -> tensor<?x4x2xf32>
  %2 = nn.pad %t {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -1.0e+09 : f32} : (tensor<?x4x2xf32>) -> tensor<?x5x2xf32>
  %3 = nn.transpose %2 {permutation = array<i64: 0, 2, 1>} : (tensor<?x5x2xf32>) -> tensor<?x2x5xf32>
  %4 = nn.max_pool %3 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x5xf32>) -> tensor<?x2x2xf32>
  return %0, %1, %4 : tensor<?x2x5xf32>, tensor<?x2x5xf32>, tensor<?x2x2xf32>
}

// -----

// Before a maximum too it is seen where windows hold nothing else: in channels of its own, in a
// border as wide as they are.
// CHECK-LABEL: func @windows_of_padding
// CHECK: nn.pad {{.*}}0, 1, 0, 0, 0, 0>
// CHECK-NEXT: quantir.observe %{{.*}}, @act_1 :
// CHECK: nn.pad {{.*}}0, 0, 2, 0, 0, 0>
// CHECK-NEXT: quantir.observe %{{.*}}, @act_2 :
// CHECK: nn.pad {{.*}}0, 0, 2, 0, 0, 0>
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
func.func @windows_of_padding(%x: tensor<?x2x4xf32>) -> (tensor<?x3x2xf32>, tensor<?x2x3xf32>, tensor<?x2x2xf32>) {
  %0 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -1.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %1 = nn.max_pool %0 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x2xf32>
  %2 = nn.pad %x {padding = array<i64: 0, 0, 2, 0, 0, 0>, value = -1.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x2x6xf32>
  %3 = nn.max_pool %2 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x6xf32>) -> tensor<?x2x3xf32>
  %4 = nn.pad %x {padding = array<i64: 0, 0, 2, 0, 0, 0>, value = -1.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x2x6xf32>
  %5 = nn.max_pool %4 {kernel = array<i64: 3>, strides = array<i64: 3>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x6xf32>) -> tensor<?x2x2xf32>
  return %1, %3, %5 : tensor<?x3x2xf32>, tensor<?x2x3xf32>, tensor<?x2x2xf32>
}

// -----

// A relu makes 0 of it, before or behind a pool, a reshape and a concatenation, and a clamp its bound: so it
// is that at once. With other readers it stays.
// CHECK-LABEL: func @clipped_padding
// CHECK: nn.pad {{.*}}quantir.annotation = #annotation{{[0-9]*[}]}}
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.pad {{.*}}quantir.annotation = #annotation{{[0-9]*[}]}}
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.pad
// CHECK-SAME: value = -2.5
// CHECK-NEXT: quantir.observe %{{.*}}, @[[CLAMPED:act_[0-9]+]] :
// CHECK: nn.pad {{.*}}quantir.annotation = #annotation{{[0-9]*[}]}}
// CHECK-NEXT: quantir.observe %{{.*}} passive
// CHECK: nn.cat
// CHECK: nn.pad
// CHECK-SAME: value = -5.0
// CHECK-NEXT: quantir.observe %{{.*}}, @[[OWN:act_[0-9]+]] :
func.func @clipped_padding(%x: tensor<?x2x4xf32>) -> (tensor<?x3x2xf32>, tensor<?x3x2xf32>, tensor<?x3x2xf32>, tensor<?x36xf32>, tensor<?x3x4xf32>, tensor<?x12xf32>) {
  %0 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -1.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %1 = nn.max_pool %0 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x2xf32>
  %2 = nn.relu %1 : (tensor<?x3x2xf32>) -> tensor<?x3x2xf32>
  %3 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -2.0e+04 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %4 = nn.relu %3 : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %5 = nn.max_pool %4 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x2xf32>
  %6 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -1.0e+30 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %7 = nn.max_pool %6 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x2xf32>
  %8 = nn.clamp %7 {min = -2.5 : f32, max = 6.0 : f32} : (tensor<?x3x2xf32>) -> tensor<?x3x2xf32>
  %9 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -4.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %10 = nn.cat %9, %0, %9 {axis = 1 : i64} : (tensor<?x3x4xf32>, tensor<?x3x4xf32>, tensor<?x3x4xf32>) -> tensor<?x9x4xf32>
  %11 = nn.reshape %10 {shape = array<i64: -1, 36>} : (tensor<?x9x4xf32>) -> tensor<?x36xf32>
  %12 = nn.clamp %11 {min = 0.0 : f32, max = 6.0 : f32} : (tensor<?x36xf32>) -> tensor<?x36xf32>
  %13 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -5.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %14 = nn.relu %13 : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %15 = nn.reshape %13 {shape = array<i64: -1, 12>} : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
  return %2, %5, %8, %12, %14, %15 : tensor<?x3x2xf32>, tensor<?x3x2xf32>, tensor<?x3x2xf32>, tensor<?x36xf32>, tensor<?x3x4xf32>, tensor<?x12xf32>
}

// -----

// What stands for -infinity is meant never to be the maximum, unless a window is seen to hold nothing else;
// -1e30 and less can mean nothing else.
// CHECK-LABEL: func @as_good_as_infinite
// CHECK: nn.pad
// CHECK-SAME: value = -3.0{{0*}}e+04
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.pad
// CHECK-SAME: value = -2.0{{0*}}e+04
// CHECK-NEXT: quantir.observe %{{.*}}, @act_1 :
// CHECK: nn.pad
// CHECK-SAME: value = -1.0{{0*}}e+30
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
func.func @as_good_as_infinite(%x: tensor<?x2x4xf32>) -> (tensor<?x2x3xf32>, tensor<?x3x2xf32>, tensor<?x3x2xf32>) {
  %0 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -3.0e+04 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %1 = nn.reshape %0 {shape = array<i64: -1, 2, 6>} : (tensor<?x3x4xf32>) -> tensor<?x2x6xf32>
  %2 = nn.max_pool %1 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x6xf32>) -> tensor<?x2x3xf32>
  %3 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -2.0e+04 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %4 = nn.max_pool %3 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x2xf32>
  %5 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -1.0e+30 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %6 = nn.max_pool %5 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x2xf32>
  return %2, %4, %6 : tensor<?x2x3xf32>, tensor<?x3x2xf32>, tensor<?x3x2xf32>
}

// -----

// What a padding of -1e4 puts in is never observed, so that a padding around it is not either: the range would reach to -1e4.
// CHECK-LABEL: func @padding_around_padding
// CHECK: nn.pad
// CHECK-SAME: value = -1.0{{0*}}e+04
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
// CHECK: nn.pad
// CHECK-SAME: value = -1.0
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
func.func @padding_around_padding(%x: tensor<?x2x4xf32>) -> tensor<?x2x4xf32> {
  %0 = nn.pad %x {padding = array<i64: 0, 0, 1, 0, 0, 1>, value = -1.0e+04 : f32} : (tensor<?x2x4xf32>) -> tensor<?x2x6xf32>
  %1 = nn.pad %0 {padding = array<i64: 0, 0, 1, 0, 0, 1>, value = -1.0 : f32} : (tensor<?x2x6xf32>) -> tensor<?x2x8xf32>
  %2 = nn.max_pool %1 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x2x8xf32>) -> tensor<?x2x4xf32>
  return %2 : tensor<?x2x4xf32>
}

// -----

// A padding that would have to be above 0 is kept and does not widen the range.
// CHECK-LABEL: func @clipped_above_zero
// CHECK: nn.pad {{.*}}quantir.annotation = #annotation{{[0-9]*[}]}}
// CHECK-NEXT: quantir.observe %{{.*}}, @act_0 passive
func.func @clipped_above_zero(%x: tensor<?x2x4xf32>) -> tensor<?x3x4xf32> {
  %0 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -1.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
  %1 = nn.clamp %0 {min = 5.0e-1 : f32, max = 6.0 : f32} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  return %1 : tensor<?x3x4xf32>
}

// -----

// The parts of a split have readers of their own; the least bound holds.
// CHECK-LABEL: func @clipped_parts
// CHECK: nn.pad
// CHECK-SAME: value = -3.0
func.func @clipped_parts(%x: tensor<?x2x4xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x4xf32>) {
  %0 = nn.pad %x {padding = array<i64: 0, 2, 0, 0, 0, 0>, value = -9.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x4x4xf32>
  %1:2 = nn.split %0 {axis = 1 : i64, sizes = array<i64: 2, 2>} : (tensor<?x4x4xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x4xf32>)
  %2 = nn.relu %1#0 : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %3 = nn.clamp %1#1 {min = -3.0 : f32, max = 6.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  return %2, %3 : tensor<?x2x4xf32>, tensor<?x2x4xf32>
}

// -----

// PyTorch observes the padding as it is.
// CHECK-LABEL: func @as_pytorch
// CHECK: nn.pad
// CHECK-SAME: value = -5.0
module attributes {quantir.settings = #quantir.settings<backend_config = <"native">>} {
  func.func @as_pytorch(%x: tensor<?x2x4xf32>) -> tensor<?x3x4xf32> {
    %0 = nn.pad %x {padding = array<i64: 0, 1, 0, 0, 0, 0>, value = -5.0 : f32} : (tensor<?x2x4xf32>) -> tensor<?x3x4xf32>
    %1 = nn.relu %0 : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
    return %1 : tensor<?x3x4xf32>
  }
}

// -----

// In a unit, too.
// CHECK-LABEL: func @clipped_in_a_unit
// CHECK: quantir.fused "pad_relu"
// CHECK: nn.pad %{{[a-z0-9]+}} {padding = array<i64: 0, 0, 0, 1>}
module attributes {quantir.settings = #quantir.settings<backend_config = <"own", patterns = [<"nn.relu(nn.pad)", observation = share, dtypes = [<input = <quint8>, output = <quint8>>]>]>>} {
  func.func @clipped_in_a_unit(%x: tensor<?x4xf32>) -> tensor<?x5xf32> {
    %0 = quantir.fused "pad_relu"(%x) {
    ^bb0(%arg: tensor<?x4xf32>):
      %1 = nn.pad %arg {padding = array<i64: 0, 0, 0, 1>, value = -5.0 : f32} : (tensor<?x4xf32>) -> tensor<?x5xf32>
      %2 = nn.relu %1 : (tensor<?x5xf32>) -> tensor<?x5xf32>
      quantir.yield %2 : tensor<?x5xf32>
    } : (tensor<?x4xf32>) -> tensor<?x5xf32>
    return %0 : tensor<?x5xf32>
  }
}

// -----

// So is the padding of a unit: it is the result that is looked at.
// CHECK-LABEL: func @pad_in_a_unit
// CHECK: quantir.observe %arg0, @act_0 passive
// CHECK: quantir.fused "pad_relu"
// CHECK: quantir.observe %{{.*}}, @act_0 : tensor<?x5xf32>
module attributes {quantir.settings = #quantir.settings<backend_config = <"own", patterns = [<"nn.relu(nn.pad)", observation = share, dtypes = [<input = <quint8>, output = <quint8>>]>]>>} {
  func.func @pad_in_a_unit(%x: tensor<?x4xf32>) -> tensor<?x5xf32> {
    %0 = quantir.fused "pad_relu"(%x) {
    ^bb0(%arg: tensor<?x4xf32>):
      %1 = nn.pad %arg {padding = array<i64: 0, 0, 0, 1>, value = 5.0 : f32} : (tensor<?x4xf32>) -> tensor<?x5xf32>
      %2 = nn.relu %1 : (tensor<?x5xf32>) -> tensor<?x5xf32>
      quantir.yield %2 : tensor<?x5xf32>
    } : (tensor<?x4xf32>) -> tensor<?x5xf32>
    return %0 : tensor<?x5xf32>
  }
}

// -----

// Of several paddings in a unit each counts: the first alone would change nothing before a maximum.
// CHECK-LABEL: func @pads_in_a_unit
// CHECK: quantir.observe %arg0, @act_0 passive
// CHECK: quantir.fused "pad_pad"
// CHECK: quantir.observe %{{.*}}, @act_0 : tensor<?x1x6xf32>
module attributes {quantir.settings = #quantir.settings<backend_config = <"own", patterns = [
    <"nn.pad(nn.pad)", observation = share, dtypes = [<input = <quint8>, output = <quint8>>]>,
    <"nn.max_pool", observation = share, dtypes = [<input = <quint8>, output = <quint8>>]>]>>} {
  func.func @pads_in_a_unit(%x: tensor<?x1x4xf32>) -> tensor<?x1x3xf32> {
    %0 = quantir.fused "pad_pad"(%x) {
    ^bb0(%arg: tensor<?x1x4xf32>):
      %1 = nn.pad %arg {padding = array<i64: 0, 0, 1, 0, 0, 0>, value = -1.0e+09 : f32} : (tensor<?x1x4xf32>) -> tensor<?x1x5xf32>
      %2 = nn.pad %1 {padding = array<i64: 0, 0, 0, 0, 0, 1>, value = 5.0 : f32} : (tensor<?x1x5xf32>) -> tensor<?x1x6xf32>
      quantir.yield %2 : tensor<?x1x6xf32>
    } : (tensor<?x1x4xf32>) -> tensor<?x1x6xf32>
    %3 = nn.max_pool %0 {kernel = array<i64: 2>, strides = array<i64: 2>, padding = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<?x1x6xf32>) -> tensor<?x1x3xf32>
    return %3 : tensor<?x1x3xf32>
  }
}

// -----

// An op that stays float reads the value as it is when its maker is not quantized.
// CHECK-LABEL: func @float_reader(
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x4xf32>
// CHECK: %[[Q:.*]] = quantir.observe %[[X]], @act_0
// CHECK: nn.tanh %[[Q]]
// CHECK: nn.softmax %[[X]]
func.func @float_reader(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = nn.tanh %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.softmax %x {axis = 1 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// One reader wants other qparams than the maker gives: it gets a second observer behind the first.
#u8 = #quantir.min_max
#s8 = #quantir.min_max<dtype = qint8>
// CHECK-LABEL: func @other_dtype
// CHECK: %[[T:.*]] = nn.tanh
// CHECK: %[[Q0:.*]] = quantir.observe %[[T]], @act_1
// CHECK: %[[Q1:.*]] = quantir.observe %[[Q0]], @act_2
// CHECK: nn.sigmoid %[[Q1]]
func.func @other_dtype(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = nn.tanh %x {quantir.annotation = #quantir.annotation<operands = [#u8], results = [#u8]>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.sigmoid %0 {quantir.annotation = #quantir.annotation<operands = [#s8], results = [unit]>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}
