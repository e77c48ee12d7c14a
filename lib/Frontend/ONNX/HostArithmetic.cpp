//===- HostArithmetic.cpp - Arithmetic on constant tensors -----------------===//

#include "HostOps.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <limits>
#include <type_traits>

using namespace quantir;
using namespace quantir::importer;

/// Calls fn.operator()<T>() with the C++ type of the elements, for the types that have arithmetic.
template <typename Fn> static HostResult dispatch(ElementType type, Fn fn) {
  switch (type) {
  case ElementType::Float32:
    return fn.template operator()<float>();
  case ElementType::Float64:
    return fn.template operator()<double>();
  case ElementType::Int32:
    return fn.template operator()<int32_t>();
  case ElementType::Int64:
    return fn.template operator()<int64_t>();
  default:
    return makeError("arithmetic on constants of type ", describe(type), " is not supported");
  }
}

/// Broadcasts two operands of one type to the dimensions of the result.
static llvm::Expected<std::pair<HostTensor, HostTensor>> broadcast(const HostTensor &lhs,
                                                                   const HostTensor &rhs) {
  if (lhs.getType() != rhs.getType())
    return makeError("expected operands of one type, but got ", describe(lhs.getType()), " and ",
                     describe(rhs.getType()));
  Dims dims;
  if (std::string error = shapes::inferBroadcast(lhs.getDims(), rhs.getDims(), dims);
      !error.empty())
    return makeError(error);
  HostResult left = expandHost(lhs, dims);
  if (!left)
    return left.takeError();
  HostResult right = expandHost(rhs, dims);
  if (!right)
    return right.takeError();
  return std::pair(std::move(*left), std::move(*right));
}

//===----------------------------------------------------------------------===//
// Binary operators
//===----------------------------------------------------------------------===//

/// Integers wrap around, as on every machine that ONNX Runtime runs on.
template <typename T> static std::optional<T> apply(BinaryKind kind, T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    using Unsigned = std::make_unsigned_t<T>;
    bool isUndefined = b == 0 || (a == std::numeric_limits<T>::min() && b == -1);
    switch (kind) {
    case BinaryKind::Add:
      return T(Unsigned(a) + Unsigned(b));
    case BinaryKind::Sub:
      return T(Unsigned(a) - Unsigned(b));
    case BinaryKind::Mul:
      return T(Unsigned(a) * Unsigned(b));
    case BinaryKind::Div:
      return isUndefined ? std::nullopt : std::optional<T>(a / b);
    case BinaryKind::Mod: {
      if (b == 0)
        return std::nullopt;
      T remainder = b == -1 ? 0 : a % b; // the result has the divisor's sign
      return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }
    case BinaryKind::Fmod: // the dividend's
      return b == 0 ? std::nullopt : std::optional<T>(b == -1 ? 0 : a % b);
    case BinaryKind::Min:
      return std::min(a, b);
    case BinaryKind::Max:
      return std::max(a, b);
    }
  } else {
    switch (kind) {
    case BinaryKind::Add:
      return a + b;
    case BinaryKind::Sub:
      return a - b;
    case BinaryKind::Mul:
      return a * b;
    case BinaryKind::Div:
      return a / b;
    case BinaryKind::Mod:
      return std::nullopt; // only of integers, without the attribute fmod
    case BinaryKind::Fmod:
      return std::fmod(a, b);
    case BinaryKind::Min:
      return std::isnan(a) || a < b ? a : b;
    case BinaryKind::Max:
      return std::isnan(a) || a > b ? a : b;
    }
  }
  llvm_unreachable("covered switch");
}

