//===- PlanTests.cpp - Loading plan files ----------------------------------===//

#include "Support.h"

#include "runtime/plan/PlanContents.h"

#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace quantir;
using namespace quantir::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

/// x [batch, 2] -> x * weight^T, a plan with a constant and a dynamic batch.
PlanBuilder linearPlan() {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({-1, 2}));
  int32_t weight =
      builder.constant<float>("weight", TensorSpec::floats({3, 2}), {1, 2, 3, 4, 5, 6});
  plan::MatMulT matmul;
  matmul.transpose_b = true;
  builder.output(builder.op(std::move(matmul), {x, weight},
                            builder.value("y", TensorSpec::floats({-1, 3})), "fc"));
  return builder;
}

/// A file that is gone at the end of the test.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::vector<uint8_t> &bytes) {
    static int count = 0;
    path = (std::filesystem::temp_directory_path() /
            ("quantir-plan-test-" + std::to_string(getpid()) + "-" + std::to_string(count++)))
               .string();
    std::ofstream stream(path, std::ios::binary);
    stream.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::string path;
};

std::string errorOfFile(const std::vector<uint8_t> &bytes) {
  Result<std::shared_ptr<const Plan>> plan = Plan::fromBuffer(bytes, "m.plan");
  REQUIRE_FALSE(plan);
  return plan.message();
}

} // namespace

TEST_CASE("a plan tells what it holds") {
  PlanBuilder builder = linearPlan();
  builder.graph.summary = "{}";
  builder.graph.preprocessing = std::make_unique<quantir::plan::PreprocessingT>();
  builder.graph.preprocessing->mean = {0.5f};
  builder.graph.preprocessing->std = {0.25f};
  TemporaryFile file(builder.file());
  Result<std::shared_ptr<const Plan>> loaded = Plan::load(file.path);
  REQUIRE(loaded);
  const Plan &plan = **loaded;
  CHECK(plan.path() == file.path);
  CHECK(plan.fileSize() == std::filesystem::file_size(file.path));
  CHECK(plan.constantBytes() == 24);
  CHECK(plan.producer() == "test");
  CHECK(plan.stage() == "lowered");
  CHECK(plan.backend() == "reference");
  CHECK(plan.summary() == "{}");
  CHECK(plan.hasDynamicBatch());
  REQUIRE(plan.inputs().size() == 1);
  CHECK(plan.inputs()[0].name == "x");
  CHECK(plan.inputs()[0].dims == Dims{-1, 2});
  CHECK_FALSE(plan.inputs()[0].quant);
  REQUIRE(plan.outputs().size() == 1);
  CHECK(plan.outputs()[0].name == "y");
  REQUIRE(plan.ops().size() == 1);
  CHECK(plan.ops()[0].name == "fc");
  CHECK(plan.ops()[0].kind == "MatMul");
  CHECK(plan.ops()[0].backend == "reference");
  REQUIRE(plan.preprocessing());
  CHECK(plan.preprocessing()->mean == std::vector<float>{0.5f});
  CHECK(plan.preprocessing()->std == std::vector<float>{0.25f});
}

TEST_CASE("constants are aligned wherever the plan comes from") {
  TemporaryFile file(linearPlan().file());
  Result<std::shared_ptr<const Plan>> mapped = Plan::load(file.path);
  REQUIRE(mapped);
  CHECK(reinterpret_cast<uintptr_t>(contentsOf(**mapped).constants) % 64 == 0);
  CHECK(reinterpret_cast<uintptr_t>(contentsOf(*loadPlan(linearPlan())).constants) % 64 == 0);
}

TEST_CASE("a plan that is read into memory does not mind what happens to its file") {
  const std::vector<uint8_t> good = linearPlan().file();
  TemporaryFile file(good);
  Result<std::shared_ptr<const Plan>> copied = Plan::load(file.path, {.copy = true});
  Result<std::shared_ptr<const Plan>> mapped = Plan::load(file.path);
  REQUIRE(copied);
  REQUIRE(mapped);
  const std::vector<uint8_t> constants(contentsOf(**copied).constants,
                                       contentsOf(**copied).constants + (*copied)->constantBytes());
  const std::string name = (*mapped)->inputs()[0].name;
  { // in place, as cp does
    std::fstream stream(file.path, std::ios::in | std::ios::out | std::ios::binary);
    stream << std::string(good.size(), 'x');
  }
  CHECK(std::equal(constants.begin(), constants.end(), contentsOf(**copied).constants));
  // What was checked of a mapped plan stays as well.
  CHECK(graphOf(**mapped).tensors()->Get(0)->name()->str() == name);
  std::filesystem::resize_file(file.path, 0);
  CHECK(std::equal(constants.begin(), constants.end(), contentsOf(**copied).constants));
}

