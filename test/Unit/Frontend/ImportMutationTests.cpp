//===- ImportMutationTests.cpp - Random changes to ONNX files --------------===//
//
// Whatever the bytes, an import ends with a module that verifies and survives printing and parsing,
// or with exactly one error. QUANTIR_SEED chooses other changes.
//
//===----------------------------------------------------------------------===//

#include "ModelBuilder.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdlib>
#include <google/protobuf/descriptor.h>
#include <random>

using namespace quantir;
using namespace quantir::test;

namespace {

class Mutator {
public:
  explicit Mutator(unsigned seed) : random(seed) {
    std::error_code error;
    std::vector<std::string> paths;
    for (llvm::sys::fs::directory_iterator it(QUANTIR_ONNX_INPUTS, error), end; it != end && !error;
         it.increment(error))
      if (llvm::StringRef(it->path()).ends_with(".onnx"))
        paths.push_back(it->path());
    llvm::sort(paths);
    for (const std::string &path : paths)
      files.push_back((*llvm::MemoryBuffer::getFile(path))->getBuffer().str());
    REQUIRE(files.size() > 10);
  }

  size_t pick(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random); }

  const std::string &pickFile() { return files[pick(files.size())]; }

  /// Changes some bytes of a file.
  std::string mutateBytes() {
    std::string bytes = pickFile();
    for (size_t changes = 1 + pick(3); changes-- > 0 && !bytes.empty();) {
      size_t at = pick(bytes.size()), count = std::min(bytes.size() - at, 1 + pick(16));
      switch (pick(7)) {
      case 0:
        bytes[at] ^= char(1 << pick(8));
        break;
      case 1:
        bytes[at] = char(pick(256));
        break;
      case 2:
        bytes[at] = "\x00\x01\x7f\x80\xff"[pick(5)];
        break;
      case 3:
        bytes.erase(at, count);
        break;
      case 4:
        bytes.insert(at, bytes.substr(pick(bytes.size()), count));
        break;
      case 5:
        bytes.resize(at);
        break;
      case 6: {
        const std::string &other = pickFile();
        bytes.replace(at, count, other.substr(pick(other.size()), 1 + pick(64)));
        break;
      }
      }
    }
    return bytes;
  }

  /// Changes some fields of a model, so that what follows the parser is reached.
  std::string mutateFields() {
    ::onnx::ModelProto model;
    REQUIRE(model.ParseFromString(pickFile()));
    for (size_t changes = 1 + pick(3); changes-- > 0;)
      mutateField(model);
    return model.SerializeAsString();
  }

private:
  using Message = google::protobuf::Message;
  using Field = google::protobuf::FieldDescriptor;

  int64_t pickNumber(int64_t old) {
    const auto next = int64_t(uint64_t(old) + 1), negative = int64_t(0 - uint64_t(old));
    const int64_t numbers[] = {0,         1,         -1,      2,         -2,        3,
                               next,      negative,  old / 2, 1 << 20,   INT32_MAX, INT32_MIN,
                               INT64_MAX, INT64_MIN, 1 << 24, 1LL << 40, 16,        256};
    return numbers[pick(std::size(numbers))];
  }

  /// Walks down at random to a field that is set, and changes, removes, repeats or swaps it.
  void mutateField(Message &message) {
    const google::protobuf::Reflection &reflection = *message.GetReflection();
    std::vector<const Field *> fields;
    reflection.ListFields(message, &fields);
    if (fields.empty())
      return;
    const Field *field = fields[pick(fields.size())];
    if (field->is_repeated()) {
      int size = reflection.FieldSize(message, field);
      int index = int(pick(size));
      if (pick(12) == 0)
        reflection.SwapElements(&message, field, index, int(pick(size)));
      else if (pick(12) == 0)
        reflection.RemoveLast(&message, field);
      else if (field->cpp_type() == Field::CPPTYPE_MESSAGE)
        mutateField(*reflection.MutableRepeatedMessage(&message, field, index));
      else if (field->cpp_type() == Field::CPPTYPE_INT64)
        reflection.SetRepeatedInt64(&message, field, index,
                                    pickNumber(reflection.GetRepeatedInt64(message, field, index)));
      else if (field->cpp_type() == Field::CPPTYPE_STRING)
        reflection.SetRepeatedString(&message, field, index, pickName());
      return;
    }
    if (pick(16) == 0 && field->cpp_type() != Field::CPPTYPE_MESSAGE) {
      reflection.ClearField(&message, field);
      return;
    }
    switch (field->cpp_type()) {
    case Field::CPPTYPE_MESSAGE:
      return mutateField(*reflection.MutableMessage(&message, field));
    case Field::CPPTYPE_INT64:
      return reflection.SetInt64(&message, field, pickNumber(reflection.GetInt64(message, field)));
    case Field::CPPTYPE_INT32:
      return reflection.SetInt32(&message, field, int32_t(pick(24)));
    case Field::CPPTYPE_ENUM:
      return reflection.SetEnumValue(&message, field, int(pick(12)));
    case Field::CPPTYPE_FLOAT:
      return reflection.SetFloat(&message, field, pick(2) ? INFINITY : NAN);
    case Field::CPPTYPE_STRING:
      return reflection.SetString(&message, field, pickName());
    default:
      return;
    }
  }

  std::string pickName() {
    const char *names[] = {"",     "x",     "y",        "w",         "ends",  "SAME_UPPER",
                           "Relu", "Conv",  "Gather",   "Reshape",   "Split", "Concat",
                           "axes", "shape", "\xff\x01", "Softmax_3", "rows",  "/a/a.0/Conv"};
    return names[pick(std::size(names))];
  }

  std::mt19937 random;
  std::vector<std::string> files;
};

unsigned getSeed() {
  const char *text = std::getenv("QUANTIR_SEED");
  return text ? unsigned(std::strtoul(text, nullptr, 10)) : 1;
}

/// Returns whether the bytes could be imported.
bool check(mlir::MLIRContext &context, const std::string &bytes) {
  ImportOptions options;
  options.externalDataFolder = QUANTIR_ONNX_INPUTS;
  Imported imported = import(context, bytes, options);
  if (!imported.module) {
    CAPTURE(imported.errors);
    REQUIRE(imported.errors.size() == 1);
    REQUIRE_FALSE(imported.errors[0].empty());
    return false;
  }
  REQUIRE(imported.errors == std::vector<std::string>{});
  REQUIRE(succeeded(mlir::verify(*imported.module)));
  REQUIRE(mlir::parseSourceString<mlir::ModuleOp>(imported.text(), &context));
  return true;
}

template <typename Mutate> void run(size_t count, Mutate mutate) {
  unsigned seed = getSeed();
  Mutator mutator(seed);
  size_t imported = 0;
  for (size_t i = 0; i < count; ++i) {
    INFO("QUANTIR_SEED=" << seed << ", change " << i);
    // A context keeps the attributes of all modules: take a new one now and then.
    static thread_local std::unique_ptr<mlir::MLIRContext> context;
    if (i % 256 == 0)
      context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
    imported += check(*context, mutate(mutator));
  }
  // The test is worth something only if it comes through to both ends.
  CHECK(imported > count / 200);
  CHECK(imported < count);
}

} // namespace

TEST_CASE("random bytes in ONNX files", "[mutation]") {
  run(10000, [](Mutator &mutator) { return mutator.mutateBytes(); });
}

TEST_CASE("random fields in ONNX models", "[mutation]") {
  run(10000, [](Mutator &mutator) { return mutator.mutateFields(); });
}
