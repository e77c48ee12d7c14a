//===- ModelInputs.cpp - Data files as the inputs of a model --------------===//

#include "runtime/data/ModelInputs.h"

#include "quantir/Base/OutOfMemory.h"
#include "quantir/Base/Text.h"
#include "runtime/data/QuantizedInputs.h"
#include "runtime/plan/FixedBatch.h"
#include "runtime/tensor/AxisCopy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

using namespace quantir;
using namespace quantir::runtime;

//===----------------------------------------------------------------------===//
// Preprocessing
//===----------------------------------------------------------------------===//

Status quantir::runtime::validatePreprocessing(const Preprocessing &preprocessing,
                                               int64_t channels) {
  for (auto [values, name] :
       {std::pair(&preprocessing.mean, "mean"), std::pair(&preprocessing.std, "std")}) {
    if (values->empty() ||
        (channels > 0 && values->size() != 1 && int64_t(values->size()) != channels))
      return Status::invalidArgument(fmt::format(
          "expected one value of {}{}, but got {}", name,
          channels > 1 ? fmt::format(", or {}, one per channel", channels) : "", values->size()));
    for (float v : *values) {
      if (!std::isfinite(v))
        return Status::invalidArgument(
            fmt::format("expected finite values of {}, but got {}", name, v));
    }
  }
  if (preprocessing.mean.size() != preprocessing.std.size())
    return Status::invalidArgument(
        fmt::format("expected as many values of mean as of std, but got {} and {}",
                    preprocessing.mean.size(), preprocessing.std.size()));
  for (float v : preprocessing.std) {
    if (v == 0)
      return Status::invalidArgument(
          "expected values of std that are not 0: pixels are divided by them");
  }
  return Status();
}

Result<std::vector<float>> quantir::runtime::parseChannelValues(std::string_view text,
                                                                std::string_view option) {
  std::vector<float> values;
  while (true) {
    size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' '))
      item.remove_prefix(1);
    while (item.ends_with(' '))
      item.remove_suffix(1);
    float value = 0;
    auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), value);
    if (error != std::errc() || end != item.data() + item.size() || !std::isfinite(value))
      return Status::invalidArgument(fmt::format(
          "{}: expected numbers separated by commas, such as 0.485,0.456,0.406, but got "
          "'{}'",
          option, item));
    values.push_back(value);
    if (comma == std::string_view::npos)
      return values;
    text.remove_prefix(comma + 1);
  }
}

/// table[c * 256 + byte] = (byte / 255 - mean[c]) / std[c], each step in float32.
static std::vector<float> pixelTable(const Preprocessing &preprocessing, int64_t channels) {
  std::vector<float> table(size_t(channels) * 256);
  auto at = [](const std::vector<float> &values, int64_t c) {
    return values.size() == 1 ? values[0] : values[size_t(c)];
  };
  for (int64_t c = 0; c < channels; ++c) {
    for (int byte = 0; byte < 256; ++byte) {
      float value = float(byte) / 255.0f;
      value = value - at(preprocessing.mean, c);
      table[size_t(c * 256 + byte)] = value / at(preprocessing.std, c);
    }
  }
  return table;
}

//===----------------------------------------------------------------------===//
// Binding arrays to inputs
//===----------------------------------------------------------------------===//

/// `dims` from `start` on, without those of size 1.
static std::vector<int64_t> significantDims(std::span<const int64_t> dims, size_t start) {
  std::vector<int64_t> kept;
  for (size_t i = start; i < dims.size(); ++i) {
    if (dims[i] != 1)
      kept.push_back(dims[i]);
  }
  return kept;
}

/// "[N, 3, 32, 32]": what to save for an input of these dims.
static std::string wantedShape(const TensorInfo &input, bool countsSamples = true) {
  size_t axis = countsSamples ? input.batchAxis() : input.dims.size();
  std::string text = "[";
  for (size_t i = 0; i < input.dims.size(); ++i)
    text += (i ? ", " : "") + (i == axis ? "N" : std::to_string(input.dims[i]));
  return text + "]";
}

/// Whether an array of dims `have`, with samples along `axis`, serves the input.
static bool fits(const std::vector<int64_t> &have, const TensorInfo &input, size_t axis) {
  size_t modelAxis = input.batchAxis();
  if (modelAxis == 0)
    return significantDims(have, 1) == significantDims(input.dims, 1);
  if (have.size() != input.dims.size())
    return false;
  std::vector<int64_t> sample = have, wanted = input.dims;
  sample.erase(sample.begin() + axis);
  wanted.erase(wanted.begin() + modelAxis);
  return sample == wanted;
}

