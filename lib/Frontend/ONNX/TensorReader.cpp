//===- TensorReader.cpp - Decoding of TensorProto --------------------------===//

#include "TensorReader.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <bit>
#include <limits>
#include <onnx/onnx_pb.h>

using namespace quantir;
using namespace quantir::importer;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

static_assert(std::endian::native == std::endian::little,
              "ONNX stores little-endian data, which is used in place");

//===----------------------------------------------------------------------===//
// Dimensions and element types
//===----------------------------------------------------------------------===//

static Expected<Dims> readDims(const ::onnx::TensorProto &proto) {
  if (size_t(proto.dims_size()) > maxRank)
    return makeError("expected at most ", maxRank, " dimensions, but got ", proto.dims_size());
  Dims dims(proto.dims().begin(), proto.dims().end());
  for (int64_t dim : dims)
    if (dim < 0)
      return makeError("expected dimensions that are not negative, but got ", dim);
  if (std::string error = shapes::checkDims(dims); !error.empty())
    return makeError(error);
  return dims;
}

//===----------------------------------------------------------------------===//
// Data inside of the file
//===----------------------------------------------------------------------===//

static Error makeCountError(int64_t expected, int64_t got) {
  return makeError("expected ", expected, " elements, as its dimensions say, but got ", got);
}

/// Raw data, in place where its alignment allows it. Bools become 0 or 1.
static Expected<HostTensor> readRaw(llvm::ArrayRef<char> raw, ElementType type, Dims dims,
                                    std::shared_ptr<const void> owner = nullptr) {
  int64_t size = shapes::numElements(dims) * getByteSize(type);
  if (size != int64_t(raw.size()))
    return makeError("expected ", size, " bytes of data, as its dimensions and its type ",
                     describe(type), " say, but got ", raw.size());
  bool aligned = reinterpret_cast<uintptr_t>(raw.data()) % getByteSize(type) == 0;
  if (aligned && type != ElementType::Bool)
    return HostTensor::borrow(type, std::move(dims), raw, std::move(owner));

  HostTensor tensor = HostTensor::zeros(type, std::move(dims));
  if (type == ElementType::Bool)
    llvm::transform(raw, tensor.getMutableBytes(), [](char c) { return c != 0; });
  else if (size != 0)
    std::memcpy(tensor.getMutableBytes(), raw.data(), size);
  return tensor;
}

/// Data in a typed field whose element type is the tensor's.
template <typename T, typename Field>
static Expected<HostTensor> readField(const Field &field, ElementType type, Dims dims) {
  int64_t count = shapes::numElements(dims);
  if (field.size() != count)
    return makeCountError(count, field.size());
  return HostTensor::borrow(type, std::move(dims),
                            {reinterpret_cast<const char *>(field.data()), sizeof(T) * count});
}

/// Data in a typed field that is wider than the tensor's type. T is the type's representation.
template <typename T, typename Field>
static Expected<HostTensor> readNarrowed(const Field &field, ElementType type, Dims dims) {
  int64_t count = shapes::numElements(dims);
  if (field.size() != count)
    return makeCountError(count, field.size());
  HostTensor tensor = HostTensor::zeros(type, std::move(dims));
  T *out = tensor.getMutableValues<T>().data();
  for (auto value : field) {
    if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())
      return makeError("expected values in the range of ", describe(type), ", but got ", value);
    *out++ = type == ElementType::Bool ? T(value != 0) : T(value);
  }
  return tensor;
}

static Expected<HostTensor> readTyped(const ::onnx::TensorProto &proto, ElementType type,
                                      Dims dims) {
  switch (type) {
  case ElementType::Float32:
    return readField<float>(proto.float_data(), type, std::move(dims));
  case ElementType::Float64:
    return readField<double>(proto.double_data(), type, std::move(dims));
  case ElementType::Int64:
    return readField<int64_t>(proto.int64_data(), type, std::move(dims));
  case ElementType::Int32:
    return readField<int32_t>(proto.int32_data(), type, std::move(dims));
  case ElementType::UInt64:
    return readField<uint64_t>(proto.uint64_data(), type, std::move(dims));
  case ElementType::UInt32:
    return readNarrowed<uint32_t>(proto.uint64_data(), type, std::move(dims));
  case ElementType::Float16:
  case ElementType::BFloat16:
  case ElementType::UInt16:
    return readNarrowed<uint16_t>(proto.int32_data(), type, std::move(dims));
  case ElementType::Int16:
    return readNarrowed<int16_t>(proto.int32_data(), type, std::move(dims));
  case ElementType::Int8:
    return readNarrowed<int8_t>(proto.int32_data(), type, std::move(dims));
  case ElementType::UInt8:
  case ElementType::Bool:
    return readNarrowed<uint8_t>(proto.int32_data(), type, std::move(dims));
  }
  llvm_unreachable("covered switch");
}

