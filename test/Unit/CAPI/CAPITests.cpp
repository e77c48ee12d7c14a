//===- CAPITests.cpp - Running plans from C --------------------------------===//

#include "UsedFromC.h"

#include "quantir/Runtime/CAPI.h"
#include "test/Support/PlanBuilder.h"
#include "test/Support/Sanitizers.h"
#include "test/Unit/Runtime/AllocationCount.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <unistd.h>

using namespace quantir;
using namespace quantir::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

using PlanHandle = std::unique_ptr<quantir_plan, decltype(&quantir_plan_free)>;
using SessionHandle = std::unique_ptr<quantir_session, decltype(&quantir_session_free)>;

/// x [batch, 2] -> y [batch, 3], by the weight {1, 2, 3, 4, 5, 6}.
std::vector<uint8_t> linearPlan() {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({-1, 2}));
  int32_t weight =
      builder.constant<float>("weight", TensorSpec::floats({3, 2}), {1, 2, 3, 4, 5, 6});
  plan::MatMulT matmul;
  matmul.transpose_b = true;
  builder.output(builder.op(std::move(matmul), {x, weight},
                            builder.value("y", TensorSpec::floats({-1, 3})), "fc"));
  return builder.file();
}

/// x [2, 2] -> x * w -> x * w * w, with a value in between that needs memory of its own.
std::vector<uint8_t> twoStepPlan() {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({2, 2}));
  int32_t w = builder.constant<float>("w", TensorSpec::floats({2, 2}), {1, 2, 3, 4});
  int32_t y =
      builder.op(plan::MatMulT(), {x, w}, builder.value("y", TensorSpec::floats({2, 2})), "first");
  builder.output(builder.op(plan::MatMulT(), {y, w}, builder.value("z", TensorSpec::floats({2, 2})),
                            "second"));
  return builder.file();
}

/// Codes [size] -> floats [size].
std::vector<uint8_t> dequantizingPlan(int64_t size) {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::codes(DType::UInt8, {size}, 0.5f, 10));
  builder.output(
      builder.op(plan::DequantizeT(), {x}, builder.value("y", TensorSpec::floats({size}))));
  return builder.file();
}

PlanHandle load(const std::vector<uint8_t> &file) {
  quantir_plan *plan = nullptr;
  REQUIRE(quantir_plan_load_memory(file.data(), file.size(), QUANTIR_PLAN_COPY, &plan) ==
          QUANTIR_OK);
  REQUIRE(plan);
  return {plan, quantir_plan_free};
}

SessionHandle open(const PlanHandle &plan, const quantir_session_options *options = nullptr) {
  quantir_session *session = nullptr;
  INFO(quantir_error_message());
  REQUIRE(quantir_session_create(plan.get(), options, &session) == QUANTIR_OK);
  REQUIRE(session);
  return {session, quantir_session_free};
}

quantir_code run(const SessionHandle &session, const std::vector<quantir_const_buffer> &inputs,
                 const std::vector<quantir_buffer> &outputs) {
  return quantir_session_run(session.get(), inputs.data(), inputs.size(), outputs.data(),
                             outputs.size());
}

/// The message of a call that fails with `code`.
std::string errorOf(quantir_code returned, quantir_code code) {
  CHECK(returned == code);
  return quantir_error_message();
}

} // namespace

TEST_CASE("a C program runs a plan") {
  const std::vector<uint8_t> file = linearPlan();
  std::array<float, 6> results{};
  CHECK(runFromC(file.data(), file.size(), results.data()) == QUANTIR_OK);
  CHECK(results == std::array<float, 6>{1, 3, 5, 2, 4, 6});
}

TEST_CASE("names and versions") {
  CHECK(std::string(quantir_version()) == QUANTIR_VERSION);
  CHECK(quantir_plan_format_version() == runtime::planFormatVersion);
  CHECK(std::string(quantir_code_name(QUANTIR_OK)) == "ok");
  CHECK(std::string(quantir_code_name(QUANTIR_INTERNAL)) == "internal error");
  for (int code : {-1, 9, 256})
    CHECK(std::string(quantir_code_name(code)) == "unknown");
  CHECK(quantir_dtype_size(QUANTIR_FLOAT32) == 4);
  CHECK(quantir_dtype_size(QUANTIR_UINT8) == 1);
  CHECK(quantir_dtype_size(QUANTIR_INT64) == 8);
  CHECK(quantir_dtype_size(5) == 0);
  REQUIRE(quantir_backend_count() >= 2);
  CHECK(std::string(quantir_backend_name(0)) == "reference");
  CHECK(std::string(quantir_backend_name(1)) == "native");
  CHECK(quantir_backend_name(quantir_backend_count()) == nullptr);
}