/// The elements with dimension 0 moved to `axis`.
static Bytes moveSamples(const Array &array, size_t axis, std::vector<int64_t> &dims) {
  size_t elementBytes = sizeOf(array.type);
  int64_t samples = array.dims[0];
  std::vector<int64_t> sample(array.dims.begin() + 1, array.dims.end());
  dims = sample;
  dims.insert(dims.begin() + axis, samples);
  auto moved = std::make_shared<std::vector<std::byte>>(array.bytes.data.size());
  int64_t sampleBytes = samples == 0 ? 0 : array.bytes.data.size() / samples;
  for (int64_t n = 0; n < samples; ++n)
    copyAlongAxis({array.bytes.data.data() + n * sampleBytes, 1, 0}, {moved->data(), samples, n}, 1,
                  dims, axis, elementBytes);
  return Bytes{std::span<const std::byte>(*moved), moved};
}

/// Integers as elements of T; false if one does not fit.
template <typename T, typename From> static bool convertIntegers(const Bytes &from, Bytes &to) {
  std::span<const From> values(reinterpret_cast<const From *>(from.data.data()),
                               from.data.size() / sizeof(From));
  auto converted = std::make_shared<std::vector<T>>(values.begin(), values.end());
  to = Bytes{std::as_bytes(std::span<const T>(*converted)), converted};
  return std::equal(values.begin(), values.end(), converted->begin(),
                    [](From a, T b) { return int64_t(a) == int64_t(b); });
}

/// The elements of an integer array in the model's integer type; false if one does not fit.
static bool convertIntegers(ElementType type, DType dtype, Bytes &elements) {
  if (type == ElementType::Int64)
    return dtype == DType::Int64 || convertIntegers<int32_t, int64_t>(Bytes(elements), elements);
  return dtype == DType::Int64 ? convertIntegers<int64_t, uint8_t>(Bytes(elements), elements)
                               : convertIntegers<int32_t, uint8_t>(Bytes(elements), elements);
}

Status ModelInputs::bindImages(const Array &array, const TensorInfo &input,
                               const std::optional<Preprocessing> &preprocessing,
                               Binding &binding) {
  const std::vector<int64_t> &want = input.dims, &have = array.dims;
  bool grayscale = have.size() == 3 && want.size() == 4 && want[1] == 1;
  int64_t channels = grayscale ? 1 : have.back();
  if (want.size() != 4 || binding.rowsPerSample != 1 || binding.axis != 0)
    return Status::invalidData(fmt::format(
        "the model takes {} here, which uint8 images [N, H, W, C] cannot be made into; save the "
        "data as float32",
        wantedShape(input)));
  if ((have.size() != 4 && !grayscale) || channels != want[1] || have[1] != want[2] ||
      have[2] != want[3])
    return Status::invalidData(fmt::format(
        "expected uint8 images of shape [N, {}, {}, {}] (height, width, channels), but got {}; "
        "resize them, or save the data as float32 {}",
        want[2], want[3], want[1], shapeText(have), wantedShape(input)));
  if (!preprocessing)
    return Status::invalidArgument(
        "the data are uint8 images, but it is not known how to normalize them; give --mean and "
        "--std (--mean 0 --std 1 for x / 255)");
  QUANTIR_RETURN_IF_ERROR(validatePreprocessing(*preprocessing, channels));
  binding.channels = channels;
  binding.table = pixelTable(*preprocessing, channels);
  return {};
}

