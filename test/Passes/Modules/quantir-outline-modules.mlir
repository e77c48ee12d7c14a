// RUN: qopt %s --quantir-outline-modules --split-input-file 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file=%t

// A standalone module by name: its ops move, with the constants that only they read; what the entry says becomes the function's.
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK: %[[A:.*]] = nn.tanh %[[X]]
// CHECK: %[[B:.*]] = call @block(%[[A]]) {nn.path = "block"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
// CHECK: %[[C:.*]] = nn.tanh %[[B]]
// CHECK: return %[[C]]
// CHECK: func.func private @block(%[[I:.*]]: tensor<?x4xf32>) -> tensor<?x4xf32>
// CHECK-SAME: quantir.module_path = "block"
// CHECK-SAME: quantir.settings = #quantir.settings<mapping = #qconfig_mapping, backend_config = <"onednn">>
// CHECK-SAME: quantir.standalone
// CHECK-DAG: %[[W:.*]] = arith.constant
// CHECK: nn.linear %[[I]], %[[W]]
// CHECK: nn.relu
// CHECK-NOT: quantir.float_reason
module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<
    standalone_module_name = [#quantir.standalone_module<module = "block",
        qconfig_mapping = <global = #quantir.qconfig<activation = #quantir.min_max>>,
        backend_config = <"onednn">>]>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %0 = nn.tanh %x {nn.path = "first"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = nn.linear %0, %w {nn.path = "block.0"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
    %2 = nn.relu %1 {nn.path = "block"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %3 = nn.tanh %2 {nn.path = "blocks"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %3 : tensor<?x4xf32>
  }
}

// -----

// A non-traceable module: each of its ops says why it stays float. Two results; an op between the members stays in order.
// CHECK-LABEL: func.func @two_results
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
// CHECK: %[[R:.*]]:2 = call @m(%[[X]])
// CHECK: %[[T:.*]] = nn.tanh %[[R]]#0
// CHECK: return %[[T]], %[[R]]#1
// CHECK: func.func private @m({{.*}}) -> (tensor<?x4xf32>, tensor<?x4xf32>) attributes {quantir.module_path = "m", quantir.non_traceable}
// CHECK: nn.relu {{.*}}quantir.float_reason = "in the non-traceable module 'm'"
// CHECK: nn.sigmoid {{.*}}quantir.float_reason = "in the non-traceable module 'm'"
// REMARK: remark: left in float: in the non-traceable module 'm'
module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<non_traceable_module_name = ["m"]>} {
  func.func @two_results(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
    %0 = nn.relu %x {nn.path = "m.a"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = nn.tanh %0 {nn.path = "t"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = nn.sigmoid %0 {nn.path = "m.b"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1, %2 : tensor<?x4xf32>, tensor<?x4xf32>
  }
}

// -----

// A module in a standalone module is named by its path from there; one that the enclosing module took is not asked for again.
// CHECK-LABEL: func.func @nested
// CHECK: call @outer(
// CHECK: func.func private @outer
// CHECK: call @outer.inner(
// CHECK: func.func private @outer.inner{{.*}}quantir.non_traceable
module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<
    standalone_module_name = [#quantir.standalone_module<module = "outer", prepare_custom_config = <non_traceable_module_name = ["inner"]>>],
    non_traceable_module_name = ["outer.inner.x"]>} {
  func.func @nested(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.relu %x {nn.path = "outer.a"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = nn.sigmoid %0 {nn.path = "outer.inner.x"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}

// -----

// What the function says itself stays where the entry says nothing.
// CHECK-LABEL: func.func @caller
// CHECK: func.func private @own{{.*}}quantir.settings = #quantir.settings<mapping = #{{.*}}, backend_config = <"native">>
module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<standalone_module_name = [
    #quantir.standalone_module<module = "own", qconfig_mapping = <global = none>>]>} {
  func.func @caller(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = call @own(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
  func.func private @own(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.module_path = "own", quantir.settings = #quantir.settings<backend_config = <"native">>} {
    return %x : tensor<?x4xf32>
  }
}

// -----

// By PyTorch's rules, a module without a mapping of its own has its own qconfig and no other setting.
// CHECK-DAG: #[[$OWN:qconfig[0-9]*]] = #quantir.qconfig<activation = #quantir.histogram>
// CHECK-DAG: #[[$MAPPING:qconfig_mapping[0-9]*]] = #quantir.qconfig_mapping<global = #[[$OWN]]>
// CHECK-LABEL: func.func @pytorch
// CHECK: func.func private @block{{.*}}quantir.settings = #quantir.settings<mapping = #[[$MAPPING]]>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #quantir.qconfig<activation = #quantir.min_max>,
      object_type = [<"nn.sigmoid" = none>], module_name = [<"block" = #quantir.qconfig<activation = #quantir.histogram>>]>, backend_config = <"native">>,
    quantir.prepare_custom_config = #quantir.prepare_custom_config<standalone_module_name = [#quantir.standalone_module<module = "block">]>} {
  func.func @pytorch(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = nn.sigmoid %x {nn.path = "block.s"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}

// -----

// Classes are those of functions. A name is stronger than a class.
// CHECK-LABEL: func.func @classes
// CHECK: func.func private @one{{.*}}quantir.non_traceable
// CHECK: func.func private @two{{.*}}quantir.standalone
// REMARK: warning: prepare_custom_config.non_traceable_module_class[1]: no function has quantir.module_class = "Gone"
module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<
    standalone_module_name = [#quantir.standalone_module<module = "b2">],
    non_traceable_module_class = ["Block", "Gone"]>} {
  func.func @classes(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %0 = call @one(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = call @two(%0) : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
  func.func private @one(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.module_class = "Block"} {
    %0 = nn.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
  func.func private @two(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.module_class = "Block", quantir.module_path = "b2"} {
    %0 = nn.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}

// -----

// A constant that has the module's path is there once, and stays outside where it is read there, too.
// CHECK-LABEL: func.func @constants
// CHECK: %[[C:.*]] = arith.constant {{.*}}dense<2.000000e+00>
// CHECK-NOT: arith.constant
// CHECK: %[[Y:.*]] = call @own(%{{.*}}) {nn.path = "own"} : (tensor<1x2xf32>) -> tensor<1x2xf32>
// CHECK: nn.mul %[[Y]], %[[C]]
// CHECK: func.func private @own
// CHECK: arith.constant
// CHECK: arith.constant
// CHECK-NOT: arith.constant
// CHECK: return
module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<standalone_module_name = [#quantir.standalone_module<module = "own">]>, quantir.settings = #quantir.settings<backend_config = <"quantir">>} {
  func.func @constants(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
    %b = arith.constant {nn.path = "own.0"} dense<1.0> : tensor<2xf32>
    %c = arith.constant {nn.path = "own.0"} dense<2.0> : tensor<2xf32>
    %0 = nn.add %x, %b {nn.path = "own.0"} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
    %1 = nn.mul %0, %c {nn.path = "own.0"} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
    %2 = nn.mul %1, %c {nn.path = "outside"} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
    return %2 : tensor<1x2xf32>
  }
}
