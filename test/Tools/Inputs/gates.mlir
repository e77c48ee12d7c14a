// tanh(linear), then x * sigmoid(x), then a linear.
func.func @main(%x: tensor<?x4xf32> {nn.name = "x"}) -> (tensor<?x3xf32> {nn.name = "y"}) {
  %w = arith.constant dense<[[0.5, -0.25, 0.75, 0.1], [-0.6, 0.3, 0.2, -0.9], [0.05, 0.8, -0.4, 0.35], [-0.15, -0.7, 0.45, 0.6]]> : tensor<4x4xf32>
  %b = arith.constant dense<[0.1, -0.2, 0.3, 0.05]> : tensor<4xf32>
  %v = arith.constant dense<[[0.7, -0.3, 0.2, 0.9], [-0.8, 0.4, 0.6, -0.1], [0.25, 0.55, -0.65, 0.15]]> : tensor<3x4xf32>
  %0 = nn.linear %x, %w, %b {nn.path = "embed"} : (tensor<?x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %1 = nn.tanh %0 {nn.path = "embed"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = nn.sigmoid %1 {nn.path = "gate"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = nn.mul %2, %1 {nn.path = "gate"} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %4 = nn.linear %3, %v {nn.path = "head"} : (tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<?x3xf32>
  return %4 : tensor<?x3xf32>
}
