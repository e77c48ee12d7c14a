// RUN: qopt %s --quantir-prepare-eager 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file=%t

// Observers on the stub and on results, none on operands; the pool shares the convolution's; behind the second stub all is float.
// CHECK: quantir.observer @act_0 #quantir.min_max
// CHECK: quantir.observer @weight_0
// CHECK: quantir.observer @act_1 #quantir.min_max
// CHECK-NOT: quantir.observer
// CHECK-LABEL: func.func @main
// CHECK: %[[W:.*]] = quantir.observe %{{.*}}, @weight_0
// CHECK: %[[S:.*]] = quantir.quant_stub %arg0
// CHECK: %[[Q:.*]] = quantir.observe %[[S]], @act_0
// CHECK: %[[C:.*]] = nn.linear %[[Q]], %[[W]]
// CHECK: %[[CO:.*]] = quantir.observe %[[C]], @act_1 : tensor
// CHECK: %[[R:.*]] = nn.relu %[[CO]]
// CHECK: %[[RO:.*]] = quantir.observe %[[R]], @act_1 passive
// CHECK: %[[D:.*]] = quantir.dequant_stub %[[RO]]
// CHECK: %[[T:.*]] = nn.relu %[[D]] {{.*}}quantir.float_reason = "what it reads is not quantized"
// CHECK-NEXT: nn.sigmoid %[[T]]
// CHECK-SAME: quantir.float_reason = "it has no qconfig"
// REMARK: warning: operand 0 is not quantized, so this computes in float; a quantir.quant_stub before it quantizes it
// CHECK-LABEL: func.func private @no_stub
#q = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8, qscheme = per_tensor_symmetric>>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q, module_name = [<"last" = none>]>>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %0 = quantir.quant_stub %x {nn.path = "quant"} : tensor<?x4xf32>
    %1 = nn.linear %0, %w {nn.path = "fc"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %2 = nn.relu %1 {nn.path = "relu"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %3 = quantir.dequant_stub %2 {nn.path = "dequant"} : tensor<?x4xf32>
    %4 = nn.relu %3 {nn.path = "relu2"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %5 = nn.sigmoid %4 {nn.path = "last"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %5 : tensor<?x4xf32>
  }
  func.func private @no_stub(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.sigmoid %x {nn.path = "s"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}
