//===- Npy.cpp - NumPy's array files --------------------------------------===//

#include "runtime/data/Npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstring>
#include <limits>

using namespace quantir;
using namespace quantir::runtime;

static_assert(std::endian::native == std::endian::little,
              "the readers and writers of data and plans assume a little-endian machine");

static constexpr std::string_view magic = "\x93NUMPY";

//===----------------------------------------------------------------------===//
// Header
//===----------------------------------------------------------------------===//

namespace {

/// A parser for the Python dictionary that describes the array:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : text(text) {}

  Status parse(NpyHeader &header) {
    bool haveType = false, haveOrder = false, haveShape = false;
    if (!accept('{'))
      return expected("'{'");
    while (!accept('}')) {
      std::string key;
      QUANTIR_RETURN_IF_ERROR(parseString(key));
      if (!accept(':'))
        return expected("':'");
      if (key == "descr" && !haveType) {
        QUANTIR_RETURN_IF_ERROR(parseType(header));
        haveType = true;
      } else if (key == "fortran_order" && !haveOrder) {
        QUANTIR_RETURN_IF_ERROR(parseBool(header.fortranOrder));
        haveOrder = true;
      } else if (key == "shape" && !haveShape) {
        QUANTIR_RETURN_IF_ERROR(parseShape(header.dims));
        haveShape = true;
      } else {
        return Status::invalidData(fmt::format("unexpected key '{}' in the header", key));
      }
      if (!accept(',') && peek() != '}')
        return expected("',' or '}'");
    }
    if (!haveType || !haveOrder || !haveShape)
      return Status::invalidData(
          "expected the header to give 'descr', 'fortran_order' and 'shape'");
    skipSpace();
    return at == text.size() ? Status() : expected("the end of the header");
  }

private:
  void skipSpace() {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])))
      ++at;
  }
  char peek() {
    skipSpace();
    return at < text.size() ? text[at] : '\0';
  }
  bool accept(char c) {
    if (peek() != c)
      return false;
    ++at;
    return true;
  }
  Status expected(std::string_view what) const {
    return Status::invalidData(fmt::format("expected {} at byte {} of the header", what, at));
  }

  Status parseString(std::string &value) {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      return expected("a string");
    size_t end = text.find(quote, at + 1);
    if (end == std::string_view::npos)
      return expected("a closing quote after the string");
    value = text.substr(at + 1, end - at - 1);
    if (value.find('\\') != std::string::npos)
      return expected("a string without escapes");
    at = end + 1;
    return Status();
  }

  Status parseBool(bool &value) {
    skipSpace();
    for (bool candidate : {false, true}) {
      std::string_view word = candidate ? "True" : "False";
      if (text.substr(at, word.size()) == word) {
        at += word.size();
        value = candidate;
        return Status();
      }
    }
    return expected("True or False");
  }

  Status parseType(NpyHeader &header) {
    if (peek() == '[')
      return Status::invalidData(
          "the array has fields (a structured type); save its fields as arrays of "
          "their own");
    std::string type;
    QUANTIR_RETURN_IF_ERROR(parseString(type));
    bool known = type.size() >= 3 && std::strchr("<>|=", type[0]) && type.size() <= 4;
    int size = 0;
    for (size_t i = 2; known && i < type.size(); ++i) {
      known = std::isdigit(static_cast<unsigned char>(type[i]));
      size = size * 10 + (type[i] - '0');
    }
    char kind = known ? type[1] : '\0';
    known = (kind == 'f' && (size == 2 || size == 4 || size == 8)) ||
            ((kind == 'i' || kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8)) ||
            (kind == 'b' && size == 1);
    if (!known)
      return Status::invalidData(
          fmt::format("element type '{}' cannot be used; save the array as float32, uint8 or "
                      "int64 (NumPy: x.astype('float32'))",
                      type));
    header.kind = kind;
    header.itemSize = size;
    header.bigEndian = type[0] == '>' && size > 1;
    return Status();
  }

  Status parseShape(std::vector<int64_t> &dims) {
    if (!accept('('))
      return expected("'('");
    while (!accept(')')) {
      int64_t dim = 0;
      if (!std::isdigit(static_cast<unsigned char>(peek())))
        return expected("a dimension");
      for (; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])); ++at) {
        if (__builtin_mul_overflow(dim, 10, &dim) ||
            __builtin_add_overflow(dim, text[at] - '0', &dim))
          return Status::invalidData("a dimension in the header is too large");
      }
      if (at < text.size() && text[at] == 'L') // Python 2 wrote 3L
        ++at;
      dims.push_back(dim);
      if (dims.size() > 32)
        return Status::invalidData("the array has more than 32 dimensions");
      if (!accept(',') && peek() != ')')
        return expected("',' or ')'");
    }
    return Status();
  }

  std::string_view text;
  size_t at = 0;
};

} // namespace