Result<ModelInputs::Binding>
ModelInputs::bindOne(NamedArray named, const TensorInfo &input, int64_t rowsPerSample,
                     const std::optional<Preprocessing> &preprocessing) {
  Array &array = named.array;
  std::string context = fmt::format("input '{}'", input.name);
  auto error = [&](std::string_view text) {
    return Status::invalidData(fmt::format("{}: {}", context, text));
  };
  bool takesIntegers = input.dtype == DType::Int64 || input.dtype == DType::Int32;
  if (input.dtype != DType::Float32 && (!takesIntegers || input.quant))
    return error(fmt::format("the model takes {} here; only float32 and index inputs can be fed "
                             "from a file",
                             nameOf(input.dtype)));
  if (input.dtype == DType::Float32 && array.type == ElementType::Int64)
    return error(fmt::format(
        "expected float32, or uint8 images, but got {}; convert it with x.astype('float32')",
        array.storedType));
  if (takesIntegers && array.type == ElementType::Float32)
    return error(fmt::format("expected integers, but got {}; convert it with x.astype('int64')",
                             array.storedType));
  const bool countsSamples = rowsPerSample != 0;
  if (array.dims.empty() && !input.dims.empty())
    return error(fmt::format("expected an array of shape {}, but got a single number",
                             wantedShape(input, countsSamples)));

  Binding binding{input.name,        input.dtype,   array.dims, array.bytes,
                  input.batchAxis(), rowsPerSample, 0,          {}};
  if (array.type == ElementType::UInt8 && !takesIntegers) {
    if (Status status = bindImages(array, input, preprocessing, binding); !status)
      return std::move(status).withContext(context);
  } else if (!countsSamples) {
    if (significantDims(array.dims, 0) != significantDims(input.dims, 0))
      return error(fmt::format("expected shape {}, one array for all samples, but got {}",
                               wantedShape(input, false), shapeText(array.dims)));
  } else if (!fits(array.dims, input, binding.axis)) {
    if (binding.axis == 0 || !fits(array.dims, input, 0))
      return error(fmt::format("expected shape {} (N samples), but got {}", wantedShape(input),
                               shapeText(array.dims)));
    binding.elements = moveSamples(array, binding.axis, binding.dims);
  }
  if (takesIntegers && !convertIntegers(array.type, input.dtype, binding.elements))
    return error("expected integers of 32 bits, but some are larger");
  if (countsSamples && binding.dims[binding.axis] % rowsPerSample != 0)
    return error(fmt::format("expected a {} dimension that is a multiple of {}, but got {}",
                             binding.axis == 0 ? "leading" : "batch", rowsPerSample,
                             shapeText(binding.dims)));
  return binding;
}

/// Which of the arrays, that have these names, each input takes.
static Result<std::vector<size_t>> assignArrays(const std::vector<std::string> &names,
                                                std::span<const TensorInfo> inputs,
                                                std::vector<std::string> &notes) {
  if (inputs.size() == 1 && names.size() == 1)
    return std::vector<size_t>{0};
  std::vector<std::string> inputNames;
  for (const TensorInfo &input : inputs)
    inputNames.push_back(input.name);
  if (names.size() == 1 && names[0].empty())
    return Status::invalidData(fmt::format(
        "the model has {} inputs, {}, but a .npy file holds one array; save a .npz with "
        "an array for each",
        inputs.size(), listNames(inputNames)));
  std::vector<size_t> assigned;
  for (const TensorInfo &input : inputs) {
    auto found = std::find(names.begin(), names.end(), input.name);
    if (found == names.end())
      return Status::invalidData(
          fmt::format("no array for the input '{}': the file holds {}; rename the right one",
                      input.name, listNames(nearestFirst(input.name, names))));
    assigned.push_back(size_t(found - names.begin()));
  }
  for (const std::string &name : names) {
    if (std::find(inputNames.begin(), inputNames.end(), name) == inputNames.end())
      notes.push_back(fmt::format("array '{}' is not an input of the model and is not used", name));
  }
  return assigned;
}

/// Whether some input follows the batch.
static bool hasBatch(std::span<const TensorInfo> inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const TensorInfo &input) {
    return !input.dims.empty() && input.dims[input.batchAxis()] < 0;
  });
}

/// Reports inputs that no data can be cut up for.
static Status checkInputs(std::span<const TensorInfo> inputs) {
  if (inputs.empty())
    return Status::unsupported("the model has no inputs, so no data can be given to it");
  for (const TensorInfo &input : inputs) {
    if (input.dims.empty() && !hasBatch(inputs))
      return Status::unsupported(
          fmt::format("input '{}' is a single number: it has no dimension that could count samples",
                      input.name));
    if (std::count_if(input.dims.begin(), input.dims.end(), [](int64_t d) { return d < 0; }) > 1)
      return Status::unsupported(fmt::format(
          "input '{}': expected one dim that counts samples, but got dims {}; data with a sample "
          "along two dims cannot be cut into batches",
          input.name, formatDims(input.dims)));
  }
  return Status();
}

static std::string noMemory() { return "not enough memory for the data"; }

