//===- Flags.cpp - The flags of a command as a table ----------------------===//

#include "Flags.h"

#include <algorithm>
#include <cassert>
#include <string_view>

using namespace quantir;

FlagTarget quantir::setTo(bool &value, bool set) {
  return {[&value, set](CLI::App &app, const char *name, const char *help) {
    return app.add_flag_callback(name, [&value, set] { value = set; }, help);
  }};
}

using Read = std::function<Status(const std::string &)>;

static void readFlag(const Read &read, const std::string &name, const std::string &text) {
  if (Status status = read(text); !status)
    throw CLI::ValidationError(name, status.message());
}

FlagTarget quantir::readBy(Read read) {
  return {[read](CLI::App &app, const char *name, const char *help) {
    return app.add_option_function<std::string>(
        name,
        [read, flag = std::string(name)](const std::string &text) { readFlag(read, flag, text); },
        help);
  }};
}

FlagTarget quantir::eachReadBy(Read read) {
  return {[read](CLI::App &app, const char *name, const char *help) {
    auto readAll = [read, flag = std::string(name)](const std::vector<std::string> &texts) {
      for (const std::string &text : texts)
        readFlag(read, flag, text);
    };
    return app.add_option_function<std::vector<std::string>>(name, readAll, help)
        ->allow_extra_args(false);
  }};
}

Flag quantir::shared(std::function<void(CLI::App &app)> add) {
  return {"", nullptr, "", {[add](CLI::App &app, const char *, const char *) {
            add(app);
            return static_cast<CLI::Option *>(nullptr);
          }}};
}

void Flags::addTo(CLI::App &app) const {
  for (const Flag &row : rows) {
    assert((row.use == FileUse::None || row.target.text) && "a file is named by a std::string");
    CLI::Option *option = row.target.add(app, row.name, row.help);
    if (!option)
      continue;
    if (row.type)
      option->type_name(row.type);
    option->required(row.presence == Presence::Required);
  }
}

std::vector<NamedPath> Flags::files(std::initializer_list<FileUse> uses) const {
  std::vector<NamedPath> files;
  for (const Flag &row : rows) {
    std::string_view name = row.name;
    if (std::find(uses.begin(), uses.end(), row.use) != uses.end())
      files.push_back({std::string(name.substr(name.find(',') + 1)), *row.target.text});
  }
  return files;
}

Flags quantir::inputShapeFlags(InputShapes &inputs) {
  auto addShape = [&inputs](const std::string &text) { return addInputShape(text, inputs); };
  return {
      {"--input-shape", "NAME=N,3,224,224",
       "Shape of an input of an ONNX model that leaves more than the batch size, N, open; may be "
       "repeated",
       eachReadBy(addShape)},
      {"--fixed-batch", "N", "Batch size of an ONNX model that works with only one",
       to(inputs.batch, CLI::Range(int64_t(1), int64_t(1) << 20))},
  };
}

Flags quantir::modelFlags(std::string &model, ModelOptions &options, std::string &data,
                          Presence presence) {
  Flags flags = {
      {"MODEL", "", "ONNX model, or MLIR file of the stage float or prepared", to(model),
       FileUse::Reads, Presence::Required},
      {"--calibration", "DATA",
       "Calibration samples, .npy or .npz: float32 in the model's layout, or uint8 images "
       "[N, H, W, C]",
       to(data), FileUse::Reads, presence},
      {"--config", "FILE",
       "JSON configuration: how each op is quantized (default: every op that can be, with "
       "histogram observers for activations and per-channel weights)",
       to(options.config), FileUse::Reads},
      {"--backend-config", "NAME",
       "Built-in backend config: which ops can be quantized, and how (default: from the "
       "configuration or the model, else quantir)",
       to(options.backendConfig)},
      {"--backend", "NAME", "Backend that executes the plan (default: from the model, else onednn)",
       to(options.backend, CLI::Validator(
                               [](const std::string &name) -> std::string {
                                 return name.empty() ? "expected a name for the backend" : "";
                               },
                               ""))},
  };
  flags += inputShapeFlags(options.inputs);
  flags += {shared(
      [&options](CLI::App &app) { runtime::addPreprocessingOptions(app, options.preprocessing); })};
  return flags;
}

Flags quantir::calibrationFlags(CalibrationOptions &options) {
  return {
      {"--threads", "N", "Number of threads (default: all that are available)",
       to(options.threads, CLI::Range(1, 1024))},
      {"--batch", "N", "Batch size for calibration (default: chosen to suit the model)",
       to(options.batch, CLI::Range(int64_t(1), int64_t(1) << 20))},
      shared([&options](CLI::App &app) { runtime::addWorkersOption(app, options.workers); }),
  };
}
