//===- LimitTests.cpp - What sessions may use ------------------------------===//

#include "Support.h"

#include "quantir/Base/Machine.h"

#include <atomic>
#include <filesystem>
#include <fstream>

using namespace quantir;
using namespace quantir::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// y = x + (a product of matrices that are all ones, `size` rows and columns, made of one number).
PlanBuilder productOfOnes(int64_t size) {
  PlanBuilder builder;
  const auto square = TensorSpec::floats({size, size});
  int32_t x = builder.input("x", TensorSpec::floats({1, size}));
  int32_t one = builder.constant<float>("one", TensorSpec::floats({1}), {1});
  int32_t ones = builder.op(plan::ExpandT(), {one}, builder.value("ones", square), "expand");
  int32_t product =
      builder.op(plan::MatMulT(), {ones, ones}, builder.value("product", square), "product");
  builder.output(builder.op(plan::MatMulT(), {x, product},
                            builder.value("y", TensorSpec::floats({1, size})), "last"));
  return builder;
}

std::vector<std::string> stepsOf(const PlanBuilder &builder) {
  SessionOptions options;
  options.backend = "reference";
  std::vector<std::string> names;
  for (const KernelProfile &profile : makeSession(loadPlan(builder), options)->profile())
    names.push_back(profile.name);
  return names;
}

/// A folder in the place of the root of a machine.
class Root {
public:
  Root() {
    std::string name = (std::filesystem::temp_directory_path() / "quantir.XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~Root() { std::filesystem::remove_all(path); }

  void write(const std::string &file, const std::string &text) const {
    const std::filesystem::path whole = path / file;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
  }
  ControlGroupLimits limits() const { return controlGroupLimits(path.string()); }
  int threads() const { return availableThreads(path.string()); }

private:
  std::filesystem::path path;
};

} // namespace

TEST_CASE("constants are computed once, unless that is too much work") {
  CHECK(stepsOf(productOfOnes(100)) == std::vector<std::string>{"last"});
  // 8e9 multiply-adds: the product is left to the runs.
  CHECK(stepsOf(productOfOnes(2000)) == std::vector<std::string>{"product", "last"});
  // 268 MB out of a plan of a few bytes, before they are multiplied.
  CHECK(stepsOf(productOfOnes(8192)) == std::vector<std::string>{"expand", "product", "last"});
}

TEST_CASE("what is left to the runs is computed by them") {
  SessionOptions options;
  options.backend = "reference";
  PlanBuilder builder = productOfOnes(700); // 3.4e8 multiply-adds
  std::unique_ptr<Session> session = makeSession(loadPlan(builder), options);
  CHECK(session->profile().size() == 2);
  Result<std::vector<Tensor>> y =
      session->run(Inputs(floatTensor({1, 700}, std::vector<float>(700, 0.5f))).views);
  REQUIRE(y);
  CHECK((*y)[0].as<float>()[699] == 0.5f * 700 * 700);
}

TEST_CASE("the memory limit counts what kernels pack") {
  // The reference keeps 8-bit weights in 16 bits.
  PlanBuilder builder;
  const auto image = TensorSpec::codes(DType::UInt8, {1, 64, 8, 8}, 0.1f, 3);
  int32_t x = builder.input("x", image);
  int32_t w = builder.constant<int8_t>("w", TensorSpec::codes(DType::Int8, {64, 64, 8, 8}, 0.1f, 0),
                                       std::vector<int8_t>(64 * 64 * 64, 1));
  builder.output(
      builder.op(plan::ConvT(), {x, w},
                 builder.value("y", TensorSpec::codes(DType::UInt8, {1, 64, 1, 1}, 9, 0)), "conv"));
  SessionOptions options;
  options.backend = "reference";
  options.memoryLimit = 600'000; // enough for 262,144 weights as floats would not be, nor twice
  std::unique_ptr<Session> session = makeSession(loadPlan(builder), options);
  CHECK(session->packedBytes() == 2 * 64 * 64 * 64);
  options.memoryLimit = 500'000;
  Result<std::unique_ptr<Session>> refused = Session::create(loadPlan(builder), options);
  REQUIRE(refused.code() == StatusCode::OutOfMemory);
  CHECK_THAT(refused.message(),
             ContainsSubstring("op 0 (conv, Conv): it needs more than the 500000 bytes"));
}

TEST_CASE("the memory limit follows from the machine") {
  CHECK(availableMemory() > (size_t(1) << 20));
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({1}));
  // 8.6 GB each, all needed at once.
  std::vector<int32_t> wide;
  const auto spec = TensorSpec::floats({INT32_MAX});
  for (int i = 0; i < 2000; ++i)
    wide.push_back(builder.op(plan::ExpandT(), {x}, builder.value("wide", spec)));
  for (size_t i = 1; i < wide.size(); ++i) {
    plan::BinaryT add;
    wide[i] = builder.op(std::move(add), {wide[i - 1], wide[i]}, builder.value("sum", spec));
  }
  builder.output(wide.back());
  Result<std::unique_ptr<Session>> session = Session::create(loadPlan(builder));
  REQUIRE(session.code() == StatusCode::OutOfMemory);
  CHECK_THAT(session.message(),
             ContainsSubstring("the largest value is 'wide' of 8589934588 bytes"));
  CHECK_THAT(session.message(), ContainsSubstring("by default three quarters of the memory"));
}