Result<ModelInputs> ModelInputs::bind(std::vector<NamedArray> arrays,
                                      std::span<const TensorInfo> inputs,
                                      const std::optional<Preprocessing> &preprocessing,
                                      std::optional<int64_t> knownBatch) {
  return catchOutOfMemory(
      [&]() -> Result<ModelInputs> {
        QUANTIR_RETURN_IF_ERROR(checkInputs(inputs));
        std::vector<std::string> names, notes;
        for (const NamedArray &array : arrays)
          names.push_back(array.name);
        Result<std::vector<size_t>> indices = assignArrays(names, inputs, notes);
        if (!indices)
          return std::move(indices).status();
        std::vector<NamedArray> assigned;
        for (size_t index : *indices)
          assigned.push_back(std::move(arrays[index]));
        return bindAssigned(std::move(assigned), inputs, preprocessing, std::move(notes),
                            knownBatch.value_or(fixedBatchOf(inputs)));
      },
      noMemory);
}

/// `assigned` has an array for each input.
Result<ModelInputs> ModelInputs::bindAssigned(std::vector<NamedArray> assigned,
                                              std::span<const TensorInfo> inputs,
                                              const std::optional<Preprocessing> &preprocessing,
                                              std::vector<std::string> notes, int64_t fixedBatch) {
  ModelInputs bound;
  bound.notes_ = std::move(notes);
  // A dynamic dim of -k holds k rows of each sample, and an input without one serves all of them; a
  // fixed leading dim has an equal share for each.
  const bool isDynamic = hasBatch(inputs);
  const TensorInfo *counted = nullptr;
  for (size_t i = 0; i < inputs.size(); ++i) {
    int64_t size = inputs[i].dims.empty() ? 1 : inputs[i].dims[inputs[i].batchAxis()];
    int64_t rows = size < 0 ? -size : isDynamic ? 0 : std::max<int64_t>(size / fixedBatch, 1);
    const Array &array = assigned[i].array;
    std::string stored = array.storedType;
    bool isConverted = array.type == ElementType::Float32 && stored != "float32";
    Result<Binding> binding = bindOne(std::move(assigned[i]), inputs[i], rows, preprocessing);
    if (!binding)
      return binding.status();
    if (isConverted)
      bound.notes_.push_back(
          fmt::format("input '{}': {} data are converted to float32", inputs[i].name, stored));
    if (rows != 0) {
      int64_t samples = binding->dims[binding->axis] / rows;
      if (counted && samples != bound.samples_)
        return Status::invalidData(
            fmt::format("inputs '{}' and '{}' have different numbers of samples, {} and {}",
                        counted->name, inputs[i].name, bound.samples_, samples));
      counted = &inputs[i];
      bound.samples_ = samples;
    }
    bound.bindings.push_back(*std::move(binding));
  }
  if (bound.samples_ == 0)
    return Status::invalidData("the data contain no samples; give at least one");
  return bound;
}

Result<ModelInputs> ModelInputs::load(const std::string &path, const Plan &plan,
                                      const std::optional<Preprocessing> &preprocessing) {
  // Arrays that nothing asks for are not read.
  auto read = [&](const ArrayFile &file,
                  std::span<const TensorInfo> inputs) -> Result<ModelInputs> {
    std::string context = fmt::format("'{}'", path);
    if (Status status = checkInputs(inputs); !status)
      return std::move(status).withContext(context);
    std::vector<std::string> notes;
    Result<std::vector<size_t>> indices = assignArrays(file.names(), inputs, notes);
    if (!indices)
      return std::move(indices).status().withContext(context);
    std::vector<NamedArray> assigned;
    for (size_t index : *indices) {
      Result<Array> array = file.read(index);
      if (!array)
        return std::move(array).status();
      assigned.push_back({file.names()[index], *std::move(array)});
    }
    Result<ModelInputs> bound = bindAssigned(std::move(assigned), inputs, preprocessing,
                                             std::move(notes), fixedBatchOf(plan));
    return bound ? std::move(bound) : std::move(bound).status().withContext(context);
  };
  return catchOutOfMemory(
      [&]() -> Result<ModelInputs> {
        Result<ArrayFile> file = ArrayFile::open(path);
        return file ? read(*file, dataInputs(plan.inputs())) : std::move(file).status();
      },
      noMemory);
}

bool ModelInputs::hasImages() const {
  return std::any_of(bindings.begin(), bindings.end(),
                     [](const Binding &binding) { return binding.isImages(); });
}

//===----------------------------------------------------------------------===//
// Handing out samples
//===----------------------------------------------------------------------===//

