/*===- CAPI.h - Running plans from C -------------------------------*- C -*-===*\
|*
|* Loads a plan and runs it, in C99:
|*
|*   quantir_plan *plan = NULL;
|*   quantir_session *session = NULL;
|*   if (quantir_plan_load("model.plan", 0, &plan) != QUANTIR_OK ||
|*       quantir_session_create(plan, NULL, &session) != QUANTIR_OK ||
|*       quantir_session_run(session, inputs, 1, outputs, 1) != QUANTIR_OK)
|*     fprintf(stderr, "error: %s\n", quantir_error_message());
|*   quantir_session_free(session);
|*   quantir_plan_free(plan);
|*
|* Errors. A function that can fail returns a quantir_code, and sets what it returns through a
|* pointer only if that is QUANTIR_OK. NULL is an error, not a crash, unless it is said to be
|* allowed. Nothing throws, aborts or writes to a stream.
|*
|* Ownership. What a function creates is the caller's, who frees it with the function of its type.
|* A session keeps its plan, so the two can be freed in any order. A returned pointer belongs to the
|* plan or session that was asked, and is valid as long as that; if none was, to the library.
|*
|* Threads. Plans do not change: any number of threads may use the same one. A session is used by
|* one thread at a time, but for quantir_session_cancel; sessions of a plan share its weights. To
|* free what another thread uses is an error that is not detected.
|*
|* Texts are UTF-8 and end with a zero.
|*
\*===----------------------------------------------------------------------===*/

#ifndef QUANTIR_RUNTIME_CAPI_H
#define QUANTIR_RUNTIME_CAPI_H

#include "quantir/Version.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*===----------------------------------------------------------------------===*\
|* Versions and errors
\*===----------------------------------------------------------------------===*/

/* What kind of error it is, by what would have to change for the call to succeed. */
typedef enum quantir_code {
  QUANTIR_OK = 0,
  QUANTIR_INVALID_ARGUMENT = 1, /* the call: NULL, an option, a buffer's size */
  QUANTIR_INVALID_MODEL = 2,    /* the plan: damaged, or inconsistent */
  QUANTIR_INVALID_DATA = 3,     /* the values of an input */
  QUANTIR_UNSUPPORTED = 4,      /* valid, but this version or build cannot do it */
  QUANTIR_FILE_ERROR = 5,       /* a file that cannot be read */
  QUANTIR_OUT_OF_MEMORY = 6,    /* more than there is, or than the options allow */
  QUANTIR_INTERRUPTED = 7,      /* by quantir_session_cancel */
  QUANTIR_INTERNAL = 8          /* a defect of Quantir or of a library that it uses */
} quantir_code;

/* "invalid argument", ...; "unknown" for what is not a code. */
const char *quantir_code_name(int code);

/* What went wrong in the calling thread's last call that did not return QUANTIR_OK, with its place
 * and remedy: "plan 'm.plan': ...". Empty before the first. Valid until the thread's next error. */
const char *quantir_error_message(void);

/* The version of the library that runs, "0.1.0"; QUANTIR_VERSION is that of this header. */
const char *quantir_version(void);

/* The version of plan files that this library reads. Others are refused. */
uint32_t quantir_plan_format_version(void);

/* The backends of this build, by what quantir_session_options calls them. NULL if `index` is not
 * below the count. */
size_t quantir_backend_count(void);
const char *quantir_backend_name(size_t index);

/*===----------------------------------------------------------------------===*\
|* Tensors
\*===----------------------------------------------------------------------===*/

typedef enum quantir_dtype {
  QUANTIR_FLOAT32 = 0,
  QUANTIR_UINT8 = 1,
  QUANTIR_INT8 = 2,
  QUANTIR_INT32 = 3,
  QUANTIR_INT64 = 4
} quantir_dtype;

/* Bytes of an element; 0 for what is not a dtype. */
size_t quantir_dtype_size(int dtype);

/* An input or output: a dense row-major array in the machine's byte order. */
typedef struct quantir_tensor_info {
  const char *name;
  quantir_dtype dtype;
  size_t rank;
  const int64_t *dims; /* `rank` of them. Of a plan, -k is k times the batch of a session. */
  size_t bytes;        /* of the whole array; 0 where a dim is below 0 */

  /* If the elements are codes: value = (code - zero_point) * scale. */
  size_t quant_count;         /* of scales and of zero points: 0 if they are no codes, else 1, or
                               * one for each index of `quant_axis` */
  const float *scales;        /* NULL if quant_count is 0 */
  const int32_t *zero_points; /* the same */
  int32_t quant_axis;         /* -1: one for the whole tensor */
  int32_t quant_min;          /* the least and the largest code */
  int32_t quant_max;
} quantir_tensor_info;

