// RUN: qopt %s --quantir-fuse --split-input-file --verify-diagnostics

// expected-error@+1 {{no built-in backend config is called 'onednnn'; expected one of}}
module attributes {quantir.settings = #quantir.settings<backend_config = <"onednnn">>} {
  func.func @main() {
    return
  }
}
