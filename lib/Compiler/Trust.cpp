//===- Trust.cpp - Whether a quantized model can be trusted ---------------===//

#include "Trust.h"

#include "quantir/Numerics/Metrics.h"
#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"

#include "llvm/Support/JSON.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace quantir;

namespace {

/// A unit whose result has at least so much more error than what it reads is where the error comes
/// from, in dB.
constexpr double jumpDb = 6;
/// Errors that are smaller matter to nobody.
constexpr double harmlessDb = 20;

bool isConstantByQuantization(const OutputReport &output) {
  return output.isConstant && !output.isConstantInFloat;
}

class TrustCheck {
public:
  TrustCheck(const QuantizationReport &report, const ModelComparison &comparison,
             llvm::ArrayRef<const OpReport *> units)
      : report(report), comparison(comparison), units(units) {}

  std::vector<std::string> find() {
    findPoorOutputs();
    findConstantOutputs();
    findClippedInputs();
    return std::move(warnings);
  }

private:
  void findPoorOutputs();
  void findConstantOutputs();
  void findClippedInputs();

  bool isSilent(size_t output) const;
  std::optional<size_t> unitToBlame(size_t output) const;
  bool isRoundedForReaders(size_t unit) const;
  std::vector<size_t> readersOf(size_t unit) const;
  std::vector<size_t> unitsToLeave(size_t unit) const;
  size_t unitThatRounds(size_t unit) const;
  std::string describe(size_t unit) const;
  std::string describeJump(size_t unit) const;
  std::string describeCause(size_t unit) const;
  std::string adviceFor(size_t unit) const;

  double errorRead(size_t unit) const;
  std::string nameOf(size_t unit) const {
    const OpReport &row = *units[unit];
    return row.name.empty() ? row.op : fmt::format("'{}' ({})", row.name, row.op);
  }

