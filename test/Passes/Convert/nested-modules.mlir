// What nested modules hold is theirs.
// RUN: qopt %s --quantir-convert-observers --split-input-file --verify-diagnostics | FileCheck %s
// RUN: qopt %s --quantir-convert-observers --quantir-verify-reference --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: module {
// CHECK: quantir.observe %{{.*}}, @own
module {
  module {
    quantir.observer @own #quantir.min_max
    func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %0 = quantir.observe %x, @own : tensor<?x4xf32>
      return %0 : tensor<?x4xf32>
    }
  }
}

// -----

func.func @main() {
  builtin.module {
    quantir.observer @own #quantir.min_max
    func.func @inner(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      // expected-error@+1 {{expected @own to be an observer of the module that is converted}}
      %0 = quantir.observe %x, @own : tensor<?x4xf32>
      return %0 : tensor<?x4xf32>
    }
  }
  return
}
