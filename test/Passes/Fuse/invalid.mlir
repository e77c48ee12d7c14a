// RUN: qopt %s --quantir-fuse --split-input-file --verify-diagnostics

// expected-error@+1 {{expected the attribute quantir.backend_config or the pass option backend-config}}
module {}

// -----

// expected-error@+1 {{no built-in backend config is called 'onednnn'; expected one of}}
module attributes {quantir.backend_config = #quantir.backend_config<"onednnn">} {}
