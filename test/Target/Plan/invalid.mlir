// RUN: qtranslate --export-plan %s --split-input-file --verify-diagnostics

func.func @float_op(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'nn.relu' op expected only kernels in a plan}}
  %0 = nn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a public function to execute, but got none}}
module {}

// -----

// expected-error @+1 {{expected arguments of different names, but got two of name 'a'}}
func.func @arguments(%x: tensor<4xf32> {nn.name = "a"}, %y: tensor<4xf32> {nn.name = "a"}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected results of different names, but got two of name 'output1'}}
func.func @results(%x: tensor<4xf32>) -> (tensor<4xf32> {nn.name = "output1"}, tensor<4xf32>) {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// -----

func.func @resource() -> tensor<4xf32> {
  // expected-error @+1 {{expected a constant whose values are in the module}}
  %0 = kernel.constant dense_resource<missing> : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Two dynamic dimensions that count the batch differently.
func.func @batch(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %0 = kernel.reshape %x : (tensor<?x4xf32>) -> tensor<?x2xf32>
  %1 = kernel.slice %x {starts = array<i64: 0, 0>, steps = array<i64: 1, 1>} : (tensor<?x4xf32>) -> tensor<?x2xf32>
  // expected-error @+1 {{expected a dynamic dimension that is a multiple of the batch}}
  %2 = kernel.binary add %0, %1 : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %2 : tensor<?x2xf32>
}

// -----

// expected-error @+1 {{expected at most 8 dimensions in a plan, but got 9}}
func.func @rank(%x: tensor<1x1x1x1x1x1x1x1x1xf32>) -> tensor<1x1x1x1x1x1x1x1x1xf32> {
  return %x : tensor<1x1x1x1x1x1x1x1x1xf32>
}

// -----

func.func @size(%x: tensor<1xf32>) -> tensor<1xf32> {
  // expected-error @+1 {{expected at most 2147483647 elements in a plan}}
  %0 = kernel.constant dense<1.0> : tensor<4294967296xf32>
  kernel.observe %0, @act_0 : tensor<4294967296xf32>
  return %x : tensor<1xf32>
}
quantir.observer @act_0 #quantir.min_max
