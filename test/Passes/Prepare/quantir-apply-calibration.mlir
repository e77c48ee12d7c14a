// RUN: rm -rf %t && split-file %s %t
// RUN: qopt %t/module.mlir --quantir-apply-calibration=file=%t/state.json | FileCheck %t/module.mlir
// RUN: not qopt %t/module.mlir --quantir-apply-calibration 2>&1 | FileCheck %s --check-prefix=NOFILE
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/absent.json 2>&1 | FileCheck %s --check-prefix=ABSENT
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/unknown.json 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/missing.json 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/config.json 2>&1 | FileCheck %s --check-prefix=CONFIG
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/nan.json 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/overflow.json 2>&1 | FileCheck %s --check-prefix=OVERFLOW
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=/dev/zero 2>&1 | FileCheck %s --check-prefix=DEVICE
// RUN: qopt %t/infinite.mlir --quantir-apply-calibration=file=%t/infinite.json | FileCheck %t/infinite.mlir
// RUN: qopt %t/trained.mlir --quantir-apply-calibration=file=%t/trained.json | FileCheck %s --check-prefix=TRAINED
// RUN: qopt %t/trained.mlir --quantir-apply-calibration=file=%t/disabled.json | FileCheck %s --check-prefix=DISABLED
// RUN: not qopt %t/trained.mlir --quantir-apply-calibration=file=%t/channels.json 2>&1 | FileCheck %s --check-prefix=CHANNELS
// RUN: not qopt %t/trained.mlir --quantir-apply-calibration=file=%t/disabled-channels.json 2>&1 | FileCheck %s --check-prefix=CHANNELS
// RUN: not qopt %t/trained.mlir --quantir-apply-calibration=file=%t/kind.json 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not qopt %t/trained.mlir --quantir-apply-calibration=file=%t/numbers.json 2>&1 | FileCheck %s --check-prefix=NUMBERS
// RUN: not qopt %t/trained.mlir --quantir-apply-calibration=file=%t/place.json 2>&1 | FileCheck %s --check-prefix=PLACE
// RUN: not qopt %t/trained.mlir --quantir-apply-calibration=file=%t/twice.json 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not qopt %t/trained.mlir --quantir-apply-calibration=file=%t/several.json 2>&1 | FileCheck %s --check-prefix=SEVERAL

// A weight's observer goes on from the state of training: min - 0.01 (min - -3), max - 0.01 (max - 2). The output of a unit is that
// of each of its modules.
// TRAINED: @act_0 #{{.*}} state {max_val = array<f32: 1.000000e+00>, min_val = array<f32: -1.000000e+00>
// TRAINED: @act_1 #{{.*}} state {max_val = array<f32: 5.000000e+00>, min_val = array<f32: 0.000000e+00>
// TRAINED: @weight_0 #{{.*}} state {max_val = array<f32: 3.980000e+00>, min_val = array<f32: -2.010000e+00>
// TRAINED: @weight_1 #{{.*}} state {max_val = array<f32: 1.000000e+00, 2.000000e+00>, min_val = array<f32: -3.000000e+00, 5.000000e-01>
// DISABLED: @weight_0 #{{.*}} state {max_val = array<f32: 4.000000e+00>, min_val = array<f32: -2.000000e+00>

// CHANNELS: error: observers.weight_1.state: expected 3 channels as before, but got 2
// KIND: error: observers.act_0.state: expected one minimum, but got 2
// NUMBERS: error: observers.act_0.state: expected minima below maxima, but got [nan, 1]
// PLACE: error: observers.fc.wieght: the model has no observer there (nearest: 'fc.weight')
// TWICE: error: observers.fc.output: expected one state for an observer, but act_1 is 'act_1' too
// SEVERAL: error: observers.twice.output: expected a place of one observer, but there are act_2, act_3; name one of them

// NOFILE: error: expected the pass option file=<state.json>
// ABSENT: error: cannot read '{{.*}}absent.json'
// UNKNOWN: error: observers.act_9: the model has no observer of this name (nearest: 'act_0')
// MISSING: error: observers: expected the state of 'act_0', an observer of the model, but there is none
// CONFIG: error: observers.act_0.config: expected that of the model, {{.*}}"min_max"{{.*}}, but got {{.*}}"qint8"
// OVERFLOW: error: '{{.*}}overflow.json': not valid JSON: number overflow parsing '1e999' at line 1, column
// DEVICE: error: cannot read '/dev/zero': it is a device
// NAN: error: '{{.*}}nan.json': observers.act_0.state: expected minima below maxima, but got [nan, 2]

//--- module.mlir
// CHECK: quantir.observer @act_0 #quantir.min_max state {max_val = array<f32: 2.500000e+00>, min_val = array<f32: -1.000000e+00>, samples = 4 : i64}
quantir.observer @act_0 #quantir.min_max
// A constant's observer has its state already, and what is not observed gets none.
// CHECK: quantir.observer @weight_0 #quantir.min_max state {max_val = array<f32: 3.000000e+00>
quantir.observer @weight_0 #quantir.min_max state {min_val = array<f32: 1.0>, max_val = array<f32: 3.0>, samples = 1 : i64}
// CHECK: quantir.observer @placeholder_0 #quantir.placeholder
quantir.observer @placeholder_0 #quantir.placeholder

//--- state.json
{"quantir_calibration": 1, "samples": 4, "observers": {
  "act_0": {"config": {"observer": "min_max"}, "state": {"min_val": [-1], "max_val": [2.5], "samples": 4}}}}
