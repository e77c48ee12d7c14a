// RUN: qopt %s --quantir-annotate-boundaries --quantir-share-boundary-observers --quantir-quantize-boundaries --allow-unregistered-dialect --split-input-file --verify-diagnostics

module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<input_quantized_idxs = [1]>} {
  // expected-error@+1 {{prepare_custom_config.input_quantized_idxs[0]: expected an index below 1, the number of inputs, but got 1}}
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}

// -----

module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<output_quantized_idxs = [0, 2]>} {
  // expected-error@+1 {{prepare_custom_config.output_quantized_idxs[1]: expected an index below 1, the number of outputs, but got 2}}
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}

// -----

module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<output_quantized_idxs = [0]>} {
  // expected-error@+1 {{prepare_custom_config.output_quantized_idxs: expected a function of one block}}
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    "cf.br"()[^bb1] : () -> ()
  ^bb1:
    return %x : tensor<?x4xf32>
  }
}

// -----

module attributes {quantir.settings = #quantir.settings<mapping = <>>,
                   quantir.prepare_custom_config = #quantir.prepare_custom_config<output_quantized_idxs = [0]>} {
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    // expected-error@+1 {{expected a qconfig whose activation is quantized statically, for operand 0}}
    return %x : tensor<?x4xf32>
  }
}

// -----

module attributes {quantir.prepare_custom_config = #quantir.prepare_custom_config<input_quantized_idxs = [0]>} {
  // expected-error@+1 {{input 0 is to be quantized, but nothing reads it as integers; give its scale and zero point as prepare_custom_config.input_qparams}}
  func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    return %x : tensor<?x4xf32>
  }
}
