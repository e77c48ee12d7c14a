//===- PyTorchText.h - PyTorch's text for configurations --------*- C++ -*-===//
//
// What a string may say where a configuration is expected: the name of a built-in thing, PyTorch's
// call that makes one, or the text that Python prints for one. Each becomes the JSON that the
// object form has. A wrong string is an error at the reader's place.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_VOCABULARY_PYTORCHTEXT_H
#define QUANTIR_VOCABULARY_PYTORCHTEXT_H

#include "quantir/Support/JsonReader.h"

namespace quantir {

/// An observer or fake-quantize, or null for nn.Identity, which observes nothing:
///
///     default_weight_observer
///     histogram, HistogramObserver, <class 'torch.ao.quantization.observer.HistogramObserver'>
///     functools.partial(<class '...MinMaxObserver'>, dtype=torch.qint8){}
///     MinMaxObserver.with_args(dtype=torch.qint8), MinMaxObserver{'dtype': 'torch.qint8'}
///     FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0, quant_max=255)
mlir::FailureOr<nlohmann::json> observerFromText(JsonReader reader);

/// A qconfig:
///
///     default_qconfig
///     get_default_qconfig('x86'), get_default_qat_qconfig('x86', version=0)
///     QConfig(activation=..., weight=...)
mlir::FailureOr<nlohmann::json> qconfigFromText(JsonReader reader);

/// A qconfig mapping:
///
///     default, x86, x86_qat
///     get_default_qconfig_mapping('x86'), get_default_qat_qconfig_mapping('x86', version=0)
///     _get_default_qconfig_mapping_with_default_qconfig(False, 'qnnpack',
///     default_symmetric_qnnpack_qconfig)
mlir::FailureOr<nlohmann::json> mappingFromText(JsonReader reader);

/// An equalization qconfig, true, or none, false:
///
///     default_equalization_qconfig
///     EqualizationQConfig(input_activation=functools.partial(<class
///     '..._InputEqualizationObserver'>, ...){}, weight=...) None
///
/// or an array of the last but one's two arguments, which is what Python's json makes of it.
mlir::FailureOr<bool> readsEqualization(JsonReader reader);

/// The canonical object type that a string names, in any spelling of PyTorch's or as Python prints
/// the class or function:
/// "<class 'torch.nn.modules.conv.Conv2d'>", "<built-in method conv_transpose1d of type object at
/// 0x7f>",
/// "<function hardsigmoid at 0x7f>".
mlir::FailureOr<std::string> readObjectType(JsonReader reader);

} // namespace quantir

#endif // QUANTIR_VOCABULARY_PYTORCHTEXT_H
