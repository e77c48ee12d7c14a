/* Runs a plan on inputs that are 0 everywhere: run-plan-c PLAN. C99. */

#include "quantir/Runtime/CAPI.h"

#include <stdio.h>
#include <stdlib.h>

static quantir_code run(const quantir_plan *plan) {
  quantir_session_options options = QUANTIR_SESSION_OPTIONS_INIT;
  quantir_session *session = NULL;
  options.batch = 2; /* of a plan whose batch is open */
  quantir_code code = quantir_session_create(plan, &options, &session);
  const size_t input_count = quantir_session_input_count(session);
  const size_t output_count = quantir_session_output_count(session);
  quantir_const_buffer *inputs = calloc(input_count + 1, sizeof *inputs);
  quantir_buffer *outputs = calloc(output_count + 1, sizeof *outputs);
  quantir_tensor_info info;

  for (size_t i = 0; i < input_count && inputs && code == QUANTIR_OK; ++i) {
    code = quantir_session_input(session, i, &info);
    if (code == QUANTIR_OK) {
      inputs[i].bytes = info.bytes;
      inputs[i].data = calloc(info.bytes, 1);
    }
  }
  for (size_t i = 0; i < output_count && outputs && code == QUANTIR_OK; ++i) {
    code = quantir_session_output(session, i, &info);
    if (code == QUANTIR_OK) {
      outputs[i].bytes = info.bytes;
      outputs[i].data = calloc(info.bytes, 1);
    }
  }
  /* What could not be allocated is NULL, which is an error like others. */
  if (code == QUANTIR_OK)
    code = quantir_session_run(session, inputs, input_count, outputs, output_count);

  for (size_t i = 0; i < quantir_session_note_count(session); ++i)
    printf("note: %s\n", quantir_session_note(session, i)); /* what makes it slower */
  for (size_t i = 0; i < output_count && code == QUANTIR_OK; ++i) {
    code = quantir_session_output(session, i, &info);
    if (code == QUANTIR_OK)
      printf("%s: %lu bytes\n", info.name, (unsigned long)info.bytes);
  }
  for (size_t i = 0; i < input_count && inputs; ++i)
    free((void *)inputs[i].data);
  for (size_t i = 0; i < output_count && outputs; ++i)
    free(outputs[i].data);
  free(inputs);
  free(outputs);
  quantir_session_free(session);
  return code;
}

int main(int argc, char **argv) {
  quantir_plan *plan = NULL;
  if (argc != 2) {
    fprintf(stderr, "usage: run-plan-c PLAN\n");
    return 2;
  }
  quantir_code code = quantir_plan_load(argv[1], 0, &plan);
  if (code == QUANTIR_OK)
    code = run(plan);
  quantir_plan_free(plan);
  if (code != QUANTIR_OK) {
    fprintf(stderr, "error: %s\n", quantir_error_message());
    return 1;
  }
  return 0;
}