TEST_CASE("a plan in memory stays there") {
  const std::vector<uint8_t> file = linearPlan().file();
  auto owner = std::make_shared<AlignedBuffer>(file.size() + 64);
  for (size_t offset : {0, 8}) {
    std::memcpy(owner->data() + offset, file.data(), file.size());
    std::weak_ptr<AlignedBuffer> watched = owner;
    std::span<const uint8_t> bytes(owner->data() + offset, file.size());
    Result<std::shared_ptr<const Plan>> plan = Plan::fromMemory(bytes, owner, "m.plan");
    REQUIRE(plan);
    CHECK((*plan)->path() == "m.plan");
    const uint8_t *constants = contentsOf(**plan).constants;
    CHECK((constants > owner->data() && constants < owner->data() + owner->size()) ==
          (offset == 0)); // constants have to be aligned
  }
}

TEST_CASE("an empty plan is a plan") {
  std::shared_ptr<const Plan> plan = loadPlan(PlanBuilder());
  CHECK(plan->inputs().empty());
  CHECK(plan->ops().empty());
  CHECK_FALSE(plan->hasDynamicBatch());
}

TEST_CASE("files that cannot be read are errors") {
  Result<std::shared_ptr<const Plan>> plan = Plan::load("/does/not/exist.plan");
  REQUIRE_FALSE(plan);
  CHECK(plan.code() == StatusCode::FileError);
  CHECK(plan.message() ==
        "cannot open '/does/not/exist.plan': No such file or directory; check the "
        "spelling of the path");
  plan = Plan::load("/");
  REQUIRE_FALSE(plan);
  CHECK(plan.message() == "cannot read '/': it is a directory; name a file in it");
  plan = Plan::load("/dev/zero");
  REQUIRE_FALSE(plan);
  CHECK(plan.message() == "cannot read '/dev/zero': it is a device; name a file or a pipe");
  TemporaryFile empty({});
  plan = Plan::load(empty.path);
  REQUIRE_FALSE(plan);
  CHECK_THAT(plan.message(), ContainsSubstring("not a plan file"));
}

TEST_CASE("a plan cut off anywhere is refused") {
  std::vector<uint8_t> file = linearPlan().file();
  for (size_t size = 0; size < file.size(); ++size) {
    std::string error = errorOfFile({file.begin(), file.begin() + size});
    CHECK_THAT(error, StartsWith("plan 'm.plan': "));
    if (size >= 8)
      CHECK_THAT(error, ContainsSubstring("cut off"));
  }
  std::vector<uint8_t> longer = file;
  longer.push_back(0);
  CHECK_THAT(errorOfFile(longer), ContainsSubstring("cut off or damaged"));
}

TEST_CASE("a plan with any bit changed is refused") {
  std::vector<uint8_t> file = linearPlan().file();
  for (size_t i = 0; i < file.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      file[i] ^= 1 << bit;
      CHECK_THAT(errorOfFile(file), StartsWith("plan 'm.plan': "));
      file[i] ^= 1 << bit;
    }
  CHECK(Plan::fromBuffer(file).ok());
}

TEST_CASE("a plan of another version says so and what to do") {
  std::vector<uint8_t> file = linearPlan().file();
  file[8] = 99;
  CHECK(errorOfFile(file) == "plan 'm.plan': expected plan format version 1, but got 99; make the "
                             "plan again with this version of Quantir");
}

TEST_CASE("damage is told from other files") {
  std::vector<uint8_t> file = linearPlan().file();
  file[file.size() - 1] ^= 1;
  CHECK(errorOfFile(file) ==
        "plan 'm.plan': the file is damaged: its checksum does not match; copy "
        "it again or make the plan again");
  file[0] = 'x';
  CHECK_THAT(errorOfFile(file), ContainsSubstring("not a plan file"));
}

TEST_CASE("sections that do not fit the file are refused though the checksum matches") {
  std::vector<uint8_t> graph(100, 0x55);
  CHECK_THAT(errorOfFile(assemblePlanFile(graph, {})),
             ContainsSubstring("the graph is not well-formed"));
  CHECK_THAT(errorOfFile(assemblePlanFile({}, {})),
             EndsWith("make the plan again with this version of Quantir"));
}
