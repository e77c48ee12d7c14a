//===- SharedCommands.cpp - run, eval, bench, inspect ---------------------===//

#include "quantir/Base/Outputs.h"
#include "runtime/commands/Bench.h"
#include "runtime/commands/CommandLine.h"

#include <fmt/format.h>

using namespace quantir;
using namespace quantir::runtime;

namespace {

constexpr const char *inputHelp =
    "Samples, .npy or .npz: float32 in the model's layout, or uint8 images [N, H, W, C]";

/// FILE and how to run it; every command has these.
struct FileOptions {
  std::string file;
  PlanLoadOptions plan;
  ExecutionOptions execution;

  void add(CLI::App &app, const FileLoader &loader) {
    app.add_option("FILE", file, loader.help)->required()->type_name("");
    if (loader.addOptions)
      loader.addOptions(app);
    addExecutionOptions(app, execution);
    addPlanOptions(app, plan);
  }
  Result<PlanPtr> load(const FileLoader &loader) const {
    return loader.load(file, execution.backend, plan);
  }
  /// Finds out before the work what cannot be written, or would take the place of what is read.
  Status checkPaths(const FileLoader &loader, const std::vector<NamedPath> &outputs,
                    std::vector<NamedPath> inputs) const {
    inputs.push_back({"FILE", file});
    return checkOutputs(outputs, inputs, [&] {
      return loader.companions ? loader.companions(file) : std::vector<std::string>();
    });
  }
};

void addDataOptions(CLI::App &app, DataOptions &data, bool required) {
  app.add_option("--input", data.path, inputHelp)->required(required)->type_name("DATA");
  addPreprocessingOptions(app, data.preprocessing);
}

std::string topOneLine(const EvalResult &result) {
  return fmt::format("top1 {:.2f}% ({}/{})\n", result.top1(), result.correct, result.samples);
}

Status runBench(PlanPtr plan, const BenchOptions &options, bool json) {
  Result<BenchResult> result = benchPlan(plan, options);
  if (!result)
    return result.status();
  fmt::print("{}", json ? benchJson(*plan, *result) : formatBench(*plan, *result));
  return Status();
}

Status runEval(PlanPtr plan, const EvalOptions &options) {
  Result<EvalResult> result = evaluatePlan(std::move(plan), options);
  if (!result)
    return result.status();
  fmt::print("{}", topOneLine(*result));
  return Status();
}

void addBenchOptions(CLI::App &app, BenchOptions &options, bool &json) {
  app.add_option("--seconds", options.seconds,
                 fmt::format("How many seconds to measure (default: {})", options.seconds))
      ->type_name("S")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_flag("--profile", options.profile, "Also print the time of each kernel");
  app.add_flag("--json", json, "Print JSON");
}

} // namespace

void quantir::runtime::addRunCommand(CommandLine &line, const FileLoader &loader) {
  struct State : FileOptions {
    RunOptions options;
  };
  auto state = std::make_shared<State>();
  CLI::App &app = line.addCommand("run", "Run a model and write its outputs as float32", [=] {
    state->options.execution = state->execution;
    QUANTIR_RETURN_IF_ERROR(state->checkPaths(loader, {{"--output", state->options.output}},
                                              {{"--input", state->options.data.path}}));
    Result<PlanPtr> plan = state->load(loader);
    return plan ? runPlan(*plan, state->options) : plan.status();
  });
  state->add(app, loader);
  addDataOptions(app, state->options.data, /*required=*/true);
  app.add_option("--output", state->options.output,
                 "File for the outputs: .npy, or .npz if there are several")
      ->required()
      ->type_name("FILE");
}

void quantir::runtime::addEvalCommand(CommandLine &line, const FileLoader &loader) {
  struct State : FileOptions {
    EvalOptions options;
  };
  auto state = std::make_shared<State>();
  CLI::App &app = line.addCommand("eval", "Measure the top-1 accuracy of a classifier", [=] {
    state->options.execution = state->execution;
    Result<PlanPtr> plan = state->load(loader);
    return plan ? runEval(*plan, state->options) : plan.status();
  });
  state->add(app, loader);
  addDataOptions(app, state->options.data, /*required=*/true);
  app.add_option("--labels", state->options.labels, "Class labels, .npy: one integer per sample")
      ->required()
      ->type_name("FILE");
  app.add_option("--output-name", state->options.output,
                 "Output that holds the class scores, if there are several")
      ->type_name("NAME");
}

