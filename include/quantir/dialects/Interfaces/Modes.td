//===- Modes.td - The cases of enums that several dialects have -*- tablegen -*-===//
//
// An op of nn and the kernel that computes it have the same modes. Each dialect makes an enum of
// these cases, so that a value of one is a value of the other.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_INTERFACES_MODES_TD
#define QUANTIR_DIALECTS_INTERFACES_MODES_TD

include "mlir/IR/EnumAttr.td"

class EnumCases<list<I32EnumAttrCase> all> {
  list<I32EnumAttrCase> cases = all;
}

def ResampleModes : EnumCases<[
    I32EnumAttrCase<"Nearest", 0, "nearest">, I32EnumAttrCase<"Linear", 1, "linear">]>;

def CoordinateModes : EnumCases<[
    I32EnumAttrCase<"Asymmetric", 0, "asymmetric">, I32EnumAttrCase<"HalfPixel", 1, "half_pixel">,
    I32EnumAttrCase<"PytorchHalfPixel", 2, "pytorch_half_pixel">,
    I32EnumAttrCase<"AlignCorners", 3, "align_corners">]>;

def NearestRoundings : EnumCases<[
    I32EnumAttrCase<"Floor", 0, "floor">, I32EnumAttrCase<"Ceil", 1, "ceil">,
    I32EnumAttrCase<"RoundPreferFloor", 2, "round_prefer_floor">,
    I32EnumAttrCase<"RoundPreferCeil", 3, "round_prefer_ceil">]>;

def BagModes : EnumCases<[
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Mean", 1, "mean">,
    I32EnumAttrCase<"Max", 2, "max">]>;

#endif // QUANTIR_DIALECTS_INTERFACES_MODES_TD
