/* Copyright 2026 The tf-serving-s3 Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The C interface of libtensorflow_serving_s3.so: the serving core and the
 * whole server, for other languages. Python's ctypes calls it.
 *
 *   tfs3_source* source = NULL;
 *   tfs3_error* error = tfs3_static_source_create("half", 7, "s3://m/7",
 * &source); if (error != NULL) { puts(tfs3_error_message(error));
 *     tfs3_error_delete(error);
 *   }
 *
 * Rules:
 *  - A function that can fail returns an error, or NULL. The caller deletes the
 *    error and every object that it got.
 *  - Texts are UTF-8 and end with a zero byte. The functions copy them.
 *  - Objects are thread-safe, except for their deletion. Connected objects may
 *    be deleted in any order; a source of a server is deleted after the server.
 *  - No C++ exception leaves a function.
 */
#ifndef TENSORFLOW_SERVING_S3_C_API_TFS3_H_
#define TENSORFLOW_SERVING_S3_C_API_TFS3_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. Increase it with every change. */
#define TFS3_ABI_VERSION 1

typedef struct tfs3_error tfs3_error;
typedef struct tfs3_text tfs3_text;
typedef struct tfs3_source tfs3_source;
typedef struct tfs3_adapter tfs3_adapter;
typedef struct tfs3_manager tfs3_manager;
typedef struct tfs3_server tfs3_server;

int32_t tfs3_abi_version(void);

/* Prepares the log and registers s3:// with TensorFlow, unless another plugin
 * has done so. Further calls do nothing. The other functions require it. */
tfs3_error* tfs3_initialize(void);

/* Errors. The codes are those of absl::StatusCode and gRPC. */

int32_t tfs3_error_code(const tfs3_error* error);
const char* tfs3_error_message(const tfs3_error* error);
void tfs3_error_delete(tfs3_error* error);

/* Bytes that a function returns. */

const char* tfs3_text_data(const tfs3_text* text);
size_t tfs3_text_size(const tfs3_text* text);
void tfs3_text_delete(tfs3_text* text);

/* Sources. */

/* One version: a path, or the error because of which there is no path. */
typedef struct {
  int64_t version;
  const char* path; /* NULL for an error. */
  int32_t error_code;
  const char* error; /* NULL for a path. */
} tfs3_version;

/* Receives a list; the arguments are valid during the call. */
typedef void (*tfs3_aspired_function)(void* context, const char* servable_name,
                                      const tfs3_version* versions,
                                      size_t num_versions);

/* A source that sends what its owner passes to tfs3_pushed_source_aspire. See
 * PushedStoragePathSource. A negative max_silence_seconds: no limit. */
tfs3_error* tfs3_pushed_source_create(const char* name, size_t max_versions,
                                      double max_silence_seconds,
                                      tfs3_source** source);
tfs3_error* tfs3_pushed_source_aspire(tfs3_source* source,
                                      const char* servable_name,
                                      const tfs3_version* versions,
                                      size_t num_versions);
/* An empty name is the source as a whole; an empty problem removes it. */
void tfs3_pushed_source_set_problem(tfs3_source* source,
                                    const char* servable_name,
                                    const char* problem);
void tfs3_pushed_source_keep_alive(tfs3_source* source);
void tfs3_pushed_source_stop(tfs3_source* source);

tfs3_error* tfs3_static_source_create(const char* servable_name,
                                      int64_t version, const char* path,
                                      tfs3_source** source);

/* The version policy of a servable: the highest `num_latest` versions; all
 * versions if that is 0; `specific` if num_specific is not 0. */
typedef struct {
  const char* name;
  const char* base_path;
  uint32_t num_latest;
  const int64_t* specific;
  size_t num_specific;
} tfs3_servable;

tfs3_error* tfs3_file_system_source_create(const tfs3_servable* servables,
                                           size_t num_servables,
                                           int64_t poll_wait_seconds,
                                           tfs3_source** source);

/* A source is connected once, to one of these or to a server. */
tfs3_error* tfs3_source_connect_function(tfs3_source* source,
                                         tfs3_aspired_function function,
                                         void* context);
tfs3_error* tfs3_source_connect_adapter(tfs3_source* source,
                                        tfs3_adapter* adapter);
/* Returns when the source sends nothing any more. */
void tfs3_source_delete(tfs3_source* source);

/* SavedModelBundleSourceAdapter. */

tfs3_error* tfs3_adapter_create(tfs3_adapter** adapter);
tfs3_error* tfs3_adapter_connect_manager(tfs3_adapter* adapter,
                                         tfs3_manager* manager);
void tfs3_adapter_delete(tfs3_adapter* adapter);

/* AspiredVersionsManager. */

typedef struct {
  int32_t resource_preserving; /* 0: availability preserving. */
  int32_t num_load_threads;    /* 0: one for each processor. */
  int32_t max_num_load_retries;
  double load_retry_interval_seconds;
  uint64_t total_memory_limit_bytes; /* 0: no limit. */
} tfs3_manager_options;

tfs3_error* tfs3_manager_create(const tfs3_manager_options* options,
                                tfs3_manager** manager);
/* Waits for running loads and unloads all models. */
void tfs3_manager_delete(tfs3_manager* manager);

/* The states of all versions, as a JSON array of {"name", "version", "state",
 * "error_code", "error"}, where version is a text. */
tfs3_error* tfs3_manager_states(const tfs3_manager* manager, tfs3_text** json);

/* Waits until a version is available. A negative version: any version. */
tfs3_error* tfs3_manager_wait_until_available(const tfs3_manager* manager,
                                              const char* servable_name,
                                              int64_t version,
                                              double timeout_seconds);

/* Answers a request of the REST API, such as POST /v1/models/half:predict,
 * without a network. */
tfs3_error* tfs3_manager_call(const tfs3_manager* manager, const char* method,
                              const char* path, const char* body,
                              size_t body_size, int32_t* http_status,
                              tfs3_text** answer);

/* The whole server. */

/* Parses the arguments of tensorflow_model_server, without the name of the
 * program, and reads the files. With a source, the arguments name no models. */
tfs3_error* tfs3_server_create(const char* const* arguments,
                               size_t num_arguments, tfs3_source* source,
                               tfs3_server** server);
/* Opens the ports and begins to load models. */
tfs3_error* tfs3_server_start(tfs3_server* server);
/* Answers requests for --drain_delay_seconds, waits up to --drain_seconds for
 * those in progress, then closes the ports. */
tfs3_error* tfs3_server_stop(tfs3_server* server);
/* Also waits for running loads, and unloads all models. */
void tfs3_server_delete(tfs3_server* server);
int32_t tfs3_server_is_ready(const tfs3_server* server);
/* As tfs3_manager_call. */
tfs3_error* tfs3_server_call(const tfs3_server* server, const char* method,
                             const char* path, const char* body,
                             size_t body_size, int32_t* http_status,
                             tfs3_text** answer);

#ifdef __cplusplus
}
#endif

#endif /* TENSORFLOW_SERVING_S3_C_API_TFS3_H_ */