TEST_CASE("a plan says what it takes and gives") {
  PlanHandle plan = load(linearPlan());
  CHECK(quantir_plan_input_count(plan.get()) == 1);
  CHECK(quantir_plan_output_count(plan.get()) == 1);
  CHECK(quantir_plan_has_dynamic_batch(plan.get()) == 1);
  quantir_tensor_info info;
  REQUIRE(quantir_plan_output(plan.get(), 0, &info) == QUANTIR_OK);
  CHECK(std::string(info.name) == "y");
  CHECK(info.dtype == QUANTIR_FLOAT32);
  REQUIRE(info.rank == 2);
  CHECK(info.dims[0] == -1);
  CHECK(info.dims[1] == 3);
  CHECK(info.bytes == 0); // the batch is open
  CHECK(info.quant_count == 0);
  CHECK(info.scales == nullptr);

  plan = load(dequantizingPlan(2));
  CHECK(quantir_plan_has_dynamic_batch(plan.get()) == 0);
  REQUIRE(quantir_plan_input(plan.get(), 0, &info) == QUANTIR_OK);
  CHECK(info.dtype == QUANTIR_UINT8);
  CHECK(info.bytes == 2);
  REQUIRE(info.quant_count == 1);
  CHECK(info.scales[0] == 0.5f);
  CHECK(info.zero_points[0] == 10);
  CHECK(info.quant_axis == -1);
  CHECK(info.quant_min == 0);
  CHECK(info.quant_max == 255);
}

TEST_CASE("a session has the shapes of its batch, and its plan may be freed") {
  PlanHandle plan = load(linearPlan());
  quantir_session_options options = QUANTIR_SESSION_OPTIONS_INIT;
  options.batch = 2;
  options.threads = 1;
  options.backend = "reference";
  SessionHandle session = open(plan, &options);
  SessionHandle other = open(plan);
  plan.reset();
  CHECK(quantir_session_batch(session.get()) == 2);
  CHECK(quantir_session_batch(other.get()) == 1);
  CHECK(quantir_session_threads(session.get()) == 1);
  CHECK(quantir_session_note_count(session.get()) == 0);
  CHECK(quantir_session_note(session.get(), 0) == nullptr);
  CHECK(quantir_session_input_count(session.get()) == 1);
  CHECK(quantir_session_output_count(session.get()) == 1);
  quantir_tensor_info info;
  REQUIRE(quantir_session_output(session.get(), 0, &info) == QUANTIR_OK);
  CHECK(info.dims[0] == 2);
  CHECK(info.bytes == 24);
  const std::array<float, 2> x = {1, 10};
  std::array<float, 3> y{};
  REQUIRE(run(other, {{x.data(), sizeof(x)}}, {{y.data(), sizeof(y)}}) == QUANTIR_OK);
  CHECK(y == std::array<float, 3>{21, 43, 65});
}

TEST_CASE("a run allocates nothing") {
  PlanHandle plan = load(linearPlan());
  [[maybe_unused]] const size_t beforeCreation = allocationCount();
  SessionHandle session = open(plan);
#ifndef QUANTIR_SANITIZED
  CHECK(allocationCount() > beforeCreation); // what the library allocates is counted
#endif
  const std::array<float, 2> x = {1, 10};
  std::array<float, 3> y{};
  const std::vector<quantir_const_buffer> inputs = {{x.data(), sizeof(x)}};
  const std::vector<quantir_buffer> outputs = {{y.data(), sizeof(y)}};
  REQUIRE(run(session, inputs, outputs) == QUANTIR_OK);
  const size_t before = allocationCount();
  const quantir_code code = run(session, inputs, outputs);
  const size_t after = allocationCount();
  CHECK(code == QUANTIR_OK);
  CHECK(after == before);
}

TEST_CASE("a plan is copied or used where it is") {
  const std::vector<uint8_t> file = linearPlan();
  AlignedBuffer memory(file.size());
  auto resultWith = [&](uint32_t flags) {
    std::ranges::copy(file, memory.data());
    quantir_plan *plan = nullptr;
    REQUIRE(quantir_plan_load_memory(memory.data(), file.size(), flags, &plan) == QUANTIR_OK);
    std::ranges::fill(std::span(memory.data(), file.size()), uint8_t(0));
    SessionHandle session = open({plan, quantir_plan_free});
    const std::array<float, 2> x = {1, 10};
    std::array<float, 3> y{};
    CHECK(run(session, {{x.data(), sizeof(x)}}, {{y.data(), sizeof(y)}}) == QUANTIR_OK);
    return y[0];
  };
  CHECK(resultWith(QUANTIR_PLAN_COPY) == 21);
  CHECK(resultWith(0) == 0); // the weights that were overwritten
}

