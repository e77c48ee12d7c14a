//===- PythonText.h - Values as Python prints them --------------*- C++ -*-===//
//
// A parser of what Python's `repr` gives for the values of a PyTorch configuration. PyTorch's
// dictionaries have no JSON form of their own: `json.dumps(mapping.to_dict(), default=str)` writes
// observers as text.
//
//   value    = number | "True" | "False" | "None" | string | list | dict | object
//            | name [call | settings]
//   call     = "(" [argument {"," argument}] ")" [settings]
//   argument = [identifier "="] value
//   settings = dict, as in "MinMaxObserver{'dtype': 'torch.qint8'}"
//   object   = "<" text ">", as in "<class 'torch.nn.modules.conv.Conv2d'>"
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_VOCABULARY_PYTHONTEXT_H
#define QUANTIR_VOCABULARY_PYTHONTEXT_H

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <vector>

namespace quantir {

struct PythonKeyword;

struct PythonValue {
  enum class Kind { Number, Bool, None, String, List, Dict, Object, Name, Call };

  Kind kind = Kind::None;
  std::string text; ///< the number, the string's contents, the object's, the (called) name
  std::vector<PythonValue> arguments; ///< of a list; of a call, without keyword
  /// Of a call, with keyword; the entries of a dict or of settings.
  std::vector<PythonKeyword> keywords;
  size_t column = 1; ///< where it begins

  /// The class that a name or "<class '...'>" stands for; empty if it stands for none.
  llvm::StringRef className() const;
};

struct PythonKeyword {
  std::string name;
  PythonValue value;
};

/// Nullopt if `text` is not one value; then `error` is "expected ')' at column 12".
std::optional<PythonValue> parsePython(llvm::StringRef text, std::string &error);

} // namespace quantir

#endif // QUANTIR_VOCABULARY_PYTHONTEXT_H
