// RUN: qopt %s --verify-roundtrip | FileCheck %s
// RUN: qopt %s --mlir-print-op-generic | qopt | FileCheck %s
// RUN: qopt %s --emit-bytecode | qopt | FileCheck %s

#weights = #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric>
#qconfig = #quantir.qconfig<activation = #quantir.histogram, weight = #weights>
#w8 = #quantir.dtype_config<input = <quint8>, output = <quint8>, weight = <qint8>, bias = <float32>>

// CHECK-DAG: #[[Q:.*]] = #quantir.qconfig<activation = #quantir.histogram, weight = #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric>>
// CHECK-DAG: #[[M:.*]] = #quantir.qconfig_mapping<global = #[[Q]], object_type = [<"nn.softmax" = none>], module_name_regex = [<"layer\\d" = #[[Q]]>], module_name = [<"layer1.0" = none>], module_name_object_type_order = [<"layer1" "nn.conv" 2 = #[[Q]]>]>
// CHECK-DAG: #quantir.backend_config<"mine", patterns = [<"nn.conv", dtypes = [<input = <quint8>, output = <quint8>, weight = <qint8>, bias = <float32>>]>, <"nn.relu(nn.add(nn.conv, =))", name = "conv_add_relu", observation = share, dtypes = [<input = <qint8, quant_min = -127, quant_max = 127, scale_min = 2.44{{.*}}>, is_dynamic = true>]>]>
// CHECK: module attributes {
// CHECK-SAME: quantir.model = "net"
// CHECK-SAME: quantir.preprocessing = {mean = array<f32: 5.000000e-01>, std = array<f32: 2.500000e-01>}
// CHECK-SAME: quantir.settings = #quantir.settings<mapping = #[[M]], backend_config = #backend_config, backend = "reference">
module attributes {
  quantir.stage = "prepared", quantir.model = "net",
  quantir.preprocessing = {mean = array<f32: 0.5>, std = array<f32: 0.25>},
  quantir.settings = #quantir.settings<mapping = <
    global = #qconfig,
    object_type = [<"nn.softmax" = none>],
    module_name_regex = [<"layer\\d" = #qconfig>],
    module_name = [<"layer1.0" = none>],
    module_name_object_type_order = [<"layer1" "nn.conv" 2 = #qconfig>]>, backend_config = <"mine", patterns = [
    <"nn.conv", observation = different, dtypes = [#w8]>,
    <"nn.relu(nn.add(nn.conv, =))", name = "conv_add_relu", observation = share, dtypes = [
      <input = <qint8, quant_min = -127, quant_max = 127, scale_min = 0.000244140625>, is_dynamic = true>]>]>,
    backend = "reference">
} {
  // CHECK: quantir.observer @act_0 #quantir.histogram
  quantir.observer @act_0 #quantir.histogram<dtype = quint8>
  // CHECK: quantir.observer @act_1 #quantir.min_max<{{.*}}reduce_range = true{{.*}}> state {max_val = array<f32: 2.500000e+00>, min_val = array<f32: -1.000000e+00>, samples = 3 : i64}
  quantir.observer @act_1 #quantir.min_max<reduce_range = true>
    state {min_val = array<f32: -1.0>, max_val = array<f32: 2.5>, samples = 3 : i64}
  // CHECK: quantir.observer @act_2 #quantir.fixed_qparams<scale = 3.90625e-03>
  quantir.observer @act_2 #quantir.fixed_qparams<scale = 0.00390625, zero_point = 0>
  // CHECK: quantir.observer @blocks #quantir.affine_min_max<block_size = [1,-1], dtype = int4, granularity = per_block>
  quantir.observer @blocks #quantir.affine_min_max<target_dtype = int4, granularity = per_block, block_size = [1, -1]>
  // CHECK: quantir.observer @rows #quantir.affine_min_max<granularity = per_row> state {blocks = array<i64: 2, 1>, max_val =
  quantir.observer @rows #quantir.affine_min_max<granularity = PerRow>
    state {min_val = array<f32: 0.0, -1.0>, max_val = array<f32: 1.0, 1.0>, blocks = array<i64: 2, 1>, samples = 1 : i64}
  // CHECK: quantir.observer @groups #quantir.affine_min_max<{{.*}}dtype = uint4, granularity = per_group, group_size = 32, mapping_type = asymmetric, preserve_zero = false, zero_point_domain = float>
  quantir.observer @groups #quantir.affine_min_max<
    target_dtype = uint4, granularity = per_group, group_size = 32, mapping_type = asymmetric, preserve_zero = false, zero_point_domain = float>
  // CHECK: quantir.observer @share #quantir.percentile<percentile = 9.95e+01> state {counts = dense_resource<
  quantir.observer @share #quantir.percentile<percentile = 99.5>
    state {min_val = array<f32: 0.0>, max_val = array<f32: 0.0>, counts = dense_resource<counts> : tensor<1xi64>, samples = 1 : i64}
  // CHECK: quantir.observer @qat #quantir.moving_average_min_max<fake_quantize = fused>
  quantir.observer @qat #quantir.moving_average_min_max<fake_quantize = fused>
  // CHECK: quantir.observer @hist #quantir.histogram<bins = 4> state {histogram = dense_resource<
  quantir.observer @hist #quantir.histogram<bins = 4>
    state {min_val = array<f32: 0.0>, max_val = array<f32: 1.0>, histogram = dense_resource<hist> : tensor<4xf32>, samples = 1 : i64}

  // CHECK-LABEL: func @observe
  func.func @observe(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // CHECK: %[[A:.*]] = quantir.observe %{{.*}}, @act_0 : tensor<?x4xf32>
    %0 = quantir.observe %x, @act_0 : tensor<?x4xf32>
    // CHECK: quantir.observe %[[A]], @act_1 passive : tensor<?x4xf32>
    %1 = quantir.observe %0, @act_1 passive : tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }

  // CHECK-LABEL: func @fused
  func.func @fused(%x: tensor<?x3xf32>, %w: tensor<4x3xf32>) -> tensor<?x4xf32> {
    // CHECK: quantir.fused "linear_relu"(%{{.*}}, %{{.*}}) attributes {quantir.annotation = #{{.*}}} {
    // CHECK-NEXT: ^bb0(%[[X:.*]]: tensor<?x3xf32>, %[[W:.*]]: tensor<4x3xf32>):
    // CHECK: nn.linear %[[X]], %[[W]]
    // CHECK: quantir.yield %{{.*}} : tensor<?x4xf32>
    // CHECK: } : (tensor<?x3xf32>, tensor<4x3xf32>) -> tensor<?x4xf32>
    %0 = quantir.fused "linear_relu"(%x, %w) attributes {
      quantir.annotation = #quantir.annotation<
        operands = [#quantir.histogram, #weights], results = [#quantir.shared<operand 0>],
        equalization = #quantir.per_channel_min_max<ch_axis = 1>>
    } {
    ^bb0(%a: tensor<?x3xf32>, %b: tensor<4x3xf32>):
      %1 = nn.linear %a, %b : (tensor<?x3xf32>, tensor<4x3xf32>) -> tensor<?x4xf32>
      %2 = nn.relu %1 : (tensor<?x4xf32>) -> tensor<?x4xf32>
      quantir.yield %2 : tensor<?x4xf32>
    } : (tensor<?x3xf32>, tensor<4x3xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      counts: "0x080000000100000000000000",
      hist: "0x040000000000803f000000400000404000008040"
    }
  }
#-}
