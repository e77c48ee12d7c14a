//===- ObserverLoader.h - Observers of a module, with their rules -*- C++ -*-===//
//
// What an observer of a calibrated module chooses depends on its configuration, on what it has
// seen, and on the rules of the backend config that its function is quantized by.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_OBSERVERLOADER_H
#define QUANTIR_CONFIG_OBSERVERLOADER_H

#include "quantir/Config/Settings.h"

namespace quantir {

/// The least scale by Quantir's rules, 2^-62: the product of two such scales is a normal float32.
constexpr float leastScale = 0x1p-62f;

class ObserverLoader {
public:
  /// Fails, and has reported it, where a backend config cannot be read.
  static mlir::FailureOr<ObserverLoader> create(mlir::ModuleOp module, Settings &settings);

  /// The configuration of `op` as the rules read it: an `eps` that is not given is `leastScale`
  /// unless PyTorch's hold.
  numerics::ObserverConfig configOf(ObserverOp op) const;

  /// The observer with what it has seen, nothing if it needs none; null, with the reason, if it was
  /// not calibrated or its state does not fit.
  std::unique_ptr<numerics::Observer> load(ObserverOp op, std::string &error) const;

private:
  bool keepsEps = false;
  /// The observers in functions whose own backend config says otherwise.
  llvm::DenseMap<mlir::StringAttr, bool> exceptions;
};

} // namespace quantir

#endif // QUANTIR_CONFIG_OBSERVERLOADER_H
