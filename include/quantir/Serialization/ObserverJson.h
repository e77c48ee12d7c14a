//===- ObserverJson.h - Observers as JSON -----------------------*- C++ -*-===//
//
// Configuration, with the settings that differ from the kind's defaults:
//   {"observer": "histogram", "dtype": "quint8", "qscheme": "per_tensor_affine", "quant_min": 0,
//   "quant_max": 127}
// Settings: observer, dtype, qscheme, quant_min, quant_max, reduce_range, eps, averaging_constant,
// ch_axis, bins, percentile, is_dynamic, scale, zero_point (PyTorch's names), fake_quantize
// ("none", "module" or "fused"); for affine_min_max also granularity, group_size, block_size,
// mapping_type, zero_point_domain, preserve_zero, and target_dtype for dtype. Readers also take
// PyTorch's class names for the observer.
//
// State:
//   {"min_val": [-1.5], "max_val": [2.25], "histogram": [3, 0, ...], "counts": [3, 0, ...],
//   "samples": 8, "nan_count": 0, "inf_count": 0}
//
// Both are lossless: floats are written with the fewest digits that read back the same, infinities
// as "inf", "-inf". A reader reports the first error with its place: "observers.act_0.config.dtype:
// expected one of ..., but got 'u8' (nearest: 'uint8')"; `path` is what comes before. Unknown keys
// are errors.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_SERIALIZATION_OBSERVERJSON_H
#define QUANTIR_SERIALIZATION_OBSERVERJSON_H

#include "quantir/Numerics/Observer.h"

#include <nlohmann/json_fwd.hpp>

namespace quantir::numerics {

nlohmann::json toJson(const ObserverConfig &config);
nlohmann::json toJson(const ObserverState &state);

/// Also reports what `config.validate()` does.
[[nodiscard]] std::string fromJson(const nlohmann::json &json, ObserverConfig &out,
                                   std::string_view path = "");
[[nodiscard]] std::string fromJson(const nlohmann::json &json, ObserverState &out,
                                   std::string_view path = "");

/// The same from text: what an attribute of a plan or a file holds.
[[nodiscard]] std::string parseJson(std::string_view text, ObserverConfig &out,
                                    std::string_view path = "");

} // namespace quantir::numerics

#endif // QUANTIR_SERIALIZATION_OBSERVERJSON_H
