// RUN: qopt %s --quantir-convert-observers --quantir-verify-reference | FileCheck %s
// RUN: qopt %s --pass-pipeline="builtin.module(quantir-convert)" | FileCheck %s --check-prefix=PIPELINE
// RUN: qopt %s --pass-pipeline="builtin.module(quantir-convert,canonicalize,cse)" | FileCheck %s --check-prefix=PIPELINE

// Range [-1, 1.55]: scale 2.55 / 255 in float32, zero point 100. The weight: 2 / 127.5 and 1 / 127.5.
// CHECK: module attributes {quantir.stage = "reference"}
// CHECK-NOT: quantir.observer
// CHECK-LABEL: func @linear
// CHECK: quant.qcast %{{.*}} : tensor<?x2xf32> to tensor<?x2x!quant.uniform<u8:f32, 0.0099999997764825{{[0-9]*}}:100>>
// CHECK: quant.qcast %{{.*}} : tensor<2x2xf32> to tensor<2x2x!quant.uniform<i8:f32:0, {0.01568627543747425{{[0-9]*}},0.00784313771873712{{[0-9]*}}}>>
// CHECK: quant.qcast %{{.*}} : tensor<2xf32> to tensor<2x!quant.uniform<i32:f32:0, {1.568627{{[0-9]*}}E-4,7.8431{{[0-9]*}}E-5}>>
// CHECK: nn.linear %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x2xf32>
// CHECK-NOT: quantir.annotation

// Weights become integers: x * (1 / s), where 1 / s is a little under 63.75 and 127.5 in float32.
// PIPELINE-DAG: arith.constant dense<{{\[}}[64, -127], [127, 32]]> : tensor<2x2xi8>
// PIPELINE-DAG: arith.constant dense<[6375, -12750]> : tensor<2xi32>
// A reference model survives MLIR's canonicalizer.
// PIPELINE-DAG: %[[Q:.*]] = quant.qcast %arg0
// PIPELINE-DAG: %[[K:.*]] = quantir.keep %[[Q]]
// PIPELINE-DAG: quant.dcast %[[K]]
// PIPELINE-DAG: quant.scast
module attributes {quantir.stage = "prepared"} {
  quantir.observer @act_0 #quantir.min_max state {min_val = array<f32: -1.0>, max_val = array<f32: 1.55>, samples = 1 : i64}
  quantir.observer @weight_0 #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric> state {min_val = array<f32: -2.0, 0.25>, max_val = array<f32: 1.0, 1.0>, samples = 1 : i64}
  func.func @linear(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    %w = arith.constant dense<[[1.0, -2.0], [1.0, 0.25]]> : tensor<2x2xf32>
    %b = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
    %0 = quantir.observe %x, @act_0 : tensor<?x2xf32>
    %1 = quantir.observe %w, @weight_0 : tensor<2x2xf32>
    %2 = nn.linear %0, %1, %b {quantir.annotation = #quantir.annotation<operands = [#quantir.min_max, #quantir.min_max, #quantir.derived<operand 0 operand 1>], results = [unit]>} : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
    return %2 : tensor<?x2xf32>
  }
}