//===----------------------------------------------------------------------===//
// External data
//===----------------------------------------------------------------------===//

/// Whether `location` names a file in or below the model's folder, as far as its text tells.
static bool staysBelow(StringRef location) {
  namespace path = llvm::sys::path;
  return !location.empty() && !location.contains('\0') && !path::is_absolute(location) &&
         llvm::none_of(llvm::make_range(path::begin(location), path::end(location)),
                       [](StringRef part) { return part == ".."; });
}

Expected<std::shared_ptr<const llvm::MemoryBuffer>> TensorReader::openExternal(StringRef location) {
  namespace fs = llvm::sys::fs;
  auto cached = files.find(location);
  if (cached != files.end())
    return cached->second;
  if (folder.empty())
    return makeError("its data is in the external file ", inQuotes(location),
                     ", but the model's folder is not known");
  auto makeEscapeError = [&] {
    return makeError("expected an external file in the model's folder, but got ",
                     inQuotes(location));
  };
  if (!staysBelow(location))
    return makeEscapeError();

  llvm::SmallString<256> file(folder), realFolder, realFile;
  llvm::sys::path::append(file, location);
  std::error_code error = fs::real_path(folder, realFolder);
  if (!error)
    error = fs::real_path(file, realFile);
  if (error)
    return makeError("cannot open its external file ", inQuotes(file), ": ", error.message());
  // A symbolic link may lead elsewhere all the same.
  StringRef rest = realFile;
  if (!rest.consume_front(realFolder) ||
      (!rest.starts_with("/") && !realFolder.str().ends_with("/")))
    return makeEscapeError();
  if (!fs::is_regular_file(realFile))
    return makeError("expected its external file ", inQuotes(file), " to be a regular file");

  auto buffer = llvm::MemoryBuffer::getFile(realFile, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError("cannot open its external file ", inQuotes(file), ": ",
                     buffer.getError().message());
  return files[location] = std::shared_ptr<const llvm::MemoryBuffer>(std::move(*buffer));
}

Expected<HostTensor> TensorReader::readExternal(const ::onnx::TensorProto &proto, ElementType type,
                                                Dims dims) {
  StringRef location;
  uint64_t offset = 0, length = shapes::numElements(dims) * getByteSize(type);
  for (const ::onnx::StringStringEntryProto &entry : proto.external_data()) {
    if (entry.key() == "location")
      location = entry.value();
    else if (entry.key() == "offset" || entry.key() == "length")
      if (StringRef(entry.value()).getAsInteger(10, entry.key() == "offset" ? offset : length))
        return makeError("expected the external data's ", entry.key(), " to be a number, but got ",
                         inQuotes(entry.value()));
  }
  auto file = openExternal(location);
  if (!file)
    return file.takeError();
  StringRef content = (*file)->getBuffer();
  if (offset > content.size() || length > content.size() - offset)
    return makeError("expected ", length, " bytes at offset ", offset, " of its external file ",
                     inQuotes(location), ", which has ", content.size());
  return readRaw({content.data() + offset, size_t(length)}, type, std::move(dims), *file);
}

//===----------------------------------------------------------------------===//
// The reader
//===----------------------------------------------------------------------===//

Expected<HostTensor> TensorReader::read(const ::onnx::TensorProto &proto) {
  std::optional<ElementType> type = convertElementType(proto.data_type());
  if (!type)
    return makeError("its element type ", describeElementType(proto.data_type()),
                     " is not supported");
  if (proto.has_segment())
    return makeError("tensors in segments are not supported");
  Expected<Dims> dims = readDims(proto);
  if (!dims)
    return dims.takeError();
  if (proto.data_location() == ::onnx::TensorProto::EXTERNAL)
    return readExternal(proto, *type, std::move(*dims));
  if (proto.has_raw_data())
    return readRaw({proto.raw_data().data(), proto.raw_data().size()}, *type, std::move(*dims));
  return readTyped(proto, *type, std::move(*dims));
}