std::string NpyHeader::typeName() const {
  switch (kind) {
  case 'f':
    return fmt::format("float{}", itemSize * 8);
  case 'i':
    return fmt::format("int{}", itemSize * 8);
  case 'u':
    return fmt::format("uint{}", itemSize * 8);
  default:
    return "bool";
  }
}

bool quantir::runtime::isNpy(std::span<const std::byte> bytes) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

Result<NpyHeader> quantir::runtime::parseNpyHeader(std::span<const std::byte> bytes) {
  auto byteAt = [&](size_t i) { return std::to_integer<size_t>(bytes[i]); };
  if (!isNpy(bytes))
    return Status::invalidData(
        "not a .npy file (it does not start with \\x93NUMPY); write it with numpy.save");
  if (bytes.size() < 12)
    return Status::invalidData("truncated in the header; write it again");
  size_t version = byteAt(6);
  if (version < 1 || version > 3)
    return Status::invalidData(
        fmt::format(".npy format version {}.{} is not known (1 to 3 are); write it with numpy.save",
                    version, byteAt(7)));
  size_t length = byteAt(8) | byteAt(9) << 8, start = 10;
  if (version > 1) {
    length |= byteAt(10) << 16 | byteAt(11) << 24;
    start = 12;
  }
  if (length > bytes.size() - start)
    return Status::invalidData("truncated in the header; write it again");

  NpyHeader header;
  std::string_view text(reinterpret_cast<const char *>(bytes.data()) + start, length);
  QUANTIR_RETURN_IF_ERROR(HeaderParser(text).parse(header));
  header.dataOffset = start + length;
  // Dimensions of zero do not excuse the others: the product without them must fit as well.
  size_t size = size_t(header.itemSize);
  bool empty = false;
  for (int64_t d : header.dims) {
    empty |= d == 0;
    if (d != 0 && __builtin_mul_overflow(size, size_t(d), &size))
      size = std::numeric_limits<size_t>::max();
    if (size > size_t(std::numeric_limits<int64_t>::max()))
      return Status::invalidData(fmt::format("shape {} is too large", shapeText(header.dims)));
  }
  header.dataSize = empty ? 0 : size;
  return header;
}

//===----------------------------------------------------------------------===//
// Payload
//===----------------------------------------------------------------------===//

