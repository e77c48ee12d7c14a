func.func @main(%x: tensor<?x3x4x3xf32> {nn.name = "x"}) -> (tensor<?x3x4x3xf32> {nn.name = "y"}) {
  return %x : tensor<?x3x4x3xf32>
}
