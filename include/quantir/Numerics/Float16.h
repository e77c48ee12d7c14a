//===- Float16.h - Half precision ------------------------------*- C++ -*-===//

#ifndef QUANTIR_NUMERICS_FLOAT16_H
#define QUANTIR_NUMERICS_FLOAT16_H

namespace quantir::numerics {

/// The nearest number of IEEE half precision, half to even; infinite beyond its range.
float roundToFloat16(float x);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_FLOAT16_H
