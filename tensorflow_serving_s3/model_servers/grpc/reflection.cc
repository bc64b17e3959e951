// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/reflection.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc_reflection/v1alpha/reflection.pb.h"
#include "tensorflow_serving_s3/model_servers/grpc/slice_stream.h"

namespace tfs3::grpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using ::grpc::reflection::v1alpha::ServerReflectionRequest;
using ::grpc::reflection::v1alpha::ServerReflectionResponse;

// v1 has the same messages as v1alpha, in another package.
constexpr char kService[] = "grpc.reflection.v1alpha.ServerReflection";
constexpr char kServiceV1[] = "grpc.reflection.v1.ServerReflection";

// Adds `file` and the files that it imports, directly or indirectly, unless
// `seen` has them.
void AddFile(const FileDescriptor* file, std::set<const FileDescriptor*>* seen,
             ServerReflectionResponse* response) {
  if (!seen->insert(file).second) {
    return;
  }
  FileDescriptorProto proto;
  file->CopyTo(&proto);
  response->mutable_file_descriptor_response()->add_file_descriptor_proto(
      proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) {
    AddFile(file->dependency(i), seen, response);
  }
}

class Reflection {
 public:
  explicit Reflection(std::vector<std::string> services)
      : services_(std::move(services)) {
    services_.push_back(kService);
  }

  std::optional<std::string> operator()(
      const std::vector<Slice>& message) const {
    ServerReflectionRequest request;
    SliceStream stream(message);
    if (!request.ParseFromZeroCopyStream(&stream)) {
      return std::nullopt;
    }
    ServerReflectionResponse response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    Fill(request, &response);
    return response.SerializeAsString();
  }

 private:
  void Fill(const ServerReflectionRequest& request,
            ServerReflectionResponse* response) const {
    switch (request.message_request_case()) {
      case ServerReflectionRequest::kFileByFilename:
        return FillFile(pool_->FindFileByName(request.file_by_filename()),
                        "file", request.file_by_filename(), response);
      case ServerReflectionRequest::kFileContainingSymbol:
        return FillFile(
            pool_->FindFileContainingSymbol(request.file_containing_symbol()),
            "symbol", request.file_containing_symbol(), response);
      case ServerReflectionRequest::kFileContainingExtension:
        return FillExtension(request.file_containing_extension(), response);
      case ServerReflectionRequest::kAllExtensionNumbersOfType:
        return FillExtensionNumbers(request.all_extension_numbers_of_type(),
                                    response);
      case ServerReflectionRequest::kListServices:
        for (const std::string& service : services_) {
          response->mutable_list_services_response()->add_service()->set_name(
              service);
        }
        return;
      case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
        return FillError(absl::StatusCode::kInvalidArgument,
                         "the reflection request has no message_request",
                         response);
    }
  }

  static void FillError(absl::StatusCode code, std::string message,
                        ServerReflectionResponse* response) {
    auto* error = response->mutable_error_response();
    error->set_error_code(static_cast<int>(code));
    error->set_error_message(std::move(message));
  }

  static void FillFile(const FileDescriptor* file, const char* kind,
                       const std::string& name,
                       ServerReflectionResponse* response) {
    if (file == nullptr) {
      return FillError(absl::StatusCode::kNotFound,
                       absl::StrCat("this server has no ", kind, " ", name),
                       response);
    }
    std::set<const FileDescriptor*> seen;
    AddFile(file, &seen, response);
  }

  void FillExtension(
      const ::grpc::reflection::v1alpha::ExtensionRequest& request,
      ServerReflectionResponse* response) const {
    const Descriptor* const type =
        pool_->FindMessageTypeByName(request.containing_type());
    const FieldDescriptor* const extension =
        type == nullptr
            ? nullptr
            : pool_->FindExtensionByNumber(type, request.extension_number());
    FillFile(extension == nullptr ? nullptr : extension->file(), "extension",
             absl::StrCat(request.extension_number(), " of ",
                          request.containing_type()),
             response);
  }

  void FillExtensionNumbers(const std::string& name,
                            ServerReflectionResponse* response) const {
    const Descriptor* const type = pool_->FindMessageTypeByName(name);
    if (type == nullptr) {
      return FillError(absl::StatusCode::kNotFound,
                       absl::StrCat("this server has no message ", name),
                       response);
    }
    auto* numbers = response->mutable_all_extension_numbers_response();
    numbers->set_base_type_name(name);
    std::vector<const FieldDescriptor*> extensions;
    pool_->FindAllExtensions(type, &extensions);
    for (const FieldDescriptor* extension : extensions) {
      numbers->add_extension_number(extension->number());
    }
  }

  const DescriptorPool* const pool_ = DescriptorPool::generated_pool();
  std::vector<std::string> services_;
};

}  // namespace

StreamTable MakeReflection(std::vector<std::string> services) {
  const Reflection reflection(std::move(services));
  StreamTable streams;
  for (const char* const service : {kService, kServiceV1}) {
    streams[absl::StrCat("/", service, "/ServerReflectionInfo")] = reflection;
  }
  return streams;
}

}  // namespace tfs3::grpc
