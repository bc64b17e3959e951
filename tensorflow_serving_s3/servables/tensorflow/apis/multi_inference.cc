// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/multi_inference.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/classify.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_input.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_signature.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_metrics.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/model_spec.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/regress.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/input_error.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/session_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::serving::InferenceResult;
using tensorflow::serving::InferenceTask;
using tensorflow::serving::ModelSpec;
using tensorflow::serving::MultiInferenceRequest;
using tensorflow::serving::MultiInferenceResponse;

// A task with its signature and outputs.
struct Task {
  const SignatureRunner* signature = nullptr;
  bool classify = false;
  // The outputs to fetch, as indices into the signature's outputs.
  std::vector<size_t> fetch;
  // If `classify`, the indices of the outputs in `fetch`.
  ClassifyOutputs places;
};

// Checks that a task names the same model as the first task.
absl::Status CheckSameModel(const ModelSpec& first, const ModelSpec& spec,
                            const ServableId& id) {
  if (spec.name().empty()) {
    return absl::InvalidArgumentError(
        "a task's model_spec has no name; set it to the name of the model");
  }
  if (spec.name() != first.name()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the tasks name different models, \"", first.name(), "\" and \"",
        spec.name(), "\"; send one request for each model"));
  }
  bool same_version = true;
  switch (spec.version_choice_case()) {
    case ModelSpec::kVersion:
      same_version = spec.version().value() == id.version;
      break;
    case ModelSpec::kVersionLabel:
      same_version = spec.version_label() == first.version_label();
      break;
    case ModelSpec::VERSION_CHOICE_NOT_SET:
      break;
  }
  if (!same_version) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the tasks name different versions of model \"", spec.name(),
        "\"; set the same version or label in all of them"));
  }
  return absl::OkStatus();
}

// Returns `task`, which has its signature, with the outputs to fetch.
absl::StatusOr<Task> FindOutputs(Task task) {
  if (!task.classify) {
    task.fetch = {0};
    const absl::Status status = CheckRegressOutputs(*task.signature);
    if (!status.ok()) {
      return status;
    }
    return task;
  }
  const absl::StatusOr<ClassifyOutputs> outputs =
      FindClassifyOutputs(*task.signature);
  if (!outputs.ok()) {
    return outputs.status();
  }
  const auto fetch = [&task](std::optional<size_t> output) {
    std::optional<size_t> place;
    if (output.has_value()) {
      place = task.fetch.size();
      task.fetch.push_back(*output);
    }
    return place;
  };
  task.places.classes = fetch(outputs->classes);
  task.places.scores = fetch(outputs->scores);
  return task;
}

absl::StatusOr<Task> FindTask(const InferenceTask& inference,
                              const SavedModelBundle& model,
                              const InferenceOptions& options) {
  Task task;
  task.classify = inference.method_name() == kClassifyMethodName;
  if (!task.classify && inference.method_name() != kRegressMethodName) {
    return absl::UnimplementedError(absl::StrCat(
        "unknown method_name \"", inference.method_name(), "\"; use \"",
        kClassifyMethodName, "\" or \"", kRegressMethodName, "\""));
  }
  const absl::StatusOr<const SignatureRunner*> signature =
      GetExampleSignature(model, inference.model_spec().signature_name(),
                          inference.method_name(), options);
  if (!signature.ok()) {
    return signature.status();
  }
  task.signature = *signature;
  absl::StatusOr<Task> found = FindOutputs(std::move(task));
  if (!found.ok()) {
    return found;
  }
  if (absl::Status status = found->signature->CheckFetchable(found->fetch);
      !status.ok()) {
    return status;
  }
  return found;
}

absl::StatusOr<std::vector<Task>> FindTasks(
    const MultiInferenceRequest& request, const ServableId& id,
    const SavedModelBundle& model, const InferenceOptions& options) {
  if (request.tasks().empty()) {
    return absl::InvalidArgumentError(
        "the request has no tasks; send at least one");
  }
  std::vector<Task> tasks;
  tasks.reserve(request.tasks_size());
  for (const InferenceTask& inference : request.tasks()) {
    if (absl::Status status = CheckSameModel(request.tasks(0).model_spec(),
                                             inference.model_spec(), id);
        !status.ok()) {
      return status;
    }
    absl::StatusOr<Task> task = FindTask(inference, model, options);
    if (!task.ok()) {
      return task.status();
    }
    for (const Task& other : tasks) {
      if (other.signature == task->signature) {
        return absl::InvalidArgumentError(absl::StrCat(
            "two tasks name the signature \"",
            task->signature->signature_name(), "\"; name each only once"));
      }
    }
    tasks.push_back(*task);
  }
  return tasks;
}

// The fetched outputs of each task.
using TaskOutputs = std::vector<std::vector<Tensor>>;