TEST_CASE("a plan is loaded from a file") {
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("quantir-c-test-" + std::to_string(getpid()) + ".plan"))
                               .string();
  const std::vector<uint8_t> file = linearPlan();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char *>(file.data()), std::streamsize(file.size()));
  for (uint32_t flags : {0, int(QUANTIR_PLAN_COPY)}) {
    quantir_plan *plan = nullptr;
    CHECK(quantir_plan_load(path.c_str(), flags, &plan) == QUANTIR_OK);
    CHECK(quantir_plan_input_count(plan) == 1);
    quantir_plan_free(plan);
  }
  std::filesystem::remove(path);
  quantir_plan *plan = nullptr;
  CHECK_THAT(errorOf(quantir_plan_load(path.c_str(), 0, &plan), QUANTIR_FILE_ERROR),
             ContainsSubstring(path));
  CHECK(plan == nullptr);
}

TEST_CASE("what is no plan is an error") {
  std::vector<uint8_t> file = linearPlan();
  file[file.size() / 2] ^= 1;
  quantir_plan *plan = nullptr;
  CHECK_THAT(
      errorOf(quantir_plan_load_memory(file.data(), file.size(), 0, &plan), QUANTIR_INVALID_MODEL),
      StartsWith("plan '<memory>': "));
  CHECK(errorOf(quantir_plan_load_memory(file.data(), 0, 0, &plan), QUANTIR_INVALID_MODEL) != "");
  CHECK(plan == nullptr);
}

TEST_CASE("NULL is an error, or nothing") {
  PlanHandle plan = load(linearPlan());
  SessionHandle session = open(plan);
  quantir_plan *newPlan = nullptr;
  quantir_session *newSession = nullptr;
  quantir_tensor_info info;
  auto expectNull = [](quantir_code code, const std::string &what) {
    CHECK(errorOf(code, QUANTIR_INVALID_ARGUMENT) == "expected " + what + ", but got NULL");
  };
  expectNull(quantir_plan_load(nullptr, 0, &newPlan), "a path");
  expectNull(quantir_plan_load("x", 0, nullptr), "a place for the plan");
  expectNull(quantir_plan_load_memory(nullptr, 5, 0, &newPlan), "the bytes of a plan");
  expectNull(quantir_plan_load_memory("x", 1, 0, nullptr), "a place for the plan");
  expectNull(quantir_plan_input(nullptr, 0, &info), "a plan");
  expectNull(quantir_plan_output(nullptr, 0, &info), "a plan");
  expectNull(quantir_plan_input(plan.get(), 0, nullptr), "an info");
  expectNull(quantir_session_create(nullptr, nullptr, &newSession), "a plan");
  expectNull(quantir_session_create(plan.get(), nullptr, nullptr), "a place for the session");
  expectNull(quantir_session_input(nullptr, 0, &info), "a session");
  expectNull(quantir_session_output(nullptr, 0, &info), "a session");
  expectNull(quantir_session_output(session.get(), 0, nullptr), "an info");
  expectNull(quantir_session_run(nullptr, nullptr, 0, nullptr, 0), "a session");
  expectNull(quantir_session_run(session.get(), nullptr, 1, nullptr, 1), "an array of buffers");
  expectNull(quantir_session_cancel(nullptr, 1), "a session");
  quantir_plan_free(nullptr);
  quantir_session_free(nullptr);
  CHECK(quantir_plan_input_count(nullptr) == 0);
  CHECK(quantir_plan_output_count(nullptr) == 0);
  CHECK(quantir_plan_has_dynamic_batch(nullptr) == 0);
  CHECK(quantir_session_input_count(nullptr) == 0);
  CHECK(quantir_session_output_count(nullptr) == 0);
  CHECK(quantir_session_batch(nullptr) == 0);
  CHECK(quantir_session_threads(nullptr) == 0);
  CHECK(quantir_session_note_count(nullptr) == 0);
  CHECK(quantir_session_note(nullptr, 0) == nullptr);
}

TEST_CASE("indices and flags out of range are errors") {
  PlanHandle plan = load(linearPlan());
  SessionHandle session = open(plan);
  quantir_tensor_info info;
  CHECK(errorOf(quantir_plan_input(plan.get(), 1, &info), QUANTIR_INVALID_ARGUMENT) ==
        "expected the index of one of 1 input, but got 1");
  CHECK(errorOf(quantir_session_output(session.get(), 7, &info), QUANTIR_INVALID_ARGUMENT) ==
        "expected the index of one of 1 output, but got 7");
  quantir_plan *newPlan = nullptr;
  CHECK(errorOf(quantir_plan_load("x", 2, &newPlan), QUANTIR_INVALID_ARGUMENT) ==
        "expected flags of 0 or QUANTIR_PLAN_COPY, but got 2");
}

