// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/process_options.h"

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/profile.h"
#include "tensorflow_serving_s3/filesystem/s3/base/log.h"

namespace tfs3 {
namespace s3 {

Result<Options> ProcessOptions() {
  const Result<const AwsRuntime*> runtime = AwsRuntime::Get();
  if (!runtime.ok()) {
    return runtime.status();
  }
  const ProfileFiles files = ProfileFiles::Read(ProcessGetenv);
  for (const std::string& remark : files.remarks()) {
    LogWarningOnce(remark);
  }
  Result<Options> options = OptionsFromEnvironment(
      ProcessGetenv, [&](const std::string& profile, const char* property) {
        return files.Get(profile, property);
      });
  if (options.ok()) {
    for (const std::string& remark : options->remarks) {
      LogWarningOnce(remark);
    }
  }
  return options;
}

}  // namespace s3
}  // namespace tfs3