  const QuantizationReport &report;
  const ModelComparison &comparison;
  llvm::ArrayRef<const OpReport *> units;
  std::vector<std::string> warnings;
};

/// The SQNR of the worst value that a unit reads.
double TrustCheck::errorRead(size_t unit) const {
  double worst = numerics::perfectSqnr;
  for (const UnitInput &input : comparison.units[unit].inputs)
    if (input.sqnrDb)
      worst = std::min(worst, *input.sqnrDb);
  return worst;
}

/// Whether the float model gives nothing but zeros, beside which any error is infinite.
bool TrustCheck::isSilent(size_t output) const {
  return report.outputs[output].isZeroInFloat &&
         report.outputs[output].sqnrDb < numerics::perfectSqnr;
}

/// The first unit on the way to an output where the error jumps; else where it grows most.
std::optional<size_t> TrustCheck::unitToBlame(size_t output) const {
  if (output >= comparison.outputProducers.size() || !comparison.outputProducers[output])
    return std::nullopt;
  std::vector<bool> leadsThere(comparison.units.size());
  leadsThere[*comparison.outputProducers[output]] = true;
  for (size_t unit = comparison.units.size(); unit-- > 0;)
    if (leadsThere[unit])
      for (const UnitInput &input : comparison.units[unit].inputs)
        if (input.producer)
          leadsThere[*input.producer] = true;

  std::optional<size_t> most;
  double greatest = 0;
  for (size_t unit = 0; unit < comparison.units.size(); ++unit) {
    std::optional<double> result = comparison.units[unit].sqnrDb;
    if (!leadsThere[unit] || !result)
      continue;
    const double jump = errorRead(unit) - *result;
    if (*result < harmlessDb && jump >= jumpDb)
      return unit;
    if (jump > greatest) {
      most = unit;
      greatest = jump;
    }
  }
  return most;
}

/// Whether it is the rounding of what `unit` gives that costs so much: that is as its readers want
/// it.
bool TrustCheck::isRoundedForReaders(size_t unit) const {
  const UnitComparison &row = comparison.units[unit];
  return row.roundingSqnrDb && row.sqnrDb && *row.roundingSqnrDb < harmlessDb &&
         *row.roundingSqnrDb < *row.sqnrDb + jumpDb / 2;
}

/// The units that compute with what `unit` gives, at most moved.
std::vector<size_t> TrustCheck::readersOf(size_t unit) const {
  std::vector<size_t> readers;
  std::vector<bool> passes(comparison.units.size());
  passes[unit] = true;
  for (size_t other = unit + 1; other < comparison.units.size(); ++other) {
    const UnitComparison &row = comparison.units[other];
    bool reads = std::any_of(row.inputs.begin(), row.inputs.end(), [&](const UnitInput &input) {
      return input.producer && passes[*input.producer];
    });
    if (!reads)
      continue;
    auto op = llvm::dyn_cast<QuantizableOpInterface>(row.op);
    passes[other] = op && op.commutesWithQuantization();
    if (!passes[other] && units[other]->isQuantized())
      readers.push_back(other);
  }
  return readers;
}

/// What has to stay float so that the error of `unit` goes.
std::vector<size_t> TrustCheck::unitsToLeave(size_t unit) const {
  const size_t source = unitThatRounds(unit);
  if (source == unit && isRoundedForReaders(unit))
    if (std::vector<size_t> readers = readersOf(unit); !readers.empty())
      return readers;
  return {source};
}

/// The unit whose rounding `unit` shows: itself, or, if it is in float, the producer of what it
/// reads.
size_t TrustCheck::unitThatRounds(size_t unit) const {
  while (!units[unit]->isQuantized()) {
    auto read =
        std::find_if(comparison.units[unit].inputs.begin(), comparison.units[unit].inputs.end(),
                     [](const UnitInput &input) { return input.producer.has_value(); });
    if (read == comparison.units[unit].inputs.end())
      break;
    unit = *read->producer; // which stands before it
  }
  return unit;
}

std::string TrustCheck::describeJump(size_t unit) const {
  const double before = errorRead(unit), after = *comparison.units[unit].sqnrDb;
  return fmt::format("the error jumps at {}: {:.1f} dB {}", nameOf(unit), after,
                     before >= numerics::perfectSqnr
                         ? "after it"
                         : fmt::format("after it, {:.1f} dB before", before));
}

std::string TrustCheck::describeCause(size_t unit) const {
  const UnitComparison &row = comparison.units[unit];
  for (const UnitInput &input : row.inputs) {
    if (input.outside > mostTrustedOutside)
      return fmt::format("{:.0f}% of its input lies outside the range [{:.4g}, {:.4g}]",
                         100 * input.outside, input.min, input.max);
    if (input.step > input.magnitude && input.step > 0)
      return fmt::format("its input is smaller than one step of its scale, {:.3g}: a few large "
                         "values, or others that share the scale, widen the range",
                         input.step);
  }
  if (row.weightSqnrDb && *row.weightSqnrDb < harmlessDb)
    return fmt::format("its weight keeps {:.1f} dB", *row.weightSqnrDb);
  if (isRoundedForReaders(unit)) {
    std::string names;
    for (size_t other : unitsToLeave(unit))
      names += (names.empty() ? "" : ", ") + nameOf(other);
    return fmt::format("its result is rounded to {:.1f} dB for {}", *row.roundingSqnrDb, names);
  }
  // An op in float makes no error of its own.
  if (size_t source = unitThatRounds(unit); source != unit)
    return fmt::format("it is in float, but its input from {} is rounded", nameOf(source));
  return "";
}

std::string TrustCheck::adviceFor(size_t unit) const {
  const UnitComparison &row = comparison.units[unit];
  std::vector<std::string> advice;
  for (const UnitInput &input : row.inputs)
    if (input.outside > mostTrustedOutside) {
      advice.push_back("calibrate on more data, or with the observer min_max");
      break;
    }
  if (row.weightSqnrDb && *row.weightSqnrDb < harmlessDb)
    advice.push_back("give its weight a scale for each channel (per_channel_min_max)");
  using Json = nlohmann::ordered_json;
  Json rules = Json::array();
  for (size_t other : unitsToLeave(unit))
    if (const std::string &name = units[other]->name; !name.empty() && llvm::json::isUTF8(name))
      rules.push_back(Json::array({name, nullptr}));
  if (!rules.empty()) {
    const std::string what = fmt::format("leave {} in float", rules.size() == 1 ? "it" : "them");
    const Json mapping = {{"base", "default"}, {"module_name", rules}};
    advice.push_back(report.config.empty()
                         ? what + ": --config with " + Json{{"qconfig_mapping", mapping}}.dump()
                         : what + ": in '" + report.config + "', \"module_name\": " + rules.dump());
  }
  return advice.empty() ? "" : fmt::format("try: {}", fmt::join(advice, "; or "));
}

/// Lines on where the error of `unit` comes from, and what to try.
std::string TrustCheck::describe(size_t unit) const {
  std::string text;
  for (const std::string &line : {describeJump(unit), describeCause(unit), adviceFor(unit)})
    if (!line.empty())
      text += "\n  " + line;
  return text;
}

void TrustCheck::findPoorOutputs() {
  // Outputs of one cause are one warning.
  std::vector<std::pair<std::optional<size_t>, std::vector<std::string>>> causes;
  for (size_t i = 0; i < report.outputs.size(); ++i) {
    const OutputReport &output = report.outputs[i];
    if (std::min(output.sqnrDb, output.totalSqnrDb) >= leastTrustedSqnr ||
        isConstantByQuantization(output) || isSilent(i))
      continue;
    std::optional<size_t> unit = unitToBlame(i);
    auto known =
        std::find_if(causes.begin(), causes.end(), [&](const auto &c) { return c.first == unit; });
    if (known == causes.end())
      known = causes.insert(causes.end(), {unit, {}});
    const bool isMean = output.sqnrDb < leastTrustedSqnr;
    known->second.push_back(fmt::format("'{}' has {:.1f} dB{}", output.name,
                                        isMean ? output.sqnrDb : output.totalSqnrDb,
                                        isMean ? "" : " over all samples together"));
  }
  for (auto &[unit, names] : causes) {
    constexpr size_t most = 4;
    const size_t others = names.size() > most ? names.size() - most : 0;
    names.resize(names.size() - others);
    std::string text =
        fmt::format("do not trust this plan: on the calibration samples {}{}",
                    fmt::join(names, ", "), others ? fmt::format(", and {} more", others) : "");
    if (unit)
      text += describe(*unit);
    warnings.push_back(std::move(text));
  }
}

void TrustCheck::findConstantOutputs() {
  for (size_t i = 0; i < report.outputs.size(); ++i) {
    const OutputReport &output = report.outputs[i];
    if (isSilent(i) && !output.isConstant) {
      warnings.push_back(fmt::format("output '{}' of the float model is 0 on all calibration "
                                     "samples; are they what the model is used on?",
                                     output.name));
      continue;
    }
    if (!output.isConstant)
      continue;
    std::string text = fmt::format("output '{}' is the same whatever the input is", output.name);
    if (!isConstantByQuantization(output)) {
      text += ", in the float model, too; are the calibration samples what the model is used on?";
    } else {
      text = "do not trust this plan: " + text;
      if (std::optional<size_t> unit = unitToBlame(i)) {
        text += describe(*unit);
      }
    }
    warnings.push_back(std::move(text));
  }
}

void TrustCheck::findClippedInputs() {
  struct Clipped {
    size_t unit;
    const UnitInput *input;
  };
  std::vector<Clipped> clipped;
  for (size_t unit = 0; unit < comparison.units.size(); ++unit)
    for (const UnitInput &input : comparison.units[unit].inputs)
      if (input.outside > mostTrustedOutside) {
        clipped.push_back({unit, &input});
        break;
      }
  if (clipped.empty())
    return;
  std::stable_sort(clipped.begin(), clipped.end(), [](const Clipped &a, const Clipped &b) {
    return a.input->outside > b.input->outside;
  });
  constexpr size_t most = 3;
  std::vector<std::string> parts;
  for (size_t i = 0; i < std::min(most, clipped.size()); ++i)
    parts.push_back(fmt::format("{:.0f}% at {}, of range [{:.4g}, {:.4g}]",
                                100 * clipped[i].input->outside, nameOf(clipped[i].unit),
                                clipped[i].input->min, clipped[i].input->max));
  warnings.push_back(
      fmt::format("values lie outside the range that their codes cover, and are clipped: {}{}\n"
                  "  try: calibrate on more data, or with the observer min_max",
                  fmt::join(parts, "; "),
                  clipped.size() > most ? fmt::format(" and {} more", clipped.size() - most) : ""));
}

} // namespace

std::vector<std::string> quantir::findTrustWarnings(const QuantizationReport &report,
                                                    const ModelComparison &comparison,
                                                    llvm::ArrayRef<const OpReport *> units) {
  // Without units that could be compared the outputs still tell.
  if (units.size() != comparison.units.size())
    return TrustCheck(report, ModelComparison(), {}).find();
  return TrustCheck(report, comparison, units).find();
}
