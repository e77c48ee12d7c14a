//===- Fixture.h - Reading configurations in tests --------------*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_CONFIG_FIXTURE_H
#define QUANTIR_TEST_UNIT_CONFIG_FIXTURE_H

#include "quantir/Config/QConfig.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <string>
#include <vector>

namespace quantir {

/// A context with the dialects, which keeps what is reported.
struct ConfigFixture {
  ConfigFixture() : context(mlir::MLIRContext::Threading::DISABLED) {
    context.loadDialect<nn::NNDialect, QuantirDialect, mlir::func::FuncDialect>();
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diagnostic) {
      bool isError = diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
      (isError ? errors : warnings).push_back(diagnostic.str());
      return mlir::success();
    });
  }

  mlir::Location loc() { return mlir::UnknownLoc::get(&context); }

  JsonReader reader(const std::string &text) {
    json = nlohmann::json::parse(text);
    return JsonReader(json, loc());
  }

  /// A string as JSON.
  static std::string quoted(const std::string &text) { return nlohmann::json(text).dump(); }

  /// Null on an error.
  QConfigMappingAttr mapping(const std::string &text, SettingPaths *paths = nullptr) {
    SettingPaths ignored;
    return orNull(readQConfigMappingAndPaths(reader(text), paths ? *paths : ignored));
  }
  QConfigAttr qconfig(const std::string &text) { return orNull(readQConfig(reader(text))); }
  QConfigAttr equalization(const std::string &text) {
    return orNull(readEqualizationQConfig(reader(text)));
  }
  ObserverSpecAttr observer(const std::string &text) { return orNull(readObserver(reader(text))); }

  /// The first error since the last call; empty if there was none.
  std::string takeError() {
    std::string first = errors.empty() ? "" : errors.front();
    errors.clear();
    return first;
  }

  mlir::MLIRContext context;
  nlohmann::json json;
  std::vector<std::string> errors, warnings;

private:
  template <typename T> static T orNull(mlir::FailureOr<T> attr) {
    return succeeded(attr) ? *attr : T();
  }
};

} // namespace quantir

#endif // QUANTIR_TEST_UNIT_CONFIG_FIXTURE_H
