//===- KernelAttrs.cpp - Attributes of the kernel dialect -----------------===//

#include "quantir/KernelRules/Rules.h"
#include "quantir/dialects/Kernel/Kernel.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

#define GET_ATTRDEF_CLASSES
#include "quantir/dialects/Kernel/KernelAttrs.cpp.inc"

void KernelDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "quantir/dialects/Kernel/KernelAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// ChannelsLastAttr
//===----------------------------------------------------------------------===//

LogicalResult ChannelsLastAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                                               function_ref<InFlightDiagnostic()> emitError) const {
  if (shape.size() < 3)
    return emitError() << "expected a channels-last tensor of rank 3 or more, but got rank "
                       << shape.size();
  return success();
}

//===----------------------------------------------------------------------===//
// ActivationAttr
//===----------------------------------------------------------------------===//

/// How many numbers stand behind the name.
static unsigned numParameters(ActivationKind kind) {
  switch (kind) {
  case ActivationKind::Relu:
    return 0;
  case ActivationKind::LeakyRelu:
    return 1;
  case ActivationKind::Clamp:
    return 2;
  }
  llvm_unreachable("unknown activation kind");
}

Attribute ActivationAttr::parse(AsmParser &parser, Type) {
  StringRef name;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&name))
    return {};
  std::optional<ActivationKind> kind = symbolizeActivationKind(name);
  if (!kind) {
    parser.emitError(loc) << "expected relu, clamp or leaky_relu, but got " << name;
    return {};
  }
  APFloat values[] = {APFloat(0.0f), APFloat(0.0f)};
  for (unsigned i = 0, e = numParameters(*kind); i != e; ++i)
    if (parser.parseComma() || parser.parseFloat(APFloat::IEEEsingle(), values[i]))
      return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<ActivationAttr>(loc, parser.getContext(), *kind, values[0], values[1]);
}

void ActivationAttr::print(AsmPrinter &printer) const {
  printer << "<" << stringifyActivationKind(getKind());
  const APFloat values[] = {getAlphaValue(), getBetaValue()};
  for (unsigned i = 0, e = numParameters(getKind()); i != e; ++i)
    printer << ", " << values[i];
  printer << ">";
}

LogicalResult ActivationAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                     ActivationKind kind, APFloat alpha, APFloat beta) {
  std::string error = rules::checkActivation(
      {plan::ActivationKind(kind), alpha.convertToFloat(), beta.convertToFloat()});
  return error.empty() ? success() : LogicalResult(emitError() << error);
}