/// How often the batch is in the result; the values are those of the operands without the batch.
static int64_t combineScales(BinaryKind kind, SymbolicInt a, SymbolicInt b) {
  if (a.isConstant() && b.isConstant())
    return 0;
  if (a.isUnknown() || b.isUnknown())
    return SymbolicInt::unknown;
  int64_t scale = 0;
  switch (kind) {
  case BinaryKind::Add:
    return llvm::AddOverflow(a.scale, b.scale, scale) ? SymbolicInt::unknown : scale;
  case BinaryKind::Sub:
    return llvm::SubOverflow(a.scale, b.scale, scale) ? SymbolicInt::unknown : scale;
  case BinaryKind::Mul:
    if (a.isConstant())
      std::swap(a, b);
    if (!b.isConstant() || llvm::MulOverflow(a.scale, b.value, scale))
      return SymbolicInt::unknown;
    return scale;
  case BinaryKind::Div:
    if (!b.isConstant() || b.value <= 0 || a.value % b.value != 0 || a.scale % b.value != 0)
      return SymbolicInt::unknown;
    return a.scale / b.value;
  default:
    return SymbolicInt::unknown;
  }
}

template <typename T> static SymbolicInt getElement(const HostTensor &tensor, int64_t i) {
  // A float never is of the form value + scale * batch: its scale is 0 or unknown.
  return {std::is_integral_v<T> ? int64_t(tensor.getValues<T>()[i]) : 0, tensor.getScale(i)};
}

HostResult importer::binaryHost(BinaryKind kind, const HostTensor &lhs, const HostTensor &rhs) {
  auto operands = broadcast(lhs, rhs);
  if (!operands)
    return operands.takeError();
  auto &[left, right] = *operands;
  return dispatch(left.getType(), [&]<typename T>() -> HostResult {
    HostTensor result = HostTensor::zeros(left.getType(), left.getDims());
    for (auto [i, element] : llvm::enumerate(result.template getMutableValues<T>())) {
      result.setScale(i, combineScales(kind, getElement<T>(left, i), getElement<T>(right, i)));
      if (result.getScale(i) == SymbolicInt::unknown)
        continue;
      T a = left.template getValues<T>()[i], b = right.template getValues<T>()[i];
      std::optional<T> value = apply(kind, a, b);
      if (!value)
        return kind == BinaryKind::Mod && b != 0
                   ? makeError("expected integers, or the attribute fmod, but got ",
                               describe(left.getType()))
                   : makeError("cannot divide ", a, " by ", b);
      element = *value;
    }
    return result;
  });
}

//===----------------------------------------------------------------------===//
// Comparison and logic
//===----------------------------------------------------------------------===//

template <typename T> static bool apply(CompareKind kind, T a, T b) {
  switch (kind) {
  case CompareKind::Equal:
    return a == b;
  case CompareKind::Less:
    return a < b;
  case CompareKind::LessOrEqual:
    return a <= b;
  case CompareKind::Greater:
    return a > b;
  case CompareKind::GreaterOrEqual:
    return a >= b;
  }
  llvm_unreachable("covered switch");
}

/// Compares elements of which some depend on the batch, which is at least 1; none when that is not
/// enough to tell.
static std::optional<bool> compareSymbolic(CompareKind kind, SymbolicInt a, SymbolicInt b) {
  if (a.isUnknown() || b.isUnknown())
    return std::nullopt;
  if (a.scale == b.scale)
    return apply(kind, a.value, b.value);
  // a - b = value + scale * batch is positive for every batch, or negative for every batch, if it
  // is for the first and grows in that direction.
  int64_t value, scale, first;
  if (llvm::SubOverflow(a.value, b.value, value) || llvm::SubOverflow(a.scale, b.scale, scale) ||
      llvm::AddOverflow(value, scale, first))
    return std::nullopt;
  if (scale > 0 && first > 0)
    return apply<int64_t>(kind, 1, 0);
  if (scale < 0 && first < 0)
    return apply<int64_t>(kind, 0, 1);
  return std::nullopt;
}

