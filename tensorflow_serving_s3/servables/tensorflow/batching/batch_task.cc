// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batch_task.h"

#include <algorithm>

#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batch_tensors.h"

namespace tfs3 {

using tensorflow::Tensor;
using tensorflow::TensorShape;

void Finish(const BatchTask& task, const absl::Status& status,
            std::vector<Tensor> outputs) {
  BatchRequest& request = *task.request;
  std::lock_guard<std::mutex> lock(request.mu);
  // A request that runs alone ignores the errors of its parts.
  if (!request.alone && request.status.ok()) {
    request.status = status;
  }
  request.outputs[task.part] = std::move(outputs);
  --request.pending;
  request.changed.notify_one();
}

void MakeCallerRunAlone(const BatchTask& task,
                        std::shared_ptr<FailedBatch> failed_batch) {
  BatchRequest& request = *task.request;
  std::lock_guard<std::mutex> lock(request.mu);
  if (request.left || request.alone) {
    return;
  }
  request.alone = true;
  request.failed_batch = std::move(failed_batch);
  request.changed.notify_one();
}

absl::Status SplitTask(std::unique_ptr<BatchTask>* task, int first,
                       int batch_size, BatchTasks* parts) {
  const std::unique_ptr<BatchTask> whole = std::move(*task);
  int64_t begin = 0;
  for (int64_t rows = first; begin < whole->rows; rows = batch_size) {
    rows = std::min(rows, whole->rows - begin);
    if (rows == 0) {
      continue;
    }
    auto part = std::make_unique<BatchTask>();
    part->request = whole->request;
    part->part = parts->size();
    part->rows = rows;
    part->enqueued = whole->enqueued;
    for (const Tensor& input : whole->inputs) {
      // Shares the memory even if it is not aligned: most parts are copied
      // into a batch later.
      part->inputs.push_back(input.Slice(begin, begin + rows));
    }
    begin += rows;
    parts->push_back(std::move(part));
  }
  for (const std::unique_ptr<BatchTask>& part : *parts) {
    part->is_part = parts->size() > 1;
  }
  std::lock_guard<std::mutex> lock(whole->request->mu);
  whole->request->pending = parts->size();
  whole->request->outputs.resize(parts->size());
  return absl::OkStatus();
}

bool JoinParts(const std::vector<std::vector<Tensor>>& parts,
               std::vector<Tensor>* outputs) {
  outputs->clear();
  for (size_t i = 0; i < parts.front().size(); ++i) {
    std::vector<const Tensor*> rows;
    TensorShape shape = parts.front()[i].shape();
    shape.set_dim(0, 0);
    for (const std::vector<Tensor>& part : parts) {
      if (!SameRowShape(part[i].shape(), shape)) {
        return false;
      }
      rows.push_back(&part[i]);
      shape.set_dim(0, shape.dim_size(0) + part[i].dim_size(0));
    }
    outputs->push_back(ConcatRows(rows, shape));
  }
  return true;
}

BatchGroup::BatchGroup(const BatchTask& first, bool pad) : pad_(pad) {
  for (const Tensor& input : first.inputs) {
    const TensorShape& shape = input.shape();
    dtypes_.push_back(input.dtype());
    Dims& dims = padded_.emplace_back();
    for (int i = 0; i < shape.dims(); ++i) {
      dims.push_back(shape.dim_size(i));
    }
    largest_.push_back(shape.num_elements() / first.rows);
  }
}

bool BatchGroup::Join(const BatchTask& task) {
  std::vector<Dims> padded = padded_;
  std::vector<int64_t> largest = largest_;
  for (size_t i = 0; i < padded.size(); ++i) {
    const TensorShape& shape = task.inputs[i].shape();
    if (task.inputs[i].dtype() != dtypes_[i] ||
        shape.dims() != static_cast<int>(padded[i].size())) {
      return false;
    }
    largest[i] = std::max(largest[i], shape.num_elements() / task.rows);
    const int64_t most = std::max(kSmallRow, kMaxGrowth * largest[i]);
    int64_t elements = 1;
    for (int dim = 1; dim < shape.dims(); ++dim) {
      int64_t& size = padded[i][dim];
      if (!pad_ && size != shape.dim_size(dim)) {
        return false;
      }
      size = std::max(size, shape.dim_size(dim));
      if (size != 0 && elements > most / size) {
        return false;
      }
      elements *= size;
    }
  }
  padded_ = std::move(padded);
  largest_ = std::move(largest);
  return true;
}

Tensor ConcatInput(const BatchTasks& tasks, size_t input, int64_t size) {
  std::vector<const Tensor*> parts;
  parts.reserve(tasks.size());
  TensorShape shape = tasks.front()->inputs[input].shape();
  for (const auto& task : tasks) {
    const Tensor& part = task->inputs[input];
    parts.push_back(&part);
    for (int i = 1; i < shape.dims(); ++i) {
      shape.set_dim(i, std::max(shape.dim_size(i), part.dim_size(i)));
    }
  }
  shape.set_dim(0, size);
  return ConcatRows(parts, shape);
}

}  // namespace tfs3
