//===- DTypeMatchTests.cpp - Qconfigs against dtype configs ---------------===//

#include "passes/Annotate/DTypeMatch.h"

#include "mlir/AsmParser/AsmParser.h"

#include <catch2/catch_test_macros.hpp>

using namespace mlir;
using namespace quantir;

namespace {

struct Fixture {
  Fixture() : context(MLIRContext::Threading::DISABLED) { context.loadDialect<QuantirDialect>(); }

  template <typename AttrT> AttrT parse(StringRef text) {
    auto attr = dyn_cast_or_null<AttrT>(parseAttribute(text, &context));
    REQUIRE(attr);
    return attr;
  }

  DTypeConfigAttr config(StringRef text) {
    return parse<DTypeConfigAttr>(("#quantir.dtype_config" + text).str());
  }

  /// Of a unit with a weight and a bias, whose result is observed as its activation is.
  std::string mismatchOf(StringRef dtypes, StringRef qconfigText) {
    auto qconfig = parse<QConfigAttr>(("#quantir.qconfig" + qconfigText).str());
    return mismatch(config(dtypes), qconfig, qconfig.getActivation(), {true, true});
  }

  MLIRContext context;
};

constexpr const char *staticW8 =
    "<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8>>";
constexpr const char *dynamicW8 = "<activation = #quantir.placeholder<dtype = quint8, is_dynamic = "
                                  "true>, weight = #quantir.min_max<dtype = qint8>>";
constexpr const char *staticHalf = "<activation = #quantir.placeholder<dtype = float16>, weight = "
                                   "#quantir.placeholder<dtype = float16>>";

} // namespace

TEST_CASE("a dynamic activation asks for a dynamic dtype config, whose result is float") {
  Fixture f;
  constexpr const char *dynamic = "<input = <quint8>, output = <float32>, weight = <qint8>, bias = "
                                  "<float32>, is_dynamic = true>";
  constexpr const char *weighted =
      "<input = <quint8>, output = <quint8>, weight = <qint8>, bias = <float32>>";
  CHECK(f.mismatchOf(dynamic, dynamicW8) == "");
  CHECK(f.mismatchOf(weighted, staticW8) == "");
  CHECK(f.mismatchOf(dynamic, staticW8) == "the activation must be quantized dynamically");
  CHECK(f.mismatchOf(weighted, dynamicW8) == "the activation must be quantized statically");
  CHECK(f.mismatchOf("<input = <quint8>, output = <quint8>, is_dynamic = true>", dynamicW8) ==
        "the result must be quint8, but that of a dynamic op is float32");
  // What is not written accepts anything.
  CHECK(f.mismatchOf("<>", dynamicW8) == "");
}

TEST_CASE("a bias is float32, but float16 where all is") {
  Fixture f;
  constexpr const char *half =
      "<input = <float16>, output = <float16>, weight = <float16>, bias = <float16>>";
  CHECK(f.mismatchOf(half, staticHalf) == "");
  CHECK(f.mismatchOf("<weight = <qint8>, bias = <float16>>", staticW8) ==
        "the bias must be float16, but the qconfig makes it float32");
  CHECK(f.mismatchOf("<weight = <qint8>, bias = <qint32>>", staticW8) == "");
}

TEST_CASE("float16 qconfigs need no exact scale; placeholders have no range") {
  Fixture f;
  CHECK(f.mismatchOf("<input = <float16, scale = 0.5, zero_point = 0>>", staticHalf) == "");
  CHECK(f.mismatchOf("<input = <quint8, quant_min = 0, quant_max = 255>, is_dynamic = true>",
                     dynamicW8) ==
        "the activation's range must be within [0, 255], but the observer has none");
}

TEST_CASE("a module is converted if a dtype config has exactly its dtypes") {
  Fixture f;
  DTypeConfigAttr w8 = f.config("<input = <quint8>, output = <quint8>, weight = <qint8, quant_min "
                                "= -127, quant_max = 127>, bias = <float32>>");
  auto qconfig = [&](StringRef text) {
    return f.parse<QConfigAttr>(("#quantir.qconfig" + text).str());
  };
  CHECK(convertMismatch({w8}, qconfig(staticW8)) == "");
  CHECK(convertMismatch({w8},
                        qconfig("<activation = #quantir.min_max, weight = #quantir.min_max>")) ==
        "no dtype config has quint8 activations with quint8 weights");
  CHECK(convertMismatch({w8}, qconfig(dynamicW8)) == "");
  CHECK(convertMismatch({}, qconfig(dynamicW8)) ==
        "no dtype config has quint8 activations (dynamic) with qint8 weights");
  // What is not written is float32 here.
  CHECK(convertMismatch({f.config("<input = <quint8>, output = <quint8>, weight = <qint8>>")},
                        qconfig(staticW8)) == "");
  CHECK(convertMismatch({f.config("<output = <quint8>, weight = <qint8>>")}, qconfig(staticW8)) !=
        "");
}
