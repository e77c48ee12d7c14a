//===- StatusTests.cpp - Errors and what kind they are ---------------------===//

#include "Support.h"

#include "quantir/Base/Files.h"
#include "quantir/Runtime/Batched.h"
#include "quantir/Runtime/Calibration.h"
#include "runtime/data/ArrayFile.h"
#include "runtime/data/Execution.h"
#include "runtime/data/ModelInputs.h"
#include "runtime/session/ObserverList.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace quantir;
using namespace quantir::test;

namespace {

/// x [batch, 2] -> relu.
PlanBuilder reluPlan() {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({-1, 2}));
  builder.output(builder.op(plan::UnaryT(), {x}, builder.value("y", TensorSpec::floats({-1, 2}))));
  return builder;
}

} // namespace

TEST_CASE("an error keeps its code on its way out", "[status]") {
  CHECK(Status().ok());
  CHECK(Status().code() == StatusCode::Ok);
  CHECK(Status().withContext("file").ok());
  Status error = Status::unsupported("no").withContext("op 3").withContext("plan");
  CHECK_FALSE(error);
  CHECK(error.code() == StatusCode::Unsupported);
  CHECK(error.message() == "plan: op 3: no");
  CHECK(Status::outOfMemory().code() == StatusCode::OutOfMemory);
  CHECK(Status::outOfMemory().message() == "out of memory");

  Result<int> result = error;
  CHECK_FALSE(result);
  CHECK(result.code() == StatusCode::Unsupported);
  CHECK(result.status().message() == error.message());
  CHECK(std::move(result).status().code() == StatusCode::Unsupported);
  CHECK(Result<int>(7).status().ok());
  CHECK(Result<int>(7).code() == StatusCode::Ok);
  // Which of the two a Result is does not depend on the value's type.
  const Result<std::string> text("text");
  CHECK(*text == "text");
}

TEST_CASE("errors tell what would have to change", "[status]") {
  auto relu = loadPlan(reluPlan());

  SECTION("the call") {
    SessionOptions options;
    options.batch = 0;
    CHECK(Session::create(relu, options).code() == StatusCode::InvalidArgument);
    options.batch = INT32_MAX; // too many elements
    CHECK(Session::create(relu, options).code() == StatusCode::InvalidArgument);
    options.batch = 1;
    options.backend = "no-such";
    CHECK(Session::create(relu, options).code() == StatusCode::InvalidArgument);
    CHECK(makeSession(relu)->run({}).code() == StatusCode::InvalidArgument);
    CHECK(chooseBatch(*loadPlan([] {
            PlanBuilder fixed;
            fixed.output(fixed.input("x", TensorSpec::floats({4, 2})));
            return fixed;
          }()),
                      3, 8)
              .code() == StatusCode::InvalidArgument);
    CHECK(saveArrays("two.npy", {}).code() == StatusCode::InvalidArgument);
    CHECK(writeFile("", "text").code() == StatusCode::InvalidArgument);
  }
  SECTION("the plan") {
    std::vector<uint8_t> file = reluPlan().file();
    file.back() ^= 1;
    CHECK(Plan::fromBuffer(file).code() == StatusCode::InvalidModel);
    PlanBuilder broken = reluPlan();
    broken.graph.tensors[1]->dims = {-1, 3};
    CHECK(broken.load().code() == StatusCode::InvalidModel);
  }
  SECTION("the data") {
    CHECK(ModelInputs::bind({{"x", Array::fromFloats({1, 3}, {1, 2, 3})}}, relu->inputs(), {})
              .code() == StatusCode::InvalidData);
    ObserverList observers;
    numerics::CalibrationState state;
    state.observers["act_0"] = {};
    CHECK(restoreStates(state, *relu, observers).code() == StatusCode::InvalidData);
  }
  SECTION("Quantir") {
    std::vector<uint8_t> file = reluPlan().file();
    file[8] = 99; // the format's version
    CHECK(Plan::fromBuffer(file).code() == StatusCode::Unsupported);
    PlanBuilder elsewhere = reluPlan();
    elsewhere.graph.backend = "another";
    CHECK(Session::create(loadPlan(elsewhere)).code() == StatusCode::Unsupported);
  }
  SECTION("the file") {
    CHECK(Plan::load("/no/such.plan").code() == StatusCode::FileError);
    CHECK(readFile("/no/such.npy").code() == StatusCode::FileError);
    CHECK(loadArrays("/no/such.npy").code() == StatusCode::FileError);
    CHECK(loadCalibrationState("/no/such.json").code() == StatusCode::FileError);
    CHECK(writeFile("/no/such/file", "text").code() == StatusCode::FileError);
  }
  SECTION("the memory") {
    SessionOptions options;
    options.batch = 1000;
    options.memoryLimit = 100;
    PlanBuilder chain;
    int32_t x = chain.input("x", TensorSpec::floats({-1, 2}));
    int32_t y = chain.op(plan::UnaryT(), {x}, chain.value("y", TensorSpec::floats({-1, 2})));
    plan::SoftmaxT softmax;
    softmax.axis = 1;
    chain.output(chain.op(softmax, {y}, chain.value("z", TensorSpec::floats({-1, 2}))));
    CHECK(Session::create(loadPlan(chain), options).code() == StatusCode::OutOfMemory);
  }
}

TEST_CASE("what a caller's function reports comes back as it was", "[status]") {
  Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(loadPlan(reluPlan()));
  REQUIRE(runner);
  Status status =
      (*runner)->run(3, [](int64_t, int64_t, auto) { return Status::interrupted("enough"); }, {});
  CHECK(status.code() == StatusCode::Interrupted);
}

#ifndef NDEBUG
TEST_CASE("taking the wrong half of a Result is an assertion", "[status]") {
  auto signalOf = [](auto misuse) {
    pid_t child = fork();
    if (child == 0) {
      std::signal(SIGABRT, SIG_DFL); // the test framework's handler would report a failure
      (void)freopen("/dev/null", "w", stderr);
      misuse();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  };
  CHECK(signalOf([] { (void)*Result<int>(Status::internal("error")); }) == SIGABRT);
  CHECK(signalOf([] { (void)Result<std::string>(Status::internal("error"))->size(); }) == SIGABRT);
  CHECK(signalOf([] { (void)Result<int>(1).message(); }) == SIGABRT);
  CHECK(signalOf([] { (void)Result<int>(Status()); }) == SIGABRT);
  CHECK(signalOf([] { (void)*Result<int>(1); }) == 0);
}
#endif
