func.func @main(%x: tensor<?x4xf32> {nn.name = "x"})
    -> (tensor<?x4xf32> {nn.name = "scores"}, tensor<?x4xf32> {nn.name = "other"}) {
  %0 = nn.relu %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = nn.sigmoid %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}
