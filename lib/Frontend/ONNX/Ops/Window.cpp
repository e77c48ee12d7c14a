//===- Window.cpp - What convolutions and pooling have in common -----------===//

#include "Window.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <limits>

using namespace quantir;
using namespace quantir::importer;

void Window::pad(size_t i, int64_t total, bool oddFirst) {
  int64_t small = total / 2, large = total - small;
  padding[i] = oddFirst ? large : small;
  padding[getRank() + i] = oddFirst ? small : large;
}

/// Reads a list of `count` values in [least, 2^31), by default all `defaultValue`. The limit keeps
/// products of two of them in range.
static Dims readList(NodeContext &node, llvm::StringRef name, size_t count, int64_t least,
                     int64_t defaultValue) {
  Dims values = node.getInts(name, Dims(count, defaultValue));
  if (values.size() != count)
    node.emitAttributeError(name) << "expected " << count << " values, but got " << values.size();
  for (int64_t value : values)
    if (value < least || value > std::numeric_limits<int32_t>::max())
      node.emitAttributeError(name) << "expected values from " << least << " to "
                                    << std::numeric_limits<int32_t>::max() << ", but got " << value;
  return node.hasFailed() ? Dims(count, defaultValue) : values;
}

static AutoPad readAutoPad(NodeContext &node) {
  llvm::StringRef text = node.getString("auto_pad", "NOTSET");
  std::optional<AutoPad> mode = llvm::StringSwitch<std::optional<AutoPad>>(text)
                                    .Case("NOTSET", AutoPad::NotSet)
                                    .Case("SAME_UPPER", AutoPad::SameUpper)
                                    .Case("SAME_LOWER", AutoPad::SameLower)
                                    .Case("VALID", AutoPad::Valid)
                                    .Default(std::nullopt);
  if (!mode)
    node.emitAttributeError("auto_pad")
        << "expected NOTSET, SAME_UPPER, SAME_LOWER or VALID, but got " << inQuotes(text);
  return mode.value_or(AutoPad::NotSet);
}

Window importer::readWindow(NodeContext &node, const Dims &input, std::optional<Dims> weight) {
  Window window;
  if (node.hasFailed())
    return window;
  if (input.size() < 3) {
    node.emitInputError(0) << "expected dimensions [N, C, spatial...], but got "
                           << shapes::formatDims(input);
    return window;
  }
  size_t rank = input.size() - 2;
  if (weight && weight->size() != input.size()) {
    node.emitInputError(1) << "expected a weight of rank " << input.size() << ", but got "
                           << shapes::formatDims(*weight);
    return window;
  }
  if (!weight && !node.hasAttribute("kernel_shape")) {
    node.emitError() << "expected an attribute 'kernel_shape', but it is not given";
    return window;
  }
  window.kernel = weight ? Dims(weight->begin() + 2, weight->end()) : Dims(rank, 1);
  if (node.hasAttribute("kernel_shape")) {
    Dims kernel = readList(node, "kernel_shape", rank, 1, 1);
    if (weight && kernel != window.kernel && !node.hasFailed())
      node.emitAttributeError("kernel_shape")
          << "expected the weight's " << shapes::formatDims(window.kernel) << ", but got "
          << shapes::formatDims(kernel);
    window.kernel = kernel;
  }
  for (int64_t size : window.kernel)
    if (size < 1 || size > std::numeric_limits<int32_t>::max())
      node.emitError() << "expected a kernel with elements, but got "
                       << shapes::formatDims(window.kernel);
  window.strides = readList(node, "strides", rank, 1, 1);
  window.dilations = readList(node, "dilations", rank, 1, 1);
  window.padding = readList(node, "pads", 2 * rank, 0, 0);
  window.autoPad = readAutoPad(node);
  if (window.autoPad != AutoPad::NotSet &&
      llvm::any_of(window.padding, [](int64_t pad) { return pad != 0; }))
    node.emitAttributeError("auto_pad") << "expected no pads beside it";
  return window;
}

void importer::resolveAutoPad(Window &window, const Dims &input) {
  if (window.autoPad != AutoPad::SameUpper && window.autoPad != AutoPad::SameLower)
    return;
  for (size_t i = 0; i < window.getRank(); ++i) {
    int64_t size = input[2 + i], stride = window.strides[i];
    int64_t last = size == 0 ? 0 : (size - 1) / stride; // index of the last window
    int64_t total = std::max<int64_t>(0, last * stride + window.getExtent(i) - size);
    window.pad(i, total, window.autoPad == AutoPad::SameLower);
  }
}