//--- overflow.json
{"quantir_calibration": 1, "samples": 1e999, "observers": {}}
//--- infinite.mlir
// What was left out of a histogram is known later too.
// CHECK: quantir.observer @act_0 {{.*}} inf_count = 3 : i64, max_val = {{.*}}, samples = 4 : i64}
quantir.observer @act_0 #quantir.histogram<bins = 4>
//--- infinite.json
{"quantir_calibration": 1, "samples": 4, "observers": {
  "act_0": {"config": {"observer": "histogram", "bins": 4},
            "state": {"min_val": [0], "max_val": [1], "histogram": [1, 2, 3, 4], "samples": 4, "inf_count": 3}}}}
//--- unknown.json
{"quantir_calibration": 1, "observers": {
  "act_9": {"config": {"observer": "min_max"}, "state": {"min_val": [-1], "max_val": [2.5]}}}}
//--- missing.json
{"quantir_calibration": 1, "observers": {}}
//--- config.json
{"quantir_calibration": 1, "observers": {
  "act_0": {"config": {"observer": "min_max", "dtype": "qint8"}, "state": {"min_val": [-1], "max_val": [2.5]}}}}
//--- nan.json
{"quantir_calibration": 1, "observers": {
  "act_0": {"config": {"observer": "min_max"}, "state": {"min_val": ["nan"], "max_val": [2]}}}}
//--- trained.mlir
quantir.observer @act_0 #quantir.moving_average_min_max
quantir.observer @act_1 #quantir.moving_average_min_max
quantir.observer @act_2 #quantir.min_max state {min_val = array<f32: 1.0>, max_val = array<f32: 3.0>, samples = 1 : i64}
quantir.observer @act_3 #quantir.min_max state {min_val = array<f32: 1.0>, max_val = array<f32: 3.0>, samples = 1 : i64}
quantir.observer @weight_0 #quantir.moving_average_min_max<dtype = qint8, qscheme = per_tensor_symmetric> state {min_val = array<f32: -3.0>, max_val = array<f32: 2.0>, samples = 1 : i64}
quantir.observer @weight_1 #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric> state {min_val = array<f32: -3.0, 0.5>, max_val = array<f32: 1.0, 2.0>, samples = 1 : i64}
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[1.0, -3.0], [2.0, 0.5]]> : tensor<2x2xf32>
  %0 = quantir.observe %x, @act_0 : tensor<1x2xf32>
  %1 = quantir.observe %w, @weight_0 : tensor<2x2xf32>
  %2 = quantir.fused "linear_relu" (%0, %1) {
  ^bb0(%a: tensor<1x2xf32>, %b: tensor<2x2xf32>):
    %y = nn.linear %a, %b {nn.path = "fc"} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
    %r = nn.relu %y {nn.path = "relu"} : (tensor<1x2xf32>) -> tensor<1x2xf32>
    quantir.yield %r : tensor<1x2xf32>
  } : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %3 = quantir.observe %2, @act_1 : tensor<1x2xf32>
  %4 = quantir.observe %w, @weight_1 : tensor<2x2xf32>
  %5 = nn.linear %3, %4 {nn.path = "twice"} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %6 = quantir.observe %5, @act_2 : tensor<1x2xf32>
  %7 = nn.linear %6, %4 {nn.path = "twice"} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %8 = quantir.observe %7, @act_3 : tensor<1x2xf32>
  return %8 : tensor<1x2xf32>
}
//--- trained.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": [-1], "max_val": [1]}},
  "relu.output": {"state": {"min_val": [0], "max_val": [5]}},
  "fc.weight": {"state": {"min_val": [-2], "max_val": [4]}}}}
//--- disabled.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": [-1], "max_val": [1]}},
  "act_1": {"state": {"min_val": [0], "max_val": [5]}},
  "fc.weight": {"observer_enabled": false, "state": {"min_val": [-2], "max_val": [4]}}}}
//--- channels.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": [-1], "max_val": [1]}},
  "act_1": {"state": {"min_val": [0], "max_val": [5]}},
  "twice.weight": {"state": {"min_val": [-2, -2, -2], "max_val": [4, 4, 4]}}}}
//--- disabled-channels.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": [-1], "max_val": [1]}},
  "act_1": {"state": {"min_val": [0], "max_val": [5]}},
  "twice.weight": {"observer_enabled": false, "state": {"min_val": [-2, -2, -2], "max_val": [4, 4, 4]}}}}
//--- kind.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": [-1, -1], "max_val": [1, 1]}},
  "act_1": {"state": {"min_val": [0], "max_val": [5]}},
  "fc.weight": {"state": {"min_val": [-2], "max_val": [4]}}}}
//--- place.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": [-1], "max_val": [1]}},
  "act_1": {"state": {"min_val": [0], "max_val": [5]}},
  "fc.wieght": {"state": {"min_val": [-2], "max_val": [4]}}}}
//--- twice.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": [-1], "max_val": [1]}},
  "act_1": {"state": {"min_val": [0], "max_val": [5]}},
  "fc.output": {"state": {"min_val": [-2], "max_val": [4]}}}}
//--- several.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": [-1], "max_val": [1]}},
  "act_1": {"state": {"min_val": [0], "max_val": [5]}},
  "twice.output": {"state": {"min_val": [-2], "max_val": [4]}}}}
//--- numbers.json
{"quantir_calibration": 1, "observers": {
  "fc.input": {"state": {"min_val": ["nan"], "max_val": [1]}},
  "act_1": {"state": {"min_val": [0], "max_val": [5]}},
  "fc.weight": {"state": {"min_val": [-2], "max_val": [4]}}}}