HostResult importer::compareHost(CompareKind kind, const HostTensor &lhs, const HostTensor &rhs) {
  if (lhs.getType() == ElementType::Bool) {
    HostResult left = castHost(lhs, ElementType::Int32);
    if (!left)
      return left;
    HostResult right = castHost(rhs, ElementType::Int32);
    if (!right)
      return right;
    return compareHost(kind, *left, *right);
  }
  auto operands = broadcast(lhs, rhs);
  if (!operands)
    return operands.takeError();
  auto &[left, right] = *operands;
  return dispatch(left.getType(), [&]<typename T>() -> HostResult {
    HostTensor result = HostTensor::zeros(ElementType::Bool, left.getDims());
    for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
      std::optional<bool> value;
      if (left.getScale(i) || right.getScale(i))
        value = compareSymbolic(kind, getElement<T>(left, i), getElement<T>(right, i));
      else
        value = apply(kind, left.template getValues<T>()[i], right.template getValues<T>()[i]);
      result.getMutableBytes()[i] = value.value_or(false);
      result.setScale(i, value ? 0 : SymbolicInt::unknown);
    }
    return result;
  });
}

HostResult importer::logicHost(LogicKind kind, const HostTensor &lhs, const HostTensor &rhs) {
  auto operands = broadcast(lhs, rhs);
  if (!operands)
    return operands.takeError();
  auto &[left, right] = *operands;
  if (left.getType() != ElementType::Bool)
    return makeError("expected operands of type bool, but got ", describe(left.getType()));
  HostTensor result = HostTensor::zeros(ElementType::Bool, left.getDims());
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
    bool a = left.getBytes()[i], b = right.getBytes()[i];
    result.getMutableBytes()[i] = kind == LogicKind::And ? a && b : a || b;
    result.setScale(i, left.getScale(i) || right.getScale(i) ? SymbolicInt::unknown : 0);
  }
  return result;
}

HostResult importer::notHost(const HostTensor &input) {
  if (input.getType() != ElementType::Bool)
    return makeError("expected an operand of type bool, but got ", describe(input.getType()));
  HostTensor result = HostTensor::zeros(ElementType::Bool, input.getDims());
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
    result.getMutableBytes()[i] = !input.getBytes()[i];
    result.setScale(i, input.getScale(i));
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Unary operators
//===----------------------------------------------------------------------===//

template <typename T> static T apply(UnaryKind kind, T a) {
  if constexpr (std::is_integral_v<T>) {
    using Unsigned = std::make_unsigned_t<T>;
    bool negate = kind == UnaryKind::Neg || (kind == UnaryKind::Abs && a < 0);
    return negate ? T(Unsigned(0) - Unsigned(a)) : a;
  } else {
    switch (kind) {
    case UnaryKind::Neg:
      return -a;
    case UnaryKind::Abs:
      return std::fabs(a);
    case UnaryKind::Floor:
      return std::floor(a);
    case UnaryKind::Ceil:
      return std::ceil(a);
    case UnaryKind::Sqrt:
      return std::sqrt(a);
    }
    llvm_unreachable("covered switch");
  }
}

HostResult importer::unaryHost(UnaryKind kind, const HostTensor &input) {
  if (kind != UnaryKind::Neg && kind != UnaryKind::Abs && !isFloat(input.getType()))
    return makeError("expected a float, but got ", describe(input.getType()));
  return dispatch(input.getType(), [&]<typename T>() -> HostResult {
    HostTensor result = HostTensor::zeros(input.getType(), input.getDims());
    for (auto [i, element] : llvm::enumerate(result.template getMutableValues<T>())) {
      element = apply(kind, input.getValues<T>()[i]);
      if (int64_t scale = input.getScale(i))
        result.setScale(i, kind == UnaryKind::Neg
                               ? combineScales(BinaryKind::Mul, {0, scale}, {-1, 0})
                               : SymbolicInt::unknown);
    }
    return result;
  });
}

HostResult importer::powHost(const HostTensor &base, const HostTensor &exponent) {
  HostResult left = castHost(base, ElementType::Float64);
  if (!left)
    return left;
  HostResult right = castHost(exponent, ElementType::Float64);
  if (!right)
    return right;
  auto operands = broadcast(*left, *right);
  if (!operands)
    return operands.takeError();
  HostTensor result = HostTensor::zeros(ElementType::Float64, operands->first.getDims());
  for (auto [i, element] : llvm::enumerate(result.getMutableValues<double>())) {
    element =
        std::pow(operands->first.getValues<double>()[i], operands->second.getValues<double>()[i]);
    if (operands->first.getScale(i) || operands->second.getScale(i))
      result.setScale(i, SymbolicInt::unknown);
  }
  return castHost(result, base.getType());
}

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

static float convertHalf(uint16_t bits, const llvm::fltSemantics &semantics) {
  return llvm::APFloat(semantics, llvm::APInt(16, bits)).convertToFloat();
}

/// One element as To; none if it does not fit.
template <typename To, typename From> static std::optional<To> convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From(0);
  } else if constexpr (std::is_floating_point_v<To>) {
    return To(value);
  } else if constexpr (std::is_floating_point_v<From>) {
    // The first float beyond the range; the range itself need not end at a float.
    From beyond = std::ldexp(From(1), std::numeric_limits<To>::digits);
    From whole = std::trunc(value);
    return whole >= -beyond && whole < beyond ? std::optional<To>(To(whole)) : std::nullopt;
  } else {
    return std::in_range<To>(value) ? std::optional<To>(To(value)) : std::nullopt;
  }
}

