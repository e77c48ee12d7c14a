//===- Constants.cpp - Constant tensors ------------------------------------===//

#include "quantir/dialects/NN/Constants.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

#include <cstring>

using namespace mlir;
using namespace quantir;

/// Blobs are aligned so that a kernel can read them in place.
static constexpr size_t blobAlignment = 64;

std::optional<int64_t> nn::getElementBytes(ShapedType type) {
  Type element = type.getElementType();
  if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8 != 0)
    return std::nullopt;
  return element.getIntOrFloatBitWidth() / 8;
}

/// True if `raw` is one element over and over.
static bool isRepeated(ArrayRef<char> raw, size_t elementBytes) {
  return raw.size() > elementBytes &&
         std::memcmp(raw.data(), raw.data() + elementBytes, raw.size() - elementBytes) == 0;
}

ElementsAttr nn::makeElementsAttr(RankedTensorType type, ArrayRef<char> raw, StringRef nameHint) {
  std::optional<int64_t> elementBytes = getElementBytes(type);
  if (!elementBytes || !type.hasStaticShape() ||
      raw.size() != static_cast<size_t>(type.getNumElements() * *elementBytes))
    return {};
  if (isRepeated(raw, *elementBytes))
    return DenseElementsAttr::getFromRawBuffer(type, raw.take_front(*elementBytes));
  if (type.getNumElements() <= maxDenseElements)
    return DenseElementsAttr::getFromRawBuffer(type, raw);
  return DenseResourceElementsAttr::get(
      type, nameHint,
      HeapAsmResourceBlob::allocateAndCopyWithAlign(raw, blobAlignment, /*dataIsMutable=*/false));
}

std::optional<ArrayRef<char>> nn::getRawData(ElementsAttr attr, SmallVectorImpl<char> &storage) {
  ShapedType type = attr.getShapedType();
  std::optional<int64_t> elementBytes = getElementBytes(type);
  if (!elementBytes || !type.hasStaticShape())
    return std::nullopt;
  size_t size = type.getNumElements() * *elementBytes;

  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != size)
      return std::nullopt;
    return blob->getData();
  }
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense)
    return std::nullopt;
  ArrayRef<char> raw = dense.getRawData();
  if (raw.size() == size)
    return raw;
  if (!dense.isSplat() || raw.size() != static_cast<size_t>(*elementBytes))
    return std::nullopt;
  storage.clear();
  storage.reserve(size);
  while (storage.size() < size)
    storage.append(raw.begin(), raw.end());
  return ArrayRef<char>(storage);
}

StringRef nn::getNameHint(Attribute attr, StringRef fallback) {
  if (auto resource = dyn_cast_if_present<DenseResourceElementsAttr>(attr))
    return resource.getRawHandle().getKey();
  return fallback;
}

ElementsAttr nn::reshapeElements(ElementsAttr attr, RankedTensorType type) {
  if (!type.hasStaticShape() || type.getNumElements() != attr.getNumElements() ||
      type.getElementType() != attr.getElementType())
    return {};
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseElementsAttr>(attr))
    return dense.reshape(type);
  return {};
}

ElementsAttr nn::gatherElements(ElementsAttr attr, RankedTensorType type, int64_t offset,
                                ArrayRef<int64_t> strides) {
  if (auto dense = dyn_cast<DenseElementsAttr>(attr); dense && dense.isSplat())
    return dense.resizeSplat(type);
  SmallVector<char> storage;
  std::optional<ArrayRef<char>> source = getRawData(attr, storage);
  if (!source)
    return {};
  const int64_t bytes = *getElementBytes(type);
  const int64_t count = type.getNumElements();
  SmallVector<char> result(count * bytes);
  SmallVector<int64_t> index(type.getRank(), 0);
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(result.data() + i * bytes, source->data() + offset * bytes, bytes);
    // The next index, and its offset with it.
    for (int64_t d = type.getRank() - 1; d >= 0; --d) {
      offset += strides[d];
      if (++index[d] < type.getDimSize(d))
        break;
      offset -= strides[d] * index[d];
      index[d] = 0;
    }
  }
  return makeElementsAttr(type, result, getNameHint(attr));
}

bool nn::isFilledWith(Attribute attr, float value) {
  auto elements = dyn_cast_if_present<ElementsAttr>(attr);
  if (!elements || !elements.getElementType().isF32())
    return false;
  if (auto dense = dyn_cast<DenseElementsAttr>(attr); dense && dense.isSplat())
    return dense.getSplatValue<float>() == value;
  SmallVector<char> storage;
  std::optional<ArrayRef<char>> raw = getRawData(elements, storage);
  if (!raw)
    return false;
  for (size_t i = 0; i < raw->size(); i += sizeof(float)) {
    float element;
    std::memcpy(&element, raw->data() + i, sizeof(float));
    if (element != value)
      return false;
  }
  return true;
}

ElementsAttr nn::getConstantElements(Value value) {
  Attribute attr;
  if (!value || !matchPattern(value, m_Constant(&attr)))
    return {};
  return dyn_cast_if_present<ElementsAttr>(attr);
}

bool nn::isConstant(Value value) { return static_cast<bool>(getConstantElements(value)); }

std::optional<SmallVector<float>> nn::getConstantFloats(Value value) {
  ElementsAttr attr = getConstantElements(value);
  if (!attr || !attr.getElementType().isF32())
    return std::nullopt;
  SmallVector<char> storage;
  std::optional<ArrayRef<char>> raw = getRawData(attr, storage);
  if (!raw)
    return std::nullopt;
  SmallVector<float> values(raw->size() / sizeof(float));
  std::memcpy(values.data(), raw->data(), raw->size());
  return values;
}

Value nn::createConstant(OpBuilder &builder, Location location, ArrayRef<int64_t> shape,
                         ArrayRef<float> values, StringRef nameHint) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  ArrayRef<char> raw(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
  return arith::ConstantOp::create(builder, location, makeElementsAttr(type, raw, nameHint));
}