void quantir::runtime::addBenchCommand(CommandLine &line, const FileLoader &loader) {
  struct State : FileOptions {
    BenchOptions options;
    bool json = false;
  };
  auto state = std::make_shared<State>();
  CLI::App &app = line.addCommand("bench", "Measure the latency and throughput of a model", [=] {
    state->options.execution = state->execution;
    Result<PlanPtr> plan = state->load(loader);
    return plan ? runBench(*plan, state->options, state->json) : plan.status();
  });
  state->add(app, loader);
  addDataOptions(app, state->options.data, /*required=*/false);
  addBenchOptions(app, state->options, state->json);
}

void quantir::runtime::addInspectCommand(CommandLine &line, const FileLoader &loader) {
  struct State {
    std::string file;
    InspectOptions options;
  };
  auto state = std::make_shared<State>();
  CLI::App &app = line.addCommand("inspect", "Print what a model or plan consists of", [=] {
    Result<PlanPtr> plan = loader.load(state->file, "", {});
    return plan ? inspectPlan(**plan, state->options) : plan.status();
  });
  app.add_option("FILE", state->file, loader.help)->required()->type_name("");
  if (loader.addOptions)
    loader.addOptions(app);
  app.add_flag("--ops", state->options.listOps, "List every kernel");
  app.add_flag("--json", state->options.json, "Print JSON");
}

//===----------------------------------------------------------------------===//
// qrun
//===----------------------------------------------------------------------===//

int quantir::runtime::runQrun(int argc, const char *const *argv) {
  struct State : FileOptions {
    DataOptions data;
    std::string output, labels, outputName, states, recordings;
    BenchOptions bench;
    InspectOptions inspect;
    int workers = 0;
    bool runBench = false, runInspect = false, json = false;
  } state;
  CommandLine line("qrun",
                   "Run, evaluate, calibrate, benchmark or inspect a Quantir plan: give one of "
                   "--output, --labels, --calibrate, --bench and --inspect.");
  FileLoader loader{"Plan file",
                    [](const std::string &path, const std::string &,
                       const PlanLoadOptions &options) { return Plan::load(path, options); }};
  CLI::App &app = line.app();
  state.add(app, loader);
  addDataOptions(app, state.data, /*required=*/false);
  std::vector<CLI::Option *> actions = {
      app.add_option("--output", state.output,
                     "Run, and write the outputs as float32: .npy, or .npz if there are several")
          ->type_name("FILE"),
      app.add_option("--labels", state.labels, "Evaluate against these class labels, .npy")
          ->type_name("FILE"),
      app.add_option("--calibrate", state.states,
                     "Run a prepared plan, and write its observers' states to this state file")
          ->type_name("FILE"),
      app.add_flag("--bench", state.runBench, "Measure latency and throughput"),
      app.add_flag("--inspect", state.runInspect, "Print what the plan consists of")};
  for (size_t i = 0; i < actions.size(); ++i) {
    for (size_t j = 0; j < i; ++j)
      actions[i]->excludes(actions[j]);
  }
  for (size_t i = 0; i < 3; ++i)
    actions[i]->needs(app.get_option("--input"));
  app.add_option("--output-name", state.outputName,
                 "With --labels: output that holds the class scores")
      ->type_name("NAME");
  app.add_option("--recordings", state.recordings,
                 "With --calibrate: write the tensors that recording observers kept, as .npz")
      ->type_name("FILE")
      ->needs(app.get_option("--calibrate"));
  addWorkersOption(app, state.workers)->needs(app.get_option("--calibrate"));
  addBenchOptions(app, state.bench, state.json);
  app.add_flag("--ops", state.inspect.listOps, "With --inspect: list every kernel");

  line.setAction([&]() -> Status {
    bool chosen = false;
    for (const CLI::Option *action : actions)
      chosen |= action->count() > 0;
    if (!chosen)
      throw CLI::RequiredError("One of --output, --labels, --calibrate, --bench and --inspect");
    QUANTIR_RETURN_IF_ERROR(
        state.checkPaths(loader,
                         {{"--output", state.output},
                          {"--calibrate", state.states},
                          {"--recordings", state.recordings}},
                         {{"--input", state.data.path}, {"--labels", state.labels}}));
    Result<PlanPtr> plan = state.load(loader);
    if (!plan)
      return plan.status();
    if (!state.output.empty())
      return runPlan(*plan, {state.execution, state.data, state.output});
    if (!state.labels.empty())
      return runEval(*plan, {state.execution, state.data, state.labels, state.outputName});
    if (!state.states.empty())
      return calibratePlan(
          *plan, {state.execution, state.data, state.states, state.recordings, state.workers});
    if (state.runBench) {
      state.bench.execution = state.execution;
      state.bench.data = state.data;
      return runBench(*plan, state.bench, state.json);
    }
    state.inspect.json = state.json;
    return inspectPlan(**plan, state.inspect);
  });
  return line.run(argc, argv);
}
