// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <utility>

namespace tfs3::grpc {
namespace {

std::string Join(const ::grpc::ByteBuffer& buffer) {
  std::vector<::grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) {
    return bytes;
  }
  for (const ::grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

::grpc::ChannelArguments Arguments() {
  ::grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // Each client has its own connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return arguments;
}

std::shared_ptr<::grpc::ChannelCredentials> Credentials(
    const std::optional<ClientTls>& tls) {
  if (!tls.has_value()) {
    return ::grpc::InsecureChannelCredentials();
  }
  ::grpc::SslCredentialsOptions options;
  options.pem_root_certs = tls->server_ca;
  options.pem_private_key = tls->key;
  options.pem_cert_chain = tls->certificate;
  return ::grpc::SslCredentials(options);
}

}  // namespace

class TestingClient::Impl {
 public:
  Impl(const std::string& address, const std::optional<ClientTls>& tls)
      : stub_(::grpc::CreateCustomChannel(address, Credentials(tls),
                                          Arguments())) {}

  CallResult Call(const std::string& method,
                  const std::vector<std::string>& requests,
                  const CallOptions& options) {
    ::grpc::ClientContext context;
    if (options.timeout.count() > 0) {
      context.set_deadline(std::chrono::system_clock::now() + options.timeout);
    }
    for (const auto& [key, value] : options.metadata) {
      context.AddMetadata(key, value);
    }
    if (options.compression == "gzip") {
      context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    } else if (options.compression == "deflate") {
      context.set_compression_algorithm(GRPC_COMPRESS_DEFLATE);
    }
    ::grpc::CompletionQueue queue;
    const auto stream = stub_.PrepareCall(&context, method, &queue);
    stream->StartCall(nullptr);
    bool ok = Next(queue);
    for (const std::string& request : requests) {
      if (!ok) {
        break;
      }
      ::grpc::Slice slice(request);
      stream->Write(::grpc::ByteBuffer(&slice, 1), nullptr);
      ok = Next(queue);
    }
    if (ok) {
      stream->WritesDone(nullptr);
      Next(queue);
    }
    std::string payload;
    if (options.before_reading) {
      options.before_reading();
    }
    while (true) {
      ::grpc::ByteBuffer response;
      stream->Read(&response, nullptr);
      if (!Next(queue)) {
        break;
      }
      payload += Join(response);
    }
    ::grpc::Status status;
    stream->Finish(&status, nullptr);
    Next(queue);
    queue.Shutdown();
    return {status.error_code(), status.error_message(), std::move(payload)};
  }

 private:
  static bool Next(::grpc::CompletionQueue& queue) {
    void* tag;
    bool ok;
    return queue.Next(&tag, &ok) && ok;
  }

  ::grpc::GenericStub stub_;
};

TestingClient::TestingClient(const std::string& address,
                             const std::optional<ClientTls>& tls)
    : impl_(std::make_unique<Impl>(address, tls)) {}

TestingClient::~TestingClient() = default;

CallResult TestingClient::Call(const std::string& method,
                               const std::string& request,
                               const CallOptions& options) {
  return impl_->Call(method, {request}, options);
}

CallResult TestingClient::CallWith(const std::string& method,
                                   const std::vector<std::string>& requests,
                                   const CallOptions& options) {
  return impl_->Call(method, requests, options);
}

}  // namespace tfs3::grpc