absl::StatusOr<TaskOutputs> RunOneByOne(const std::vector<Task>& tasks,
                                        const Tensor& examples,
                                        const InferenceOptions& options) {
  TaskOutputs outputs;
  outputs.reserve(tasks.size());
  for (const Task& task : tasks) {
    std::optional<std::vector<size_t>> fetch;
    if (task.fetch.size() < task.signature->outputs().size()) {
      fetch = task.fetch;
    }
    absl::StatusOr<std::vector<Tensor>> output =
        RunOnExamples(*task.signature, examples, std::move(fetch), options);
    if (!output.ok()) {
      return output.status();
    }
    outputs.push_back(*std::move(output));
  }
  return outputs;
}

// Calls ExplainInputError for the task that may have caused the error: a task
// whose input is not declared as string, if there is one.
absl::Status ExplainByTask(const std::vector<Task>& tasks,
                           const Tensor& examples, const absl::Status& error) {
  const auto other =
      std::find_if(tasks.begin(), tasks.end(), [&examples](const Task& task) {
        return task.signature->inputs()[0].dtype != examples.dtype();
      });
  const Task& cause = other == tasks.end() ? tasks.front() : *other;
  return ExplainInputError(error, cause.signature->inputs(), {examples});
}

// Runs the model once for all tasks.
absl::StatusOr<TaskOutputs> RunTogether(const std::vector<Task>& tasks,
                                        const Tensor& examples,
                                        const SavedModelBundle& model,
                                        const InferenceOptions& options) {
  SessionRunner::Choice choice;
  SessionRunner::Options run_options;
  run_options.deadline = options.deadline;
  run_options.run_thread = RunThread::kCaller;
  for (const Task& task : tasks) {
    const tensorflow::SignatureDef& signature =
        model.signature_defs().at(task.signature->signature_name());
    // Several signatures may share one input tensor.
    const std::string& input =
        signature.inputs().at(task.signature->inputs()[0].alias).name();
    if (std::find(choice.feeds.begin(), choice.feeds.end(), input) ==
        choice.feeds.end()) {
      choice.feeds.push_back(input);
    }
    for (const size_t output : task.fetch) {
      choice.fetches.push_back(signature.outputs()
                                   .at(task.signature->outputs()[output].alias)
                                   .name());
    }
    if (task.signature->run_thread() == RunThread::kPool) {
      run_options.run_thread = RunThread::kPool;
    }
  }
  if (absl::Status status = CheckNotCancelled(options); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::vector<Tensor>> fetched = model.session_runner().Run(
      choice, std::vector<Tensor>(choice.feeds.size(), examples), run_options);
  if (!fetched.ok()) {
    // The limit of choices is reached, which is rare: runs each task
    // separately.
    if (absl::IsResourceExhausted(fetched.status()) &&
        model.session_runner().full()) {
      return RunOneByOne(tasks, examples, options);
    }
    return ExplainByTask(tasks, examples, fetched.status());
  }
  ChargeMemory(options.charge, MemoryOf(*fetched));
  TaskOutputs outputs;
  outputs.reserve(tasks.size());
  auto next = std::make_move_iterator(fetched->begin());
  for (const Task& task : tasks) {
    const auto end = next + task.fetch.size();
    outputs.emplace_back(next, end);
    next = end;
  }
  return outputs;
}

absl::Status WriteResult(const Task& task, const std::vector<Tensor>& outputs,
                         int64_t examples, const MemoryCharge& charge,
                         InferenceResult* result) {
  if (!task.classify) {
    return WriteRegressions(outputs[0], examples, charge,
                            result->mutable_regression_result());
  }
  const auto output = [&](std::optional<size_t> place) {
    return place.has_value() ? &outputs[*place] : nullptr;
  };
  return WriteClassifications(output(task.places.classes),
                              output(task.places.scores), examples, charge,
                              result->mutable_classification_result());
}

}  // namespace

absl::Status MultiInference(const MultiInferenceRequest& request,
                            const ServableId& id, const SavedModelBundle& model,
                            const InferenceOptions& options,
                            MultiInferenceResponse* response) {
  const absl::StatusOr<std::vector<Task>> tasks =
      FindTasks(request, id, model, options);
  if (!tasks.ok()) {
    return tasks.status();
  }
  const absl::StatusOr<Tensor> examples =
      SerializeExamples(request.input(), options.charge);
  if (!examples.ok()) {
    return examples.status();
  }

  const RunTimer timer;
  const absl::StatusOr<TaskOutputs> outputs =
      tasks->size() == 1 ? RunOneByOne(*tasks, *examples, options)
                         : RunTogether(*tasks, *examples, model, options);
  if (!outputs.ok()) {
    return outputs.status();
  }
  timer.Record(id.name, "MultiInference");
  RecordExampleCount(id.name, examples->dim_size(0));

  for (size_t i = 0; i < tasks->size(); ++i) {
    const Task& task = (*tasks)[i];
    InferenceResult* result = response->add_results();
    if (absl::Status status = WriteResult(
            task, (*outputs)[i], examples->dim_size(0), options.charge, result);
        !status.ok()) {
      return absl::Status(
          status.code(),
          absl::StrCat("signature \"", task.signature->signature_name(),
                       "\": ", status.message()));
    }
    SetModelSpec(id, task.signature->signature_name(),
                 result->mutable_model_spec());
  }
  return absl::OkStatus();
}

}  // namespace tfs3
