// RUN: qopt %s --verify-roundtrip | FileCheck %s
// RUN: qopt %s --emit-bytecode | qopt | FileCheck %s

// CHECK: #quantir.backend_config<"all", rules = pytorch, patterns = [
// CHECK-SAME: <"torch.nn.ReLU(operator.add(*, torch.nn.Conv2d))", name = "sum", root = "operator.add", observation = share, tensor_args = [0 = different, 1 = share], indices = [input = 0, weight = 1, bias = 2], dtypes = [<input = <quint8, scale_max = 5.0{{.*}}>, is_dynamic = true>], fuser = true, root_module = "torch.nn.Conv2d", qat_module = "a.B", reference_module = "c.D", fused_module = "e.F">
// CHECK-SAME: <"flatten", observation = not_observed>
// CHECK: #quantir.backend_config<"mine", rules = pytorch, overrides = [correct_biases = true], patterns = [<"nn.relu">]>
// CHECK: backend_config = <"native">>
// CHECK: backend_config = <"native", overrides = [observe_shared = false, prune = true]>
module attributes {quantir.settings = #quantir.settings<backend_config = <"all", rules = pytorch, patterns = [
    <"torch.nn.ReLU(operator.add(*, torch.nn.Conv2d))", name = "sum", root = "operator.add", observation = share,
     tensor_args = [0 = different, 1 = share], indices = [input = 0, weight = 1, bias = 2],
     dtypes = [<input = <quint8, scale_max = 0.5>, is_dynamic = true>], fuser = true, root_module = "torch.nn.Conv2d",
     qat_module = "a.B", reference_module = "c.D", fused_module = "e.F">,
    <"flatten", observation = not_observed, fuser = false>]>>} {
  module attributes {quantir.settings = #quantir.settings<backend_config = <"native", rules = quantir, overrides = []>>} {
  }
  module attributes {quantir.settings = #quantir.settings<backend_config = <"native", overrides = [observe_shared = false, prune = true]>>} {
  }
  module attributes {quantir.settings = #quantir.settings<backend_config = <"mine", rules = pytorch, overrides = [correct_biases = true], patterns = [<"nn.relu">]>>} {
  }
}
