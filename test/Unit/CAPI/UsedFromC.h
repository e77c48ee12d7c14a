/*===- UsedFromC.h - A plan that is run by a C program -------------*- C -*-===*/

#ifndef QUANTIR_TEST_UNIT_CAPI_USEDFROMC_H
#define QUANTIR_TEST_UNIT_CAPI_USEDFROMC_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a plan in memory, of an input x [2, 2], which is the unit matrix, and an output of 6 floats.
 * Returns the quantir_code. */
int runFromC(const void *bytes, size_t size, float results[6]);

#ifdef __cplusplus
}
#endif

#endif /* QUANTIR_TEST_UNIT_CAPI_USEDFROMC_H */
