//===- Diagnostics.cpp - MLIR's diagnostics as a Status -------------------===//

#include "Diagnostics.h"

#include "quantir/Support/StatusDiagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace quantir;

std::string quantir::formatLocation(Location loc) {
  return llvm::TypeSwitch<LocationAttr, std::string>(loc)
      .Case([](FileLineColLoc file) -> std::string {
        if (file.getLine() == 0)
          return file.getFilename().str();
        return llvm::formatv("{0}:{1}:{2}", file.getFilename().getValue(), file.getLine(),
                             file.getColumn());
      })
      .Case([](NameLoc name) { return name.getName().str(); })
      .Case([](CallSiteLoc call) { return formatLocation(call.getCallee()); })
      .Case([](FusedLoc fused) {
        for (Location part : fused.getLocations()) {
          if (std::string text = formatLocation(part); !text.empty())
            return text;
        }
        return std::string();
      })
      .Default([](LocationAttr) { return std::string(); });
}

static std::string formatDiagnostic(const Diagnostic &diagnostic) {
  std::string place = formatLocation(diagnostic.getLocation());
  return place.empty() ? diagnostic.str() : place + ": " + diagnostic.str();
}

DiagnosticCollector::DiagnosticCollector(MLIRContext *context)
    : handler(context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Warning)
          allWarnings.push_back(formatDiagnostic(diagnostic));
        if (diagnostic.getSeverity() != DiagnosticSeverity::Error || !first.empty())
          return success();
        first = formatDiagnostic(diagnostic);
        code = codeOf(diagnostic, StatusCode::Ok);
        for (const Diagnostic &note : diagnostic.getNotes()) {
          // The op as it was printed helps nobody who did not write the IR.
          if (!StringRef(note.str()).starts_with("see current operation"))
            first += "\nnote: " + formatDiagnostic(note);
        }
        return success();
      }) {}

Status DiagnosticCollector::error(StringRef what, StatusCode otherwise) const {
  if (first.empty())
    return Status::internal((what + " failed").str());
  return Status::error(code == StatusCode::Ok ? otherwise : code, first);
}
