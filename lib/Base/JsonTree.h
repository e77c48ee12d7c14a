//===- JsonTree.h - JSON that goes away without memory ----------*- C++ -*-===//

#ifndef QUANTIR_BASE_JSONTREE_H
#define QUANTIR_BASE_JSONTREE_H

#include <nlohmann/json.hpp>

namespace quantir {

/// Holds what was parsed of JSON. nlohmann's destructor takes memory for what is nested, and ends
/// the program where there is none; this one does not. (It recurses: parseJsonText has bounded the
/// depth. `tree["x"]` of a null value must not be used to make an object: without memory it leaves
/// one that cannot be destroyed. `tree = Json::object()` is safe.)
template <typename Json> struct JsonTree {
  Json value;

  JsonTree() = default;
  JsonTree(const JsonTree &) = delete;
  JsonTree &operator=(const JsonTree &) = delete;
  ~JsonTree() { release(value); }

private:
  static void release(Json &tree) noexcept {
    if (auto *array = tree.template get_ptr<typename Json::array_t *>()) {
      for (Json &child : *array)
        release(child);
      array->clear();
    } else if (auto *object = tree.template get_ptr<typename Json::object_t *>()) {
      for (auto &[key, child] : *object)
        release(child);
      object->clear();
    }
  }
};

} // namespace quantir

#endif // QUANTIR_BASE_JSONTREE_H
