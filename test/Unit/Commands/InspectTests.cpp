//===- InspectTests.cpp - What inspect prints -----------------------------===//

#include "runtime/commands/Commands.h"
#include "test/Support/PlanBuilder.h"

#include <nlohmann/json.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdio>
#include <unistd.h>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::test;
using Catch::Matchers::ContainsSubstring;

/// What inspecting a plan with this summary prints.
static std::string inspect(std::string summary, bool json) {
  PlanBuilder builder;
  builder.graph.summary = std::move(summary);
  Result<std::shared_ptr<const Plan>> plan = builder.load();
  REQUIRE(plan);
  std::fflush(stdout);
  std::FILE *file = std::tmpfile();
  const int saved = ::dup(STDOUT_FILENO);
  ::dup2(::fileno(file), STDOUT_FILENO);
  Status status = inspectPlan(**plan, {.listOps = false, .json = json});
  std::fflush(stdout);
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  REQUIRE(status);
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file))
    text += char(c);
  std::fclose(file);
  return text;
}

TEST_CASE("a plan's summary is shown") {
  const std::string summary = R"({"text": "two ops\n", "more": [1, 2]})";
  CHECK_THAT(inspect(summary, false), ContainsSubstring("\ntwo ops\n"));
  CHECK(nlohmann::json::parse(inspect(summary, true))["summary"] == nlohmann::json::parse(summary));
  CHECK(nlohmann::json::parse(inspect("", true))["summary"].is_null());
}

TEST_CASE("a summary that cannot be read is said to be so") {
  const std::string nested = std::string(200000, '[') + std::string(200000, ']');
  for (const auto &[summary, error] : {std::pair<std::string, std::string>{nested, "nested more"},
                                       {"{\"a\": " + nested + "}", "nested more than 64 deep"},
                                       {"{\"a\": 1e999}", "number overflow"},
                                       {"[1]", "expected an object"},
                                       {"nonsense", "not valid JSON"}}) {
    nlohmann::json json = nlohmann::json::parse(inspect(summary, true));
    CHECK(json["summary"].is_null());
    CHECK_THAT(json["summary_error"].get<std::string>(), ContainsSubstring(error));
    CHECK_THAT(inspect(summary, false), ContainsSubstring("summary     cannot be shown: "));
  }
}