TEST_CASE("wrong options are errors") {
  PlanHandle plan = load(linearPlan());
  quantir_session *session = nullptr;
  auto errorWith = [&](auto change, quantir_code code = QUANTIR_INVALID_ARGUMENT) {
    quantir_session_options options = QUANTIR_SESSION_OPTIONS_INIT;
    change(options);
    return errorOf(quantir_session_create(plan.get(), &options, &session), code);
  };
  CHECK_THAT(errorWith([](auto &options) { options.struct_size = 0; }),
             ContainsSubstring("QUANTIR_SESSION_OPTIONS_INIT"));
  CHECK_THAT(errorWith([](auto &options) { options.threads = -1; }),
             ContainsSubstring("threads, but got -1"));
  CHECK_THAT(errorWith([](auto &options) { options.batch = -3; }),
             ContainsSubstring("a batch of 1 to"));
  CHECK_THAT(errorWith([](auto &options) { options.backend = "natve"; }),
             ContainsSubstring("did you mean 'native'?"));
  plan = load(twoStepPlan());
  CHECK(errorWith([](auto &options) { options.memory_limit = 1; }, QUANTIR_OUT_OF_MEMORY) != "");
  CHECK(session == nullptr);
}

TEST_CASE("wrong buffers are errors, after which the session runs") {
  SessionHandle session = open(load(linearPlan()));
  const std::array<float, 2> x = {1, 10};
  std::array<float, 4> y{};
  const quantir_const_buffer input = {x.data(), 8};
  const quantir_buffer output = {y.data(), 12};
  CHECK(errorOf(run(session, {}, {output}), QUANTIR_INVALID_ARGUMENT) ==
        "expected 1 input, but got 0");
  CHECK(errorOf(run(session, {input}, {output, output}), QUANTIR_INVALID_ARGUMENT) ==
        "expected 1 output, but got 2");
  CHECK(errorOf(run(session, {{x.data(), 4}}, {output}), QUANTIR_INVALID_ARGUMENT) ==
        "input 'x': expected 8 bytes, but got 4");
  CHECK(errorOf(run(session, {input}, {{y.data(), 16}}), QUANTIR_INVALID_ARGUMENT) ==
        "output 'y': expected 12 bytes, but got 16");
  CHECK_THAT(errorOf(run(session, {{nullptr, 8}}, {output}), QUANTIR_INVALID_ARGUMENT),
             ContainsSubstring("expected data, but got null"));
  CHECK_THAT(errorOf(run(session, {{y.data() + 1, 8}}, {output}), QUANTIR_INVALID_ARGUMENT),
             ContainsSubstring("overlaps"));
  CHECK_THAT(errorOf(run(session, {{reinterpret_cast<const char *>(y.data()) + 1, 8}}, {output}),
                     QUANTIR_INVALID_ARGUMENT),
             ContainsSubstring("aligned to 4 bytes"));
  CHECK(run(session, {input}, {output}) == QUANTIR_OK);
  CHECK(y == std::array<float, 4>{21, 43, 65, 0});
}

TEST_CASE("a session can be interrupted") {
  SessionHandle session = open(load(linearPlan()));
  const std::array<float, 2> x = {1, 10};
  std::array<float, 3> y{};
  REQUIRE(quantir_session_cancel(session.get(), 1) == QUANTIR_OK);
  CHECK_THAT(
      errorOf(run(session, {{x.data(), sizeof(x)}}, {{y.data(), sizeof(y)}}), QUANTIR_INTERRUPTED),
      ContainsSubstring("quantir_session_cancel"));
  REQUIRE(quantir_session_cancel(session.get(), 0) == QUANTIR_OK);
  CHECK(run(session, {{x.data(), sizeof(x)}}, {{y.data(), sizeof(y)}}) == QUANTIR_OK);
}

TEST_CASE("two threads cannot run one session at a time") {
  constexpr int64_t size = 1 << 20;
  SessionHandle session = open(load(dequantizingPlan(size)));
  std::atomic<bool> isRefused = false;
  auto runUntilRefused = [&] {
    const std::vector<uint8_t> x(size, 12);
    std::vector<float> y(size);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!isRefused && std::chrono::steady_clock::now() < end)
      if (run(session, {{x.data(), x.size()}}, {{y.data(), y.size() * sizeof(float)}}) !=
          QUANTIR_OK)
        isRefused = std::string(quantir_error_message()).starts_with("the session runs in another");
  };
  std::thread other(runUntilRefused);
  runUntilRefused();
  other.join();
  CHECK(isRefused);
}

TEST_CASE("each thread has its own message") {
  CHECK(quantir_session_cancel(nullptr, 1) == QUANTIR_INVALID_ARGUMENT);
  std::string ofOther = "none";
  std::thread([&] { ofOther = quantir_error_message(); }).join();
  CHECK(ofOther == "");
  CHECK(quantir_error_message() != std::string());
}