static float halfToFloat(uint16_t half) {
  uint32_t sign = uint32_t(half & 0x8000) << 16, exponent = half >> 10 & 31, mantissa = half & 1023;
  if (exponent == 31)
    return std::bit_cast<float>(sign | 0x7f800000 | mantissa << 13);
  if (exponent == 0) {
    float value = std::ldexp(float(mantissa), -24);
    return sign ? -value : value;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
}

/// The element at `p`, stored as T in the other byte order if `swap`.
template <typename T> static T load(const std::byte *p, bool swap) {
  std::array<std::byte, sizeof(T)> raw;
  std::memcpy(raw.data(), p, sizeof(T));
  if (swap)
    std::reverse(raw.begin(), raw.end());
  return std::bit_cast<T>(raw);
}

/// Copies `header`'s elements from `source` into row-major order, each converted by `convert` from
/// stored type T.
template <typename T, typename Out, typename Convert>
static std::vector<Out> convertElements(const NpyHeader &header, const std::byte *source,
                                        Convert convert) {
  size_t count = header.dataSize / sizeof(T);
  std::vector<Out> values(count);
  if (!header.fortranOrder) {
    for (size_t i = 0; i < count; ++i)
      values[i] = convert(load<T>(source + i * sizeof(T), header.bigEndian));
    return values;
  }
  // Fortran order: the first index runs fastest. Walk the file, tracking the row-major position.
  size_t rank = header.dims.size();
  std::vector<size_t> strides(rank, 1), index(rank, 0);
  for (size_t d = rank; d-- > 1;)
    strides[d - 1] = strides[d] * size_t(header.dims[d]);
  size_t to = 0;
  for (size_t i = 0; i < count; ++i) {
    values[to] = convert(load<T>(source + i * sizeof(T), header.bigEndian));
    for (size_t d = 0; d < rank; ++d) {
      to += strides[d];
      if (++index[d] < size_t(header.dims[d]))
        break;
      to -= strides[d] * index[d];
      index[d] = 0;
    }
  }
  return values;
}

static Array convertArray(const NpyHeader &header, const std::byte *source) {
  auto floats = [&]<typename T>(T, auto convert) {
    return Array::fromFloats(header.dims, convertElements<T, float>(header, source, convert));
  };
  auto ints = [&]<typename T>(T) {
    auto convert = [](T value) { return int64_t(value); };
    return Array::fromInts(header.dims, convertElements<T, int64_t>(header, source, convert));
  };
  auto toFloat = [](auto value) { return float(value); };
  switch (header.kind) {
  case 'f':
    if (header.itemSize == 2)
      return floats(uint16_t(), halfToFloat);
    return header.itemSize == 4 ? floats(float(), toFloat) : floats(double(), toFloat);
  case 'i':
    switch (header.itemSize) {
    case 1:
      return ints(int8_t());
    case 2:
      return ints(int16_t());
    case 4:
      return ints(int32_t());
    default:
      return ints(int64_t());
    }
  case 'u':
    switch (header.itemSize) {
    case 1:
      return Array::fromBytes(header.dims, convertElements<uint8_t, uint8_t>(
                                               header, source, [](uint8_t v) { return v; }));
    case 2:
      return ints(uint16_t());
    case 4:
      return ints(uint32_t());
    default:
      return ints(uint64_t());
    }
  default:
    return ints(uint8_t());
  }
}

/// The element type whose memory form is exactly what the file has, if there is one.
static std::optional<ElementType> nativeType(const NpyHeader &header) {
  if (header.bigEndian || (header.fortranOrder && header.dims.size() > 1))
    return std::nullopt;
  if (header.kind == 'f' && header.itemSize == 4)
    return ElementType::Float32;
  if (header.kind == 'u' && header.itemSize == 1)
    return ElementType::UInt8;
  if (header.kind == 'i' && header.itemSize == 8)
    return ElementType::Int64;
  return std::nullopt;
}

Result<Array> quantir::runtime::parseNpy(const Bytes &bytes) {
  Result<NpyHeader> header = parseNpyHeader(bytes.data);
  if (!header)
    return header.status();
  size_t have = bytes.size() - header->dataOffset;
  if (have < header->dataSize)
    return Status::invalidData(
        fmt::format("truncated: shape {} of {} needs {} bytes of data, but {} are there; "
                    "write it again",
                    shapeText(header->dims), header->typeName(), header->dataSize, have));
  if (have > header->dataSize)
    return Status::invalidData(
        fmt::format("{} bytes follow the array that the header describes (shape {} of {}); "
                    "the file is damaged, or holds several arrays: use .npz for those",
                    have - header->dataSize, shapeText(header->dims), header->typeName()));

  std::span<const std::byte> payload = bytes.data.subspan(header->dataOffset);
  std::optional<ElementType> native = nativeType(*header);
  bool aligned = native && reinterpret_cast<uintptr_t>(payload.data()) % sizeOf(*native) == 0;
  Array array;
  if (native && aligned)
    array = Array{*native, header->dims, Bytes{payload, bytes.owner}, {}};
  else
    array = convertArray(*header, payload.data());
  array.storedType = header->typeName();
  return array;
}

std::string quantir::runtime::npyHeader(ElementType type, const std::vector<int64_t> &dims) {
  std::string_view descr = type == ElementType::Float32 ? "<f4"
                           : type == ElementType::UInt8 ? "|u1"
                                                        : "<i8";
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                 descr, fmt::join(dims, ", "), dims.size() == 1 ? "," : "");
  size_t unpadded = magic.size() + 4 + dict.size() + 1;
  dict.append((64 - unpadded % 64) % 64, ' ');
  dict += '\n';
  std::string header(magic);
  header += '\x01';
  header += '\x00';
  header += char(dict.size() & 255);
  header += char(dict.size() >> 8);
  return header + dict;
}
