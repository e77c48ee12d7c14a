func.func @main(%x: tensor<?x4xf32> {nn.name = "x"}) -> (tensor<?x4xf32> {nn.name = "y"}) {
  %w = arith.constant dense<[[1.0, 0.5, 0.0, 0.25], [0.0, 1.0, -0.5, 0.0], [0.5, 0.0, 1.0, 0.0], [0.25, 0.0, 0.5, -1.0]]> : tensor<4x4xf32>
  %0 = nn.linear %x, %w {nn.path = "first"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = nn.linear %0, %w {nn.path = "block.0"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %2 = nn.relu %1 {nn.path = "block.1"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %3 = nn.linear %2, %w {nn.path = "tail.0"} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}