template <typename To, typename From, typename Get>
static HostResult castElements(const HostTensor &input, Get get) {
  HostTensor result = HostTensor::zeros(elementTypeOf<To>(), input.getDims());
  constexpr bool keepsScale =
      std::is_integral_v<From> && std::is_integral_v<To> && !std::is_same_v<To, bool>;
  for (int64_t i = 0, e = result.getNumElements(); i < e; ++i) {
    From from = get(i);
    std::optional<To> value = convert<To, From>(from);
    if (!value)
      return makeError("expected values in the range of ", describe(result.getType()), ", but got ",
                       from);
    std::memcpy(result.getMutableBytes() + i * sizeof(To), &*value, sizeof(To));
    if (int64_t scale = input.getScale(i))
      result.setScale(i, keepsScale ? scale : SymbolicInt::unknown);
  }
  return result;
}

template <typename To, typename From> static HostResult castFrom(const HostTensor &input) {
  return castElements<To, From>(input, [&](int64_t i) { return input.getValues<From>()[i]; });
}

template <typename To> static HostResult castTo(const HostTensor &input) {
  switch (input.getType()) {
  case ElementType::Float32:
    return castFrom<To, float>(input);
  case ElementType::Float64:
    return castFrom<To, double>(input);
  case ElementType::Float16:
  case ElementType::BFloat16:
    return castElements<To, float>(input, [&](int64_t i) {
      return convertHalf(input.getValues<uint16_t>()[i], input.getType() == ElementType::Float16
                                                             ? llvm::APFloat::IEEEhalf()
                                                             : llvm::APFloat::BFloat());
    });
  case ElementType::Int8:
    return castFrom<To, int8_t>(input);
  case ElementType::Int16:
    return castFrom<To, int16_t>(input);
  case ElementType::Int32:
    return castFrom<To, int32_t>(input);
  case ElementType::Int64:
    return castFrom<To, int64_t>(input);
  case ElementType::UInt8:
  case ElementType::Bool:
    return castFrom<To, uint8_t>(input);
  case ElementType::UInt16:
    return castFrom<To, uint16_t>(input);
  case ElementType::UInt32:
    return castFrom<To, uint32_t>(input);
  case ElementType::UInt64:
    return castFrom<To, uint64_t>(input);
  }
  llvm_unreachable("covered switch");
}

HostResult importer::castHost(const HostTensor &input, ElementType type) {
  if (input.getType() == type)
    return input;
  switch (type) {
  case ElementType::Float32:
    return castTo<float>(input);
  case ElementType::Float64:
    return castTo<double>(input);
  case ElementType::Int32:
    return castTo<int32_t>(input);
  case ElementType::Int64:
    return castTo<int64_t>(input);
  case ElementType::Bool:
    return castTo<bool>(input);
  default:
    return makeError("a cast of constants to ", describe(type), " is not supported");
  }
}
