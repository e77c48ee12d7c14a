/*===- UsedFromC.c - A plan that is run by a C program ---------------------===*/

#include "UsedFromC.h"

#include "quantir/Runtime/CAPI.h"

#include <string.h>

int runFromC(const void *bytes, size_t size, float results[6]) {
  const float x[4] = {1, 0, 0, 1};
  const quantir_const_buffer inputs[] = {{x, sizeof x}};
  const quantir_buffer outputs[] = {{results, 6 * sizeof(float)}};
  quantir_session_options options = QUANTIR_SESSION_OPTIONS_INIT;
  quantir_plan *plan = NULL;
  quantir_session *session = NULL;
  quantir_tensor_info info;
  quantir_code code = quantir_plan_load_memory(bytes, size, QUANTIR_PLAN_COPY, &plan);

  options.batch = 2;
  options.threads = 1;
  if (code == QUANTIR_OK)
    code = quantir_session_create(plan, &options, &session);
  quantir_plan_free(plan);
  if (code == QUANTIR_OK)
    code = quantir_session_input(session, 0, &info);
  if (code == QUANTIR_OK && (strcmp(info.name, "x") != 0 || info.bytes != sizeof x))
    code = QUANTIR_INTERNAL;
  if (code == QUANTIR_OK)
    code = quantir_session_run(session, inputs, 1, outputs, 1);
  quantir_session_free(session);
  return (int)code;
}
