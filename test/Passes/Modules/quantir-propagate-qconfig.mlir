// RUN: qopt %s --quantir-propagate-qconfig --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-DAG: #[[$A:qconfig[0-9]*]] = #quantir.qconfig<activation = #quantir.min_max>
// CHECK-DAG: #[[$B:qconfig[0-9]*]] = #quantir.qconfig<activation = #quantir.histogram>
#a = #quantir.qconfig<activation = #quantir.min_max>
#b = #quantir.qconfig<activation = #quantir.histogram>
// Its own, then the name, then the type, then the parent's name, then the global one.
// CHECK-LABEL: func.func @strength
module attributes {quantir.settings = #quantir.settings<mapping = <global = #a,
    object_type = [<"torch.nn.Tanh" = #b>], module_name = [<"block" = none>, <"block.t" = #a>]>>} {
  func.func @strength(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // CHECK: nn.tanh {{.*}}"own"{{.*}}quantir.qconfig = "none"
    %0 = nn.tanh %x {nn.path = "own", quantir.qconfig = "none"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // CHECK: nn.tanh {{.*}}"block.t"{{.*}}quantir.qconfig = #[[$A]]
    %1 = nn.tanh %0 {nn.path = "block.t"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // A type is stronger than a parent's name, unlike in graph mode.
    // CHECK: nn.tanh {{.*}}"block.u"{{.*}}quantir.qconfig = #[[$B]]
    %2 = nn.tanh %1 {nn.path = "block.u"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // CHECK: nn.sigmoid {{.*}}"block.v.w"{{.*}}quantir.qconfig = "none"
    %3 = nn.sigmoid %2 {nn.path = "block.v.w"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    // CHECK: quantir.quant_stub {{.*}}quantir.qconfig = #[[$A]]
    %4 = quantir.quant_stub %3 {nn.path = "quant"} : tensor<?x4xf32>
    // A function that is called is no module.
    // CHECK: nn.sigmoid %{{[0-9]+}} {nn.call = "function", nn.path = "f"}
    %5 = nn.sigmoid %4 {nn.call = "function", nn.path = "f"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %5 : tensor<?x4xf32>
  }
  // CHECK-LABEL: func.func @root
  func.func @root(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {quantir.qconfig = #b} {
    // CHECK: nn.sigmoid {{.*}}quantir.qconfig = #[[$B]]
    %0 = nn.sigmoid %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %0 : tensor<?x4xf32>
  }
}

// -----

module attributes {quantir.settings = #quantir.settings<mapping = <module_name_regex = [<"b.*" = none>]>>} {
  // expected-error@+1 {{eager mode knows no other settings}}
  func.func @regex(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}
