// RUN: qopt %s --quantir-verify-reference --split-input-file --verify-diagnostics

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f(%x: tensor<4xf32>) -> tensor<4x!q> {
  // expected-error@+1 {{expected only quant.dcast to read quantized values}}
  %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  // expected-note@+1 {{but this op does}}
  return %0 : tensor<4x!q>
}

// -----

// expected-error@+1 {{expected no observers after convert}}
quantir.observer @a #quantir.min_max

// -----

func.func @f(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error@+1 {{expected no annotations after convert}}
  %0 = nn.relu %x {quantir.annotation = #quantir.annotation<operands = [unit], results = [unit]>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