/*===----------------------------------------------------------------------===*\
|* Plans
\*===----------------------------------------------------------------------===*/

typedef struct quantir_plan quantir_plan;

enum {
  /* Copy the plan instead of using the file or memory where it is. A file that is not copied may be
   * replaced (by renaming another to its name) but not overwritten or cut off; memory that is not
   * copied has to stay as it is until the plan and all its sessions are freed. */
  QUANTIR_PLAN_COPY = 1
};

/* Loads and checks a plan file. `flags` is 0 or QUANTIR_PLAN_COPY. */
quantir_code quantir_plan_load(const char *path, uint32_t flags, quantir_plan **plan);

/* The same for `size` bytes of memory; constants that are not aligned to 64 bytes are copied in any
 * case. */
quantir_code quantir_plan_load_memory(const void *bytes, size_t size, uint32_t flags,
                                      quantir_plan **plan);

/* May be NULL. */
void quantir_plan_free(quantir_plan *plan);

/* How many inputs and outputs there are; 0 for NULL. */
size_t quantir_plan_input_count(const quantir_plan *plan);
size_t quantir_plan_output_count(const quantir_plan *plan);

/* Errors: an index that is not below the count. */
quantir_code quantir_plan_input(const quantir_plan *plan, size_t index, quantir_tensor_info *info);
quantir_code quantir_plan_output(const quantir_plan *plan, size_t index, quantir_tensor_info *info);

/* 1 if sessions choose the batch, 0 if the plan has a fixed one, or is NULL. */
int quantir_plan_has_dynamic_batch(const quantir_plan *plan);

/*===----------------------------------------------------------------------===*\
|* Sessions
\*===----------------------------------------------------------------------===*/

typedef struct quantir_session quantir_session;

/* Begin with QUANTIR_SESSION_OPTIONS_INIT, so that fields that are added later have values. Options
 * of another version's size are an error. */
typedef struct quantir_session_options {
  size_t struct_size;  /* sizeof(quantir_session_options) */
  int32_t threads;     /* at most; 0: as many as the processors that the process may use */
  int64_t batch;       /* of a plan with a dynamic one, else unused; 0: 1 */
  const char *backend; /* that executes all ops; NULL: what the plan says */
  size_t memory_limit; /* bytes that the session may allocate; 0: three quarters of what there is */
} quantir_session_options;

#define QUANTIR_SESSION_OPTIONS_INIT {sizeof(quantir_session_options), 0, 0, NULL, 0}

/* Allocates all that runs need, and prepares the weights. `options` may be NULL: the defaults.
 * Errors: an unknown backend, a value out of range, more memory than the limit. */
quantir_code quantir_session_create(const quantir_plan *plan,
                                    const quantir_session_options *options,
                                    quantir_session **session);

/* May be NULL. Not while a run is in progress. */
void quantir_session_free(quantir_session *session);

/* As those of the plan, with the session's batch: no dim is below 0. */
size_t quantir_session_input_count(const quantir_session *session);
size_t quantir_session_output_count(const quantir_session *session);
quantir_code quantir_session_input(const quantir_session *session, size_t index,
                                   quantir_tensor_info *info);
quantir_code quantir_session_output(const quantir_session *session, size_t index,
                                    quantir_tensor_info *info);

/* 0 for NULL. */
int64_t quantir_session_batch(const quantir_session *session);
int32_t quantir_session_threads(const quantir_session *session);

/* What makes the session slower than it could be, in words. NULL if `index` is not below the
 * count. */
size_t quantir_session_note_count(const quantir_session *session);
const char *quantir_session_note(const quantir_session *session, size_t index);

/* The caller's memory, aligned to the size of an element; `bytes` as quantir_tensor_info has it. */
typedef struct quantir_const_buffer {
  const void *data;
  size_t bytes;
} quantir_const_buffer;

typedef struct quantir_buffer {
  void *data;
  size_t bytes;
} quantir_buffer;

/* Reads the inputs and writes the outputs, which are in the order of quantir_session_input and
 * quantir_session_output, and may not overlap. Allocates nothing. An array may be NULL if its count
 * is 0. After an error the outputs are undefined, and the session can be run again.
 * Errors: wrong counts or sizes, overlaps, a session that runs already in another thread. */
quantir_code quantir_session_run(quantir_session *session, const quantir_const_buffer *inputs,
                                 size_t input_count, const quantir_buffer *outputs,
                                 size_t output_count);

/* 1: the run in progress and those to come end with QUANTIR_INTERRUPTED before their next op; 0:
 * runs are possible again. May be called by any thread and, but for NULL, by a signal
 * handler. */
quantir_code quantir_session_cancel(quantir_session *session, int cancelled);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* QUANTIR_RUNTIME_CAPI_H */
