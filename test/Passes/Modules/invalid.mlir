// RUN: qopt %s --quantir-outline-modules --split-input-file --verify-diagnostics

module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<non_traceable_module_name = ["a", "blok"]>} {
  // expected-error@+1 {{prepare_custom_config.non_traceable_module_name[1]: the model has no module 'blok'; did you mean 'block'?}}
  func.func @unknown(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // expected-remark@+1 {{left in float}}
    %0 = nn.relu %x {nn.path = "a"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = nn.relu %0 {nn.path = "block.0"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %1 : tensor<?x4xf32>
  }
}

// -----

module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<non_traceable_module_name = ["m"]>} {
  func.func @in_and_out(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // expected-error@+1 {{prepare_custom_config.non_traceable_module_name[0]: module 'm' cannot be a function of its own}}
    %0 = nn.relu %x {nn.path = "m.a"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %1 = nn.tanh %0 {nn.path = "t"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    %2 = nn.sigmoid %1 {nn.path = "m.b"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
    return %2 : tensor<?x4xf32>
  }
}

// -----

// expected-warning@+1 {{preserved_attributes: the module has no attribute "classes"}}
module attributes {quantir.model = "m", quantir.prepare_custom_config = #quantir.prepare_custom_config<preserved_attributes = ["quantir.model", "classes"]>} {
}