void ModelInputs::fill(const Binding &binding, int64_t first, int64_t count, void *to) const {
  if (binding.isImages())
    return fillImages(binding, first, count, static_cast<float *>(to));
  int64_t rows = binding.rowsPerSample;
  if (rows == 0) {
    std::memcpy(to, binding.elements.data.data(), binding.elements.data.size());
    return;
  }
  copyAlongAxis({binding.elements.data.data(), binding.dims[binding.axis], first * rows},
                {to, count * rows, 0}, count * rows, binding.dims, binding.axis,
                sizeOf(binding.dtype));
}

void ModelInputs::fillImages(const Binding &binding, int64_t first, int64_t count,
                             float *to) const {
  int64_t imageSize = numElements(std::span(binding.dims).subspan(1));
  int64_t channels = binding.channels, pixels = channels == 0 ? 0 : imageSize / channels;
  auto *from = reinterpret_cast<const uint8_t *>(binding.elements.data.data()) + first * imageSize;
  for (int64_t n = 0; n < count; ++n, from += imageSize) {
    for (int64_t c = 0; c < channels; ++c) {
      const float *table = binding.table.data() + c * 256;
      for (int64_t p = 0; p < pixels; ++p)
        *to++ = table[from[p * channels + c]];
    }
  }
}

Status ModelInputs::fillAll(int64_t first, int64_t count, std::span<const TensorView> inputs,
                            bool refuseNaN) const {
  for (size_t i = 0; i < bindings.size(); ++i) {
    const Binding &binding = bindings[i];
    // A plan that counts samples differently from the one that the data are bound to.
    int64_t elements = numElements(binding.dims);
    if (binding.rowsPerSample != 0)
      elements = elements / binding.dims[binding.axis] * binding.rowsPerSample * count;
    if (inputs[i].numElements() != elements)
      return Status::invalidArgument(
          fmt::format("input '{}': expected room for {} samples, which are {} elements, but got "
                      "room for {}",
                      binding.name, count, elements, inputs[i].numElements()));
    fill(binding, first, count, inputs[i].data);
    if (!refuseNaN || binding.dtype != DType::Float32)
      continue;
    const float *to = static_cast<const float *>(inputs[i].data);
    int64_t size = inputs[i].numElements();
    const float *bad = std::find_if(to, to + size, [](float v) { return std::isnan(v); });
    if (bad == to + size)
      continue;
    if (binding.rowsPerSample == 0)
      return Status::invalidData(
          fmt::format("input '{}' contains a NaN (not a number); repair it", binding.name));
    // `to` has `outer` blocks of `count` samples.
    int64_t outer = numElements(std::span(inputs[i].dims).first(binding.axis));
    int64_t sample = first + (bad - to) / (size / outer / count) % count;
    return Status::invalidData(fmt::format("sample {} of input '{}' contains a NaN (not a number); "
                                           "remove it from the data, or repair it",
                                           sample, bindings[i].name));
  }
  return Status();
}

SampleSource ModelInputs::source() const {
  return [this](int64_t first, int64_t count, std::span<const TensorView> inputs) {
    return fillAll(first, count, inputs, /*refuseNaN=*/false);
  };
}

SampleSource ModelInputs::calibrationSource() const {
  return [this](int64_t first, int64_t count, std::span<const TensorView> inputs) {
    return fillAll(first, count, inputs, /*refuseNaN=*/true);
  };
}

static Result<std::vector<int64_t>> readLabels(const std::string &path) {
  Result<Array> array = loadArray(path, "labels");
  if (!array)
    return array.status();
  if (array->type == ElementType::Float32)
    return Status::invalidData(
        fmt::format("'{}': expected labels to be integers, but got {}; convert them with "
                    "x.astype('int64')",
                    path, array->storedType));
  if (significantDims(array->dims, 1).size() != 0 || array->dims.empty())
    return Status::invalidData(fmt::format(
        "'{}': expected one label per sample, of shape [N], but got shape {}; for one-hot "
        "rows use x.argmax(1)",
        path, shapeText(array->dims)));
  if (array->type == ElementType::UInt8)
    return std::vector<int64_t>(array->as<uint8_t>(), array->as<uint8_t>() + array->numElements());
  return std::vector<int64_t>(array->as<int64_t>(), array->as<int64_t>() + array->numElements());
}

Result<std::vector<int64_t>> quantir::runtime::loadLabels(const std::string &path) {
  return catchOutOfMemory([&] { return readLabels(path); }, noMemory);
}
