// Known ranges take all codes of a type up to 8 bits, and of a wider one those that the observer has.
// RUN: qopt %s --split-input-file --quantir-annotate | FileCheck %s

#bits = #quantir.min_max<dtype = qint32, quant_max = 32767, quant_min = -32768>
// CHECK-DAG: #[[$SIGMOID:.*]] = #quantir.annotation<{{.*}} results = [#quantir.fixed_qparams<dtype = qint32, quant_max = 32767, quant_min = -32768, scale = 1.5258789e-05, zero_point = -32768>]>
// CHECK-DAG: #[[$TANH:.*]] = #quantir.annotation<{{.*}} results = [#quantir.fixed_qparams<dtype = qint32, quant_max = 32767, quant_min = -32768, scale = 3.0517578e-05>]>
// CHECK-LABEL: module @sixteen
// CHECK: nn.sigmoid {{.*}} {quantir.annotation = #[[$SIGMOID]]}
// CHECK: nn.tanh {{.*}} {quantir.annotation = #[[$TANH]]}
module @sixteen attributes {
    quantir.settings = #quantir.settings<mapping = <global = #quantir.qconfig<activation = #bits>>, backend_config = <"sixteen_bits", patterns = [<"nn.sigmoid|nn.tanh", dtypes = [<input = <qint32>, output = <qint32>>]>]>>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.sigmoid %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = nn.tanh %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}

// -----

#half = #quantir.min_max<reduce_range = true>
// CHECK: #[[$HALF:.*]] = #quantir.annotation<{{.*}} results = [#quantir.fixed_qparams<scale = 3.90625e-03>]>
// CHECK-LABEL: module @reduced
// CHECK: nn.sigmoid {{.*}} {quantir.annotation = #[[$HALF]]}
module @reduced attributes {
    quantir.settings = #quantir.settings<mapping = <global = #quantir.qconfig<activation = #half>>>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.sigmoid %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}
