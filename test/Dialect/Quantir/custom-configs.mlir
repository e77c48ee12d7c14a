// RUN: qopt %s | qopt | FileCheck %s

// CHECK: module attributes
// CHECK-SAME: quantir.convert_custom_config = #quantir.convert_custom_config<observed_to_quantized_custom_module_class = {static = {a = "b"}}, preserved_attributes = ["x"]>
// CHECK-SAME: quantir.fuse_custom_config = #quantir.fuse_custom_config<preserved_attributes = ["x"]>
// CHECK-SAME: quantir.prepare_custom_config = #quantir.prepare_custom_config<standalone_module_name = [#quantir.standalone_module<module = "block", qconfig_mapping = {{.*}}, prepare_custom_config = <non_traceable_module_name = ["0"]>, backend_config = <"onednn">>]
// CHECK-SAME: float_to_observed_custom_module_class = {dynamic = {}, static = {cell = "observed"}}
// CHECK-SAME: non_traceable_module_class = ["Tail"], input_quantized_idxs = [0, 1], output_quantized_idxs = [0]
// CHECK-SAME: input_qparams = [#quantir.fixed_qparams<{{.*}}>, #quantir.fixed_qparams<{{.*}}>]>
module attributes {
  quantir.prepare_custom_config = #quantir.prepare_custom_config<
    standalone_module_name = [#quantir.standalone_module<module = "block",
      qconfig_mapping = <global = #quantir.qconfig<activation = #quantir.min_max>>,
      prepare_custom_config = <non_traceable_module_name = ["0"]>, backend_config = <"onednn">>],
    float_to_observed_custom_module_class = {static = {cell = "observed"}, dynamic = {}},
    non_traceable_module_class = ["Tail"],
    input_quantized_idxs = [0, 1], output_quantized_idxs = [0],
    input_qparams = [#quantir.fixed_qparams<scale = 0.5, zero_point = 3>, #quantir.fixed_qparams<scale = 0.25, zero_point = -1, dtype = qint8>]>,
  quantir.convert_custom_config = #quantir.convert_custom_config<
    observed_to_quantized_custom_module_class = {static = {a = "b"}}, preserved_attributes = ["x"]>,
  quantir.fuse_custom_config = #quantir.fuse_custom_config<preserved_attributes = ["x"]>} {
  // CHECK: func.func @stubs
  // CHECK: %[[Q:.*]] = quantir.quant_stub %arg0 {nn.path = "quant", quantir.qconfig = #qconfig} : tensor<?x4xf32>
  // CHECK: quantir.dequant_stub %[[Q]] {quantir.qconfig = "none"} : tensor<?x4xf32>
  func.func @stubs(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.module_class = "M", quantir.module_path = "m", quantir.standalone} {
    %0 = quantir.quant_stub %x {nn.path = "quant", quantir.qconfig = #quantir.qconfig<activation = #quantir.min_max>} : tensor<?x4xf32>
    %1 = quantir.dequant_stub %0 {quantir.qconfig = "none"} : tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}
