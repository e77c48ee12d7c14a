// The same model as float kernels around casts and as integer kernels: a result differs by one step at most, where a float
// computation falls on the other side of a tie.
// RUN: qopt %s --quantir-lower-to-kernels=keep-reference | qtranslate --export-plan -o %t.reference.plan
// RUN: qopt %s --quantir-lower-to-kernels | tee %t.mlir | qtranslate --export-plan -o %t.lowered.plan
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: %python %S/Inputs/random-data.py %t.npz x=3x4x8x8 y=3x4x8x8 v=3x8
// RUN: qrun %t.reference.plan --backend reference --input %t.npz --output %t.reference.npz
// RUN: qrun %t.lowered.plan --backend reference --input %t.npz --output %t.lowered.npz
// RUN: %python %S/Inputs/compare-steps.py %t.reference.npz %t.lowered.npz %s
// RUN: %if onednn %{ qrun %t.lowered.plan --backend onednn --input %t.npz --output %t.onednn.npz %}
// RUN: %if onednn %{ %python %S/Inputs/compare-steps.py %t.reference.npz %t.onednn.npz %s %}

!u = !quant.uniform<u8:f32, 0.0317:128>
!v = !quant.uniform<u8:f32, 0.0523:100>
!p = !quant.uniform<u8:f32, 0.0211>
!s = !quant.uniform<i8:f32, 0.0409:-5>
!w = !quant.uniform<i8:f32:0, {0.01, 0.02, 0.005, 0.03}>
!wt = !quant.uniform<i8:f32:1, {0.01, 0.02, 0.005}>
!wl = !quant.uniform<i8:f32, 0.01>

// Only at the borders are there casts.
// CHECK-LABEL: func @main(
// CHECK-COUNT-3: kernel.quantize
// CHECK-NOT: kernel.quantize
// CHECK: return

// STEP: relu6 0.0211
// STEP: residual 0.0409
// STEP: conv_transpose 0.0409
// STEP: linear 0.0523
// STEP: matmul 0.407
// STEP: batch_norm 0.0523
// STEP: relu 0.0211
// STEP: clamp 0.0317
// STEP: leaky_relu 0.0523
// STEP: sigmoid 0.00390625
// STEP: tanh 0.0078125
// STEP: hardsigmoid 0.00390625
// STEP: hardswish 0.0409
// STEP: softmax 0.00390625
// STEP: add 0.0523
// STEP: sub 0.0409
// STEP: mul 0.0523
// STEP: scaled 0.0409
// STEP: max_pool 0.0523
// STEP: avg_pool 0.0113
// STEP: adaptive_avg_pool 0.0113
// STEP: mean 0.0113
// STEP: flatten 0.0523
// STEP: transpose 0.0317
// STEP: slice 0.0409
// STEP: cat 0.0409
// STEP: pad 0.0523
// STEP: expand 0.0317

