// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/connection_pools.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "aws/common/byte_buf.h"
#include "aws/common/error.h"
#include "aws/http/connection_manager.h"
#include "aws/http/proxy.h"
#include "aws/io/socket.h"
#include "aws/io/tls_channel_handler.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kMaxConnections = 128;
// Below the time after which stores close idle connections.
constexpr uint64_t kMaxIdleMs = 15000;

aws_byte_cursor Cursor(const std::string& text) {
  return aws_byte_cursor_from_array(text.data(), text.size());
}

// CRT callback after every TLS handshake of a manager.
void OnHandshake(aws_channel_handler*, aws_channel_slot*, int error,
                 void* user_data) {
  if (error == AWS_ERROR_SUCCESS) {
    return;
  }
  RecordHandshakeFailure(
      **static_cast<std::shared_ptr<HandshakeWatch>*>(user_data), error);
}

// CRT callback after the end of a manager.
void OnManagerShutdown(void* user_data) {
  delete static_cast<std::shared_ptr<HandshakeWatch>*>(user_data);
}

}  // namespace

Status ConnectionPools::LoadTls() {
  if (tls_ != nullptr) {
    return {};
  }
  Result<TlsContextPtr> tls = NewTlsContext(options_);
  if (tls.ok()) {
    tls_ = *tls;
  }
  return tls.status();
}

Status ConnectionPools::DescribeProxy(const Proxy& proxy,
                                      aws_http_proxy_options& options,
                                      aws_tls_connection_options& tls_options) {
  options.host = Cursor(proxy.host);
  options.port = proxy.port;
  if (!proxy.user.empty()) {
    options.auth_type = AWS_HPAT_BASIC;
    options.auth_username = Cursor(proxy.user);
    options.auth_password = Cursor(proxy.password);
  }
  if (!proxy.https) {
    return {};
  }
  Status status = LoadTls();
  if (!status.ok()) {
    return status;
  }
  aws_tls_connection_options_init_from_ctx(&tls_options, tls_.get());
  const aws_byte_cursor host = Cursor(proxy.host);
  aws_tls_connection_options_set_server_name(&tls_options,
                                             AwsRuntime::allocator(), &host);
  tls_options.timeout_ms =
      static_cast<uint32_t>(options_.request_timeout.count());
  options.tls_options = &tls_options;
  return {};
}

Result<Connections> ConnectionPools::Get(const Endpoint& endpoint) {
  std::lock_guard<std::mutex> lock(mutex_);
  Connections& pool = pools_[Key(endpoint.https, endpoint.host, endpoint.port)];
  if (pool.manager != nullptr) {
    return pool;
  }
  pool.watch = NewHandshakeWatch();
  auto watch = std::make_unique<std::shared_ptr<HandshakeWatch>>(pool.watch);

  aws_tls_connection_options tls_options = {};
  if (endpoint.https) {
    Status status = LoadTls();
    if (!status.ok()) {
      return status;
    }
    aws_tls_connection_options_init_from_ctx(&tls_options, tls_.get());
    aws_tls_connection_options_set_callbacks(&tls_options, OnHandshake, nullptr,
                                             nullptr, watch.get());
    const aws_byte_cursor host =
        aws_byte_cursor_from_array(endpoint.host.data(), endpoint.host.size());
    aws_tls_connection_options_set_server_name(&tls_options,
                                               AwsRuntime::allocator(), &host);
    tls_options.timeout_ms =
        static_cast<uint32_t>(options_.request_timeout.count());
  }
  aws_socket_options socket_options = {};
  socket_options.type = AWS_SOCKET_STREAM;
  socket_options.domain = endpoint.host.find(':') == std::string::npos
                              ? AWS_SOCKET_IPV4
                              : AWS_SOCKET_IPV6;
  socket_options.connect_timeout_ms =
      static_cast<uint32_t>(options_.connect_timeout.count());

  const Result<std::optional<Proxy>> proxy =
      ProxyFor(options_.proxies, endpoint.https, endpoint.host, endpoint.port);
  if (!proxy.ok()) {
    aws_tls_connection_options_clean_up(&tls_options);
    return proxy.status();
  }
  aws_http_proxy_options proxy_options = {};
  aws_tls_connection_options proxy_tls_options = {};
  if (proxy->has_value()) {
    Status status = DescribeProxy(**proxy, proxy_options, proxy_tls_options);
    if (!status.ok()) {
      aws_tls_connection_options_clean_up(&tls_options);
      return status;
    }
    proxy_options.connection_type =
        endpoint.https ? AWS_HPCT_HTTP_TUNNEL : AWS_HPCT_HTTP_FORWARD;
  }

  aws_http_connection_manager_options options = {};
  options.bootstrap = bootstrap_;
  options.initial_window_size = SIZE_MAX;
  options.socket_options = &socket_options;
  options.tls_connection_options = endpoint.https ? &tls_options : nullptr;
  options.host =
      aws_byte_cursor_from_array(endpoint.host.data(), endpoint.host.size());
  options.port = endpoint.port;
  options.proxy_options = proxy->has_value() ? &proxy_options : nullptr;
  options.max_connections = kMaxConnections;
  options.max_connection_idle_in_milliseconds = kMaxIdleMs;
  options.shutdown_complete_callback = OnManagerShutdown;
  options.shutdown_complete_user_data = watch.get();
  aws_http_connection_manager* created =
      aws_http_connection_manager_new(AwsRuntime::allocator(), &options);
  aws_tls_connection_options_clean_up(&tls_options);
  aws_tls_connection_options_clean_up(&proxy_tls_options);
  if (created == nullptr) {
    return Status{TF_INTERNAL, "cannot connect to " + endpoint.Url() + ": " +
                                   aws_error_str(aws_last_error())};
  }
  watch.release();  // OnManagerShutdown deletes it.
  pool.manager.reset(created, aws_http_connection_manager_release);
  return pool;
}

}  // namespace s3
}  // namespace tfs3
