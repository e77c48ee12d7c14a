// RUN: rm -rf %t && split-file %s %t
// RUN: qopt %t/module.mlir --quantir-apply-calibration=file=%t/state.json | FileCheck %t/module.mlir
// RUN: not qopt %t/module.mlir --quantir-apply-calibration 2>&1 | FileCheck %s --check-prefix=NOFILE
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/absent.json 2>&1 | FileCheck %s --check-prefix=ABSENT
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/unknown.json 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/missing.json 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/config.json 2>&1 | FileCheck %s --check-prefix=CONFIG
// RUN: not qopt %t/module.mlir --quantir-apply-calibration=file=%t/nan.json 2>&1 | FileCheck %s --check-prefix=NAN

// NOFILE: error: expected the pass option file=<state.json>
// ABSENT: error: cannot read '{{.*}}absent.json'
// UNKNOWN: error: observers.act_9: the model has no observer of this name (nearest: 'act_0')
// MISSING: error: observers: expected the state of 'act_0', an observer of the model, but there is none
// CONFIG: error: observers.act_0.config: expected that of the model, {{.*}}"min_max"{{.*}}, but got {{.*}}"qint8"
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
