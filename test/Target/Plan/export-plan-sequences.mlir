// Indices, three results, and a batch that is not the first dimension.
// RUN: qtranslate --export-plan %s -o %t.plan
// RUN: %python %S/Inputs/dump-plan.py %S/../../../runtime/schema/plan.fbs %t.plan | FileCheck %s

// CHECK: tensor 0 {"name": "input0", "dtype": "Int64", "dims": [-1, 7]}
// CHECK: tensor 1 {"name": "input1", "dtype": "Int32", "dims": [5]}
func.func @main(%i: tensor<?x7xi64>, %j: tensor<5xi32>, %w: tensor<20x4xf32>, %wi: tensor<24x4xf32>,
                %wh: tensor<24x6xf32>, %b: tensor<24xf32>)
    -> (tensor<7x?x6xf32>, tensor<1x?x6xf32>, tensor<5x4xf32>, tensor<4x4xf32>) {
  %0 = kernel.embedding %i, %w : (tensor<?x7xi64>, tensor<20x4xf32>) -> tensor<?x7x4xf32>
  // CHECK-DAG: tensor 7 {"name": "", "dims": [7, -1, 4]}
  %1 = kernel.transpose %0 {permutation = array<i64: 1, 0, 2>} : (tensor<?x7x4xf32>) -> tensor<7x?x4xf32>
  // CHECK-DAG: {"name": "output0", "dims": [7, -1, 6]}
  // CHECK-DAG: {"name": "output1", "dims": [1, -1, 6]}
  // CHECK-DAG: {"name": "output2", "dims": [5, 4]}
  // CHECK: op Embedding {"name": "", "kind": {}, "inputs": [0, 2], "outputs": [6]}
  // CHECK: op FakeQuantizeDynamic {"name": "", "kind": {"quant_min": -128, "quant_max": 127}, "inputs": [7], "outputs": [8]}
  %2 = kernel.fake_quantize_dynamic %1 {quant_min = -128 : i32, quant_max = 127 : i32} : tensor<7x?x4xf32> to tensor<7x?x4xf32>
  // CHECK: op RoundFloat16
  %3 = kernel.round_float16 %2 : tensor<7x?x4xf32> to tensor<7x?x4xf32>
  // CHECK: op Lstm {"name": "", "kind": {}, "inputs": [9, 3, 4, 5], "outputs": [10, 11, 12]}
  %4:3 = kernel.lstm %3, %wi, %wh, %b : (tensor<7x?x4xf32>, tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>)
      -> (tensor<7x?x6xf32>, tensor<1x?x6xf32>, tensor<1x?x6xf32>)
  %5 = kernel.embedding %j, %w : (tensor<5xi32>, tensor<20x4xf32>) -> tensor<5x4xf32>
  // CHECK: op EmbeddingBag {"name": "", "kind": {"mode": "Max", "include_last_offset": true}, "inputs": [1, 1, 2], "outputs": [14]}
  %6 = kernel.embedding_bag max %j, %j, %w {include_last_offset = true} : (tensor<5xi32>, tensor<5xi32>, tensor<20x4xf32>) -> tensor<4x4xf32>
  return %4#0, %4#1, %5, %6 : tensor<7x?x6xf32>, tensor<1x?x6xf32>, tensor<5x4xf32>, tensor<4x4xf32>
}