TEST_CASE("a session ends when its caller wants it to") {
  std::atomic<bool> cancelled = true;
  SessionOptions options;
  options.cancelled = &cancelled;
  const auto plan = loadPlan(productOfOnes(4));
  CHECK(Session::create(plan, options).code() == StatusCode::Interrupted);
  cancelled = false;
  std::unique_ptr<Session> session = makeSession(plan, options);
  const Tensor x = floatTensor({1, 4}, {1, 2, 3, 4});
  CHECK(session->run(Inputs(x).views).ok());
  cancelled = true;
  CHECK(session->run(Inputs(x).views).code() == StatusCode::Interrupted);
  cancelled = false;
  CHECK(session->run(Inputs(x).views).ok());
}

TEST_CASE("limits of control groups of version 2") {
  Root root;
  CHECK_FALSE(root.limits().processors);
  CHECK_FALSE(root.limits().memory);
  root.write("proc/self/cgroup", "0::/user/app\n");
  root.write("sys/fs/cgroup/user/app/cpu.max", "max 100000\n");
  root.write("sys/fs/cgroup/user/app/memory.max", "max\n");
  CHECK_FALSE(root.limits().processors);
  CHECK_FALSE(root.limits().memory);
  root.write("sys/fs/cgroup/user/cpu.max", "150000 100000\n"); // above it
  root.write("sys/fs/cgroup/user/memory.max", "3000000000\n");
  CHECK(root.limits().processors == 1.5);
  CHECK(root.threads() == 1); // two would be stopped for a part of the time
  CHECK(root.limits().memory == 3000000000u);
  root.write("sys/fs/cgroup/user/app/cpu.max", "50000 100000\n");
  root.write("sys/fs/cgroup/user/app/memory.max", "1000000000\n");
  CHECK(root.limits().processors == 0.5);
  CHECK(root.threads() == 1);
  CHECK(root.limits().memory == 1000000000u);
}

TEST_CASE("limits of a container that sees its own group as the root") {
  Root root;
  root.write("proc/self/cgroup", "0::/docker/0123abcd\n");
  root.write("sys/fs/cgroup/cpu.max", "200000 100000\n");
  root.write("sys/fs/cgroup/memory.max", "2147483648\n");
  CHECK(root.limits().processors == 2);
  CHECK(root.threads() == std::min(2, availableThreads()));
  CHECK(root.limits().memory == 2147483648u);
}

TEST_CASE("limits of control groups of version 1") {
  Root root;
  root.write("proc/self/cgroup", "12:memory:/app\n4:cpu,cpuacct:/app\n1:name=systemd:/app\n");
  root.write("sys/fs/cgroup/memory/app/memory.limit_in_bytes", "9223372036854771712\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_quota_us", "-1\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_period_us", "100000\n");
  CHECK_FALSE(root.limits().processors);
  CHECK_FALSE(root.limits().memory);
  root.write("sys/fs/cgroup/memory/app/memory.limit_in_bytes", "536870912\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_quota_us", "250000\n");
  CHECK(root.limits().processors == 2.5);
  CHECK(root.limits().memory == 536870912u);
}