func.func @main(%x: tensor<?x4x8x8xf32> {nn.name = "x"}, %y: tensor<?x4x8x8xf32> {nn.name = "y"}, %v: tensor<?x8xf32> {nn.name = "v"})
    -> (tensor<?x4x8x8xf32> {nn.name = "relu6"},
        tensor<?x4x8x8xf32> {nn.name = "residual"},
        tensor<?x3x16x16xf32> {nn.name = "conv_transpose"},
        tensor<?x6xf32> {nn.name = "linear"},
        tensor<?x4x8x8xf32> {nn.name = "matmul"},
        tensor<?x4x8x8xf32> {nn.name = "batch_norm"},
        tensor<?x4x8x8xf32> {nn.name = "relu"},
        tensor<?x4x8x8xf32> {nn.name = "clamp"},
        tensor<?x4x8x8xf32> {nn.name = "leaky_relu"},
        tensor<?x4x8x8xf32> {nn.name = "sigmoid"},
        tensor<?x4x8x8xf32> {nn.name = "tanh"},
        tensor<?x4x8x8xf32> {nn.name = "hardsigmoid"},
        tensor<?x4x8x8xf32> {nn.name = "hardswish"},
        tensor<?x4x8x8xf32> {nn.name = "softmax"},
        tensor<?x4x8x8xf32> {nn.name = "add"},
        tensor<?x4x8x8xf32> {nn.name = "sub"},
        tensor<?x4x8x8xf32> {nn.name = "mul"},
        tensor<?x4x8x8xf32> {nn.name = "scaled"},
        tensor<?x4x4x4xf32> {nn.name = "max_pool"},
        tensor<?x4x4x4xf32> {nn.name = "avg_pool"},
        tensor<?x4x3x3xf32> {nn.name = "adaptive_avg_pool"},
        tensor<?x8xf32> {nn.name = "mean"},
        tensor<?x256xf32> {nn.name = "flatten"},
        tensor<?x8x4x8xf32> {nn.name = "transpose"},
        tensor<?x4x4x3xf32> {nn.name = "slice"},
        tensor<?x8x8x8xf32> {nn.name = "cat"},
        tensor<?x5x9x10xf32> {nn.name = "pad"},
        tensor<?x3x8xf32> {nn.name = "expand"}) {
  %q1 = quant.qcast %x : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!u>
  %d1 = quant.dcast %q1 : tensor<?x4x8x8x!u> to tensor<?x4x8x8xf32>
  %q2 = quant.qcast %y : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!v>
  %d2 = quant.dcast %q2 : tensor<?x4x8x8x!v> to tensor<?x4x8x8xf32>
  %q3 = quant.qcast %v : tensor<?x8xf32> to tensor<?x8x!u>
  %d3 = quant.dcast %q3 : tensor<?x8x!u> to tensor<?x8xf32>
  %wc = arith.constant dense_resource<conv> : tensor<4x2x3x3xi8>
  %wq = quant.scast %wc : tensor<4x2x3x3xi8> to tensor<4x2x3x3x!w>
  %w = quant.dcast %wq : tensor<4x2x3x3x!w> to tensor<4x2x3x3xf32>
  %bias = arith.constant dense<[0.5, -0.25, 0.125, -1.0]> : tensor<4xf32>
  %tc = arith.constant dense_resource<transposed> : tensor<4x3x2x2xi8>
  %tq = quant.scast %tc : tensor<4x3x2x2xi8> to tensor<4x3x2x2x!wt>
  %t = quant.dcast %tq : tensor<4x3x2x2x!wt> to tensor<4x3x2x2xf32>
  %lc = arith.constant dense_resource<linear> : tensor<6x8xi8>
  %lq = quant.scast %lc : tensor<6x8xi8> to tensor<6x8x!wl>
  %l = quant.dcast %lq : tensor<6x8x!wl> to tensor<6x8xf32>

  %conv = nn.conv %d1, %w, %bias {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 2} : (tensor<?x4x8x8xf32>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<?x4x8x8xf32>
  %relu6 = nn.clamp %conv {min = 0.0 : f32, max = 3.0 : f32} : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q4 = quant.qcast %relu6 : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!p>
  %d4 = quant.dcast %q4 : tensor<?x4x8x8x!p> to tensor<?x4x8x8xf32>
  %conv2 = nn.conv %d1, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 2} : (tensor<?x4x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<?x4x8x8xf32>
  %sum = nn.add %conv2, %d2 : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %act = nn.leaky_relu %sum {negative_slope = 0.25 : f32} : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q5 = quant.qcast %act : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!s>
  %d5 = quant.dcast %q5 : tensor<?x4x8x8x!s> to tensor<?x4x8x8xf32>
  %tr = nn.conv_transpose %d1, %t {strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, output_padding = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<4x3x2x2xf32>) -> tensor<?x3x16x16xf32>
  %q6 = quant.qcast %tr : tensor<?x3x16x16xf32> to tensor<?x3x16x16x!s>
  %d6 = quant.dcast %q6 : tensor<?x3x16x16x!s> to tensor<?x3x16x16xf32>
  %lin = nn.linear %d3, %l : (tensor<?x8xf32>, tensor<6x8xf32>) -> tensor<?x6xf32>
  %q7 = quant.qcast %lin : tensor<?x6xf32> to tensor<?x6x!v>
  %d7 = quant.dcast %q7 : tensor<?x6x!v> to tensor<?x6xf32>
  %mm = nn.matmul %d1, %d2 : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q8 = quant.qcast %mm : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!quant.uniform<u8:f32, 0.407:120>>
  %d8 = quant.dcast %q8 : tensor<?x4x8x8x!quant.uniform<u8:f32, 0.407:120>> to tensor<?x4x8x8xf32>
  %one = arith.constant dense<[1.0, 0.5, 2.0, 1.5]> : tensor<4xf32>
  %bn = nn.batch_norm %d1, %one, %bias, %bias, %one : (tensor<?x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x8x8xf32>
  %q9 = quant.qcast %bn : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!v>
  %d9 = quant.dcast %q9 : tensor<?x4x8x8x!v> to tensor<?x4x8x8xf32>
  %relu = nn.relu %d1 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q10 = quant.qcast %relu : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!p>
  %d10 = quant.dcast %q10 : tensor<?x4x8x8x!p> to tensor<?x4x8x8xf32>
  %clamp = nn.clamp %d1 {min = -1.0 : f32, max = 2.0 : f32} : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q11 = quant.qcast %clamp : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!u>
  %d11 = quant.dcast %q11 : tensor<?x4x8x8x!u> to tensor<?x4x8x8xf32>
  %leaky_relu = nn.leaky_relu %d1 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q12 = quant.qcast %leaky_relu : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!v>
  %d12 = quant.dcast %q12 : tensor<?x4x8x8x!v> to tensor<?x4x8x8xf32>
  %sigmoid = nn.sigmoid %d1 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q13 = quant.qcast %sigmoid : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!quant.uniform<u8:f32, 3.906250e-03>>
  %d13 = quant.dcast %q13 : tensor<?x4x8x8x!quant.uniform<u8:f32, 3.906250e-03>> to tensor<?x4x8x8xf32>
  %tanh = nn.tanh %d1 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q14 = quant.qcast %tanh : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!quant.uniform<u8:f32, 7.812500e-03:128>>
  %d14 = quant.dcast %q14 : tensor<?x4x8x8x!quant.uniform<u8:f32, 7.812500e-03:128>> to tensor<?x4x8x8xf32>
  %hardsigmoid = nn.hardsigmoid %d1 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q15 = quant.qcast %hardsigmoid : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!quant.uniform<u8:f32, 3.906250e-03>>
  %d15 = quant.dcast %q15 : tensor<?x4x8x8x!quant.uniform<u8:f32, 3.906250e-03>> to tensor<?x4x8x8xf32>
  %hardswish = nn.hardswish %d1 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q16 = quant.qcast %hardswish : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!s>
  %d16 = quant.dcast %q16 : tensor<?x4x8x8x!s> to tensor<?x4x8x8xf32>
  %softmax = nn.softmax %d1 {axis = 1} : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q17 = quant.qcast %softmax : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!quant.uniform<u8:f32, 3.906250e-03>>
  %d17 = quant.dcast %q17 : tensor<?x4x8x8x!quant.uniform<u8:f32, 3.906250e-03>> to tensor<?x4x8x8xf32>
  %add = nn.add %d1, %d2 : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q18 = quant.qcast %add : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!v>
  %d18 = quant.dcast %q18 : tensor<?x4x8x8x!v> to tensor<?x4x8x8xf32>
  %sub = nn.sub %d1, %d2 : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q19 = quant.qcast %sub : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!s>
  %d19 = quant.dcast %q19 : tensor<?x4x8x8x!s> to tensor<?x4x8x8xf32>
  %mul = nn.mul %d1, %d2 : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
  %q20 = quant.qcast %mul : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!v>
  %d20 = quant.dcast %q20 : tensor<?x4x8x8x!v> to tensor<?x4x8x8xf32>
  %c1 = nn.mean %d2 {axes = array<i64: 2, 3>, keep_dims = true} : (tensor<?x4x8x8xf32>) -> tensor<?x4x1x1xf32>
  %q21 = quant.qcast %c1 : tensor<?x4x1x1xf32> to tensor<?x4x1x1x!v>
  %d21 = quant.dcast %q21 : tensor<?x4x1x1x!v> to tensor<?x4x1x1xf32>
  %scaled = nn.mul %d1, %d21 : (tensor<?x4x8x8xf32>, tensor<?x4x1x1xf32>) -> tensor<?x4x8x8xf32>
  %q22 = quant.qcast %scaled : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!s>
  %d22 = quant.dcast %q22 : tensor<?x4x8x8x!s> to tensor<?x4x8x8xf32>
  %max = nn.max_pool %d1 {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  %q23 = quant.qcast %max : tensor<?x4x4x4xf32> to tensor<?x4x4x4x!v>
  %d23 = quant.dcast %q23 : tensor<?x4x4x4x!v> to tensor<?x4x4x4xf32>
  %avg = nn.avg_pool %d1 {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, count_include_pad = false} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  %q24 = quant.qcast %avg : tensor<?x4x4x4xf32> to tensor<?x4x4x4x!quant.uniform<u8:f32, 0.0113:120>>
  %d24 = quant.dcast %q24 : tensor<?x4x4x4x!quant.uniform<u8:f32, 0.0113:120>> to tensor<?x4x4x4xf32>
  %adaptive = nn.adaptive_avg_pool %d1 {output_size = array<i64: 3, 3>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x3x3xf32>
  %q25 = quant.qcast %adaptive : tensor<?x4x3x3xf32> to tensor<?x4x3x3x!quant.uniform<u8:f32, 0.0113:120>>
  %d25 = quant.dcast %q25 : tensor<?x4x3x3x!quant.uniform<u8:f32, 0.0113:120>> to tensor<?x4x3x3xf32>
  %mean = nn.mean %d1 {axes = array<i64: 1, 2>} : (tensor<?x4x8x8xf32>) -> tensor<?x8xf32>
  %q26 = quant.qcast %mean : tensor<?x8xf32> to tensor<?x8x!quant.uniform<u8:f32, 0.0113:120>>
  %d26 = quant.dcast %q26 : tensor<?x8x!quant.uniform<u8:f32, 0.0113:120>> to tensor<?x8xf32>
  %flat = nn.flatten %d1 {start_axis = 1, end_axis = -1} : (tensor<?x4x8x8xf32>) -> tensor<?x256xf32>
  %q27 = quant.qcast %flat : tensor<?x256xf32> to tensor<?x256x!v>
  %d27 = quant.dcast %q27 : tensor<?x256x!v> to tensor<?x256xf32>
  %perm = nn.transpose %d1 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<?x4x8x8xf32>) -> tensor<?x8x4x8xf32>
  %q28 = quant.qcast %perm : tensor<?x8x4x8xf32> to tensor<?x8x4x8x!u>
  %d28 = quant.dcast %q28 : tensor<?x8x4x8x!u> to tensor<?x8x4x8xf32>
  %slice = nn.slice %d1 {starts = array<i64: -1, 1>, ends = array<i64: -9223372036854775808, 7>, axes = array<i64: 2, 3>, steps = array<i64: -2, 2>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x3xf32>
  %q29 = quant.qcast %slice : tensor<?x4x4x3xf32> to tensor<?x4x4x3x!s>
  %d29 = quant.dcast %q29 : tensor<?x4x4x3x!s> to tensor<?x4x4x3xf32>
  %cat = nn.cat %d1, %d2 {axis = 1} : (tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>) -> tensor<?x8x8x8xf32>
  %q30 = quant.qcast %cat : tensor<?x8x8x8xf32> to tensor<?x8x8x8x!s>
  %d30 = quant.dcast %q30 : tensor<?x8x8x8x!s> to tensor<?x8x8x8xf32>
  %pad = nn.pad %d1 {padding = array<i64: 0, 1, 0, 2, 0, 0, 1, 0>, value = -1.5 : f32} : (tensor<?x4x8x8xf32>) -> tensor<?x5x9x10xf32>
  %q31 = quant.qcast %pad : tensor<?x5x9x10xf32> to tensor<?x5x9x10x!v>
  %d31 = quant.dcast %q31 : tensor<?x5x9x10x!v> to tensor<?x5x9x10xf32>
  %row = nn.unsqueeze %d3 {axes = array<i64: 1>} : (tensor<?x8xf32>) -> tensor<?x1x8xf32>
  %rows = nn.expand %row {shape = array<i64: -1, 3, -1>} : (tensor<?x1x8xf32>) -> tensor<?x3x8xf32>
  %q32 = quant.qcast %rows : tensor<?x3x8xf32> to tensor<?x3x8x!u>
  %d32 = quant.dcast %q32 : tensor<?x3x8x!u> to tensor<?x3x8xf32>
  return %d4, %d5, %d6, %d7, %d8, %d9, %d10, %d11, %d12, %d13, %d14, %d15, %d16, %d17, %d18, %d19, %d20, %d22, %d23, %d24, %d25, %d26, %d27, %d28, %d29, %d30, %d31, %d32
      : tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x3x16x16xf32>, tensor<?x6xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x8x8xf32>, tensor<?x4x4x4xf32>, tensor<?x4x4x4xf32>, tensor<?x4x3x3xf32>, tensor<?x8xf32>, tensor<?x256xf32>, tensor<?x8x4x8xf32>, tensor<?x4x4x3xf32>, tensor<?x8x8x8xf32>, tensor<?x5x9x10xf32>, tensor<?x3x8xf32>
}

{-#
  dialect_resources: {
    builtin: {
      conv: "0x01000000BD180CA2DF6B1BFA2115911C846957F9C30EBCB27F38F90B570DFAE6245DA7BC23A75F6E06E43E842C4791A94376188BCE4888535EC5FA19396C61E4374A6CEEE63B4E14F27770A3",
      transposed: "0x0100000061DE998AA3FFB8C3782DF048215BCEEC0256E313DA0916E916BC68D72F6B6E885CC87E1C2C33AA335DD4770B6813129B",
      linear: "0x010000003728B723557D13C5C9A091FC5B247EFC97D94D92EA66A786CCEE45EB609F8C1B1E438CE13817D50E626D7CC802BD8AD0"
    }
  }
#-}
