//===- SettingsAnalysisTests.cpp - What passes ask a module's settings ----===//

#include "Fixture.h"

#include "quantir/Config/Settings.h"

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace mlir;
using namespace quantir;

using Catch::Matchers::ContainsSubstring;

namespace {

struct SettingsFixture : ConfigFixture {
  OwningOpRef<ModuleOp> parse(const char *text) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    REQUIRE(module);
    return module;
  }

  /// The settings of a module and of a function that is quantized on its own.
  OwningOpRef<ModuleOp> twoLevels() {
    return parse(R"mlir(
      module attributes {quantir.settings = #quantir.settings<backend_config = <"native">, backend = "reference">} {
        func.func @model() { return }
        func.func private @block() attributes {quantir.settings = #quantir.settings<
            mapping = <module_name_regex = [<"a.*" = none>]>, backend_config = <"xnnpack">>} { return }
      })mlir");
  }
};

func::FuncOp function(ModuleOp module, StringRef name) {
  return module.lookupSymbol<func::FuncOp>(name);
}

/// Changes the module, keeps no analysis, and notes which patterns it was given.
struct AskingPass : PassWrapper<AskingPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(AskingPass)
  explicit AskingPass(std::vector<const BackendPatterns *> &asked) : asked(asked) {}
  void runOnOperation() override {
    asked.push_back(*getAnalysis<Settings>().patterns());
    setBackend(getOperation(), "native");
  }
  std::vector<const BackendPatterns *> &asked;
};

} // namespace

TEST_CASE("what a function's settings do not say is its module's, and then the default") {
  SettingsFixture f;
  OwningOpRef<ModuleOp> module = f.twoLevels();
  Settings settings(*module);
  func::FuncOp model = function(*module, "model"), block = function(*module, "block");
  CHECK(settings.backend() == "reference");
  CHECK((*settings.patterns())->name() == "native");
  CHECK((*settings.patternsOf(model))->name() == "native");
  CHECK((*settings.patternsOf(block))->name() == "xnnpack");
  CHECK(settings.rulesOf(model)->observeShared != settings.rulesOf(block)->observeShared);
  CHECK(settings.mappingOf(model) == getDefaultQConfigMapping(&f.context));
  CHECK(settings.mappingOf(block).getModuleNameRegex().size() == 1);
  CHECK_FALSE(settings.equalization());

  OwningOpRef<ModuleOp> bare = f.parse("module {}");
  Settings defaults(*bare);
  CHECK((*defaults.patterns())->name() == defaultBackendConfig);
  CHECK(defaults.mapping() == getDefaultQConfigMapping(&f.context));
  CHECK(defaults.backend().empty());
}

TEST_CASE("each config is parsed once, and a changed attribute is seen") {
  SettingsFixture f;
  OwningOpRef<ModuleOp> module = f.twoLevels();
  Settings settings(*module);
  func::FuncOp model = function(*module, "model"), block = function(*module, "block");
  const BackendPatterns *native = *settings.patterns();
  CHECK(*settings.patternsOf(model) == native);
  const QConfigResolver &resolver = settings.resolver(settings.mappingOf(block));
  CHECK(&settings.resolver(settings.mappingOf(block)) == &resolver);
  CHECK(&settings.resolver(settings.mapping()) != &resolver);

  module->getOperation()->setAttr(QuantirDialect::settingsAttrName, SettingsAttr::of(block));
  CHECK((*settings.patterns())->name() == "xnnpack");
  CHECK(&settings.resolver(settings.mapping()) == &resolver);
  block->removeAttr(QuantirDialect::settingsAttrName);
  CHECK(*settings.patternsOf(block) == *settings.patterns());
}

TEST_CASE("all passes of a run ask the same settings, whatever they change") {
  SettingsFixture f;
  OwningOpRef<ModuleOp> module = f.twoLevels();
  std::vector<const BackendPatterns *> asked;
  PassManager pm(&f.context);
  pm.addPass(std::make_unique<AskingPass>(asked));
  pm.addPass(std::make_unique<AskingPass>(asked));
  REQUIRE(succeeded(pm.run(*module)));
  REQUIRE(asked.size() == 2);
  CHECK(asked[0] == asked[1]);
  CHECK(Settings(*module).backend() == "native");
  // The other fields stay.
  CHECK((*Settings(*module).patterns())->name() == "native");
}

TEST_CASE("a backend config that there is not is an error each time it is asked for") {
  SettingsFixture f;
  OwningOpRef<ModuleOp> module = f.parse(
      R"mlir(module attributes {quantir.settings = #quantir.settings<backend_config = <"nativ">>} {})mlir");
  Settings settings(*module);
  for (int time = 0; time < 2; ++time) {
    CHECK(failed(settings.rules()));
    CHECK_THAT(f.takeError(), ContainsSubstring("no built-in backend config is called 'nativ'"));
  }
}

TEST_CASE("what is asked for is written, and the rest stays or becomes the default") {
  SettingsFixture f;
  OwningOpRef<ModuleOp> module = f.twoLevels();
  REQUIRE(succeeded(setSettings(*module, {"", "x86", {}, ""})));
  SettingsAttr written = SettingsAttr::of(*module);
  CHECK(written.getMapping() == f.mapping(R"("x86")"));
  CHECK(written.getBackendConfig().getName() == "native");
  CHECK(written.getBackend() == "reference");

  REQUIRE(succeeded(setSettings(*module, {"", "", "fbgemm", "onednn"})));
  CHECK(SettingsAttr::of(*module).getMapping() == written.getMapping());
  CHECK(SettingsAttr::of(*module).getBackendConfig().getName() == "fbgemm");
  CHECK(SettingsAttr::of(*module).getBackend() == "onednn");

  CHECK(failed(setSettings(*module, {"", "", "", ""})));
  CHECK_THAT(f.takeError(), ContainsSubstring("name"));
}
