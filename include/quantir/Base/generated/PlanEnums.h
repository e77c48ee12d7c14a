//===- PlanEnums.h - Enums of plans ------------------------------*- C++ -*-===//
//
// Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td.
//
// Those of the plan's schema, without FlatBuffers: whoever reads a plan has to check that the
// number is one of them.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_GENERATED_PLANENUMS_H
#define QUANTIR_BASE_GENERATED_PLANENUMS_H

#include <cstdint>

// clang-format off
namespace quantir::plan {

/// function fused behind a kernel
enum class ActivationKind : uint8_t {
  None = 0, Relu = 1, Clamp = 2, LeakyRelu = 3, MIN = None, MAX = LeakyRelu
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameActivationKind(ActivationKind value) {
  constexpr const char *names[] = {
      "None", "Relu", "Clamp", "LeakyRelu"};
  return value <= ActivationKind::MAX ? names[static_cast<int>(value)] : "";
}

/// what becomes of the rows of a bag
enum class BagMode : uint8_t {
  Sum = 0, Mean = 1, Max = 2, MIN = Sum, MAX = Max
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameBagMode(BagMode value) {
  constexpr const char *names[] = {
      "Sum", "Mean", "Max"};
  return value <= BagMode::MAX ? names[static_cast<int>(value)] : "";
}

/// function of two numbers
enum class BinaryKind : uint8_t {
  Add = 0, Sub = 1, Mul = 2, Div = 3, MIN = Add, MAX = Div
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameBinaryKind(BinaryKind value) {
  constexpr const char *names[] = {
      "Add", "Sub", "Mul", "Div"};
  return value <= BinaryKind::MAX ? names[static_cast<int>(value)] : "";
}

/// where a result's position is in the input
enum class CoordinateMode : uint8_t {
  Asymmetric = 0, HalfPixel = 1, PytorchHalfPixel = 2, AlignCorners = 3, MIN = Asymmetric,
  MAX = AlignCorners
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameCoordinateMode(CoordinateMode value) {
  constexpr const char *names[] = {
      "Asymmetric", "HalfPixel", "PytorchHalfPixel", "AlignCorners"};
  return value <= CoordinateMode::MAX ? names[static_cast<int>(value)] : "";
}

/// which element is the nearest
enum class NearestRounding : uint8_t {
  Floor = 0, Ceil = 1, RoundPreferFloor = 2, RoundPreferCeil = 3, MIN = Floor, MAX = RoundPreferCeil
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameNearestRounding(NearestRounding value) {
  constexpr const char *names[] = {
      "Floor", "Ceil", "RoundPreferFloor", "RoundPreferCeil"};
  return value <= NearestRounding::MAX ? names[static_cast<int>(value)] : "";
}

/// what is taken of a window
enum class PoolKind : uint8_t {
  Max = 0, Average = 1, MIN = Max, MAX = Average
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNamePoolKind(PoolKind value) {
  constexpr const char *names[] = {
      "Max", "Average"};
  return value <= PoolKind::MAX ? names[static_cast<int>(value)] : "";
}

/// how a value between elements is made
enum class ResampleMode : uint8_t {
  Nearest = 0, Linear = 1, MIN = Nearest, MAX = Linear
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameResampleMode(ResampleMode value) {
  constexpr const char *names[] = {
      "Nearest", "Linear"};
  return value <= ResampleMode::MAX ? names[static_cast<int>(value)] : "";
}

/// function of one number
enum class UnaryKind : uint8_t {
  Relu = 0, Clamp = 1, LeakyRelu = 2, Sigmoid = 3, Tanh = 4, HardSigmoid = 5, HardSwish = 6,
  Elu = 7, Gelu = 8, GeluTanh = 9, Erf = 10, Sqrt = 11, Pow = 12, MIN = Relu, MAX = Pow
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameUnaryKind(UnaryKind value) {
  constexpr const char *names[] = {
      "Relu", "Clamp", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Gelu",
      "GeluTanh", "Erf", "Sqrt", "Pow"};
  return value <= UnaryKind::MAX ? names[static_cast<int>(value)] : "";
}

/// the type of a tensor's elements
enum class DType : uint8_t {
  Float32 = 0, UInt8 = 1, Int8 = 2, Int32 = 3, Int64 = 4, MIN = Float32, MAX = Int64
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameDType(DType value) {
  constexpr const char *names[] = {
      "Float32", "UInt8", "Int8", "Int32", "Int64"};
  return value <= DType::MAX ? names[static_cast<int>(value)] : "";
}

/// the physical order of a tensor, whose dims are in logical order
enum class Layout : uint8_t {
  RowMajor = 0, ChannelsLast = 1, MIN = RowMajor, MAX = ChannelsLast
};
/// The name of an enumerator; empty for a number that is none.
constexpr const char *EnumNameLayout(Layout value) {
  constexpr const char *names[] = {
      "RowMajor", "ChannelsLast"};
  return value <= Layout::MAX ? names[static_cast<int>(value)] : "";
}

} // namespace quantir::plan
// clang-format on

#endif // QUANTIR_BASE_GENERATED_PLANENUMS_H
