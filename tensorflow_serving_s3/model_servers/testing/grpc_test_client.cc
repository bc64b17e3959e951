// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/grpc/message_coding.h"

namespace tfs3::grpc {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCancelled = 1;
constexpr int kUnknown = 2;
constexpr int kDeadlineExceeded = 4;
constexpr int kInternal = 13;
constexpr int kUnavailable = 14;

constexpr std::string_view kUnixPrefix = "unix:";

// Connects to "HOST:PORT" with an IPv4 address, or to "unix:PATH". Returns -1
// if that is not possible.
int Connect(const std::string& address) {
  sockaddr_storage to{};
  socklen_t size = 0;
  if (address.rfind(kUnixPrefix, 0) == 0) {
    auto& unix_address = reinterpret_cast<sockaddr_un&>(to);
    unix_address.sun_family = AF_UNIX;
    std::strncpy(unix_address.sun_path, address.c_str() + kUnixPrefix.size(),
                 sizeof(unix_address.sun_path) - 1);
    size = sizeof(unix_address);
  } else {
    const size_t colon = address.rfind(':');
    auto& in = reinterpret_cast<sockaddr_in&>(to);
    in.sin_family = AF_INET;
    in.sin_port = htons(std::atoi(address.c_str() + colon + 1));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &in.sin_addr);
    size = sizeof(in);
  }
  const int fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), size) == 0) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
  }
  close(fd);
  return -1;
}

std::string Decode(std::string_view encoded) {
  std::string text;
  for (size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '%' && i + 2 < encoded.size()) {
      text += static_cast<char>(std::strtol(
          std::string(encoded.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      text += encoded[i];
    }
  }
  return text;
}

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

std::unique_ptr<BIO, FreeBio> Reader(const std::string& text) {
  return std::unique_ptr<BIO, FreeBio>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::unique_ptr<SSL_CTX, FreeContext> MakeContext(const ClientTls& tls) {
  std::unique_ptr<SSL_CTX, FreeContext> context(
      SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  X509* const ca =
      PEM_read_bio_X509(Reader(tls.server_ca).get(), nullptr, nullptr, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca);
  X509_free(ca);
  if (!tls.key.empty()) {
    X509* const own = PEM_read_bio_X509(Reader(tls.certificate).get(), nullptr,
                                        nullptr, nullptr);
    SSL_CTX_use_certificate(context.get(), own);
    X509_free(own);
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(Reader(tls.key).get(),
                                                  nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context.get(), key);
    EVP_PKEY_free(key);
  }
  constexpr unsigned char kH2[] = "\x02h2";
  SSL_CTX_set_alpn_protos(context.get(), kH2, 3);
  return context;
}

// One call on its own connection.
class ClientCall {
 public:
  ClientCall(const std::string& address, const CallOptions& options)
      : fd_(Connect(address)),
        options_(options),
        end_(options.timeout.count() > 0 ? Clock::now() + options.timeout
                                         : Clock::time_point::max()) {}
  ClientCall(const ClientCall&) = delete;
  ClientCall& operator=(const ClientCall&) = delete;
  ~ClientCall() {
    nghttp2_session_del(session_);
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  CallResult Run(const std::string& method,
                 const std::vector<std::string>& requests,
                 const std::optional<ClientTls>& tls) {
    if (fd_ < 0) {
      return {kUnavailable, "cannot connect", ""};
    }
    if (tls.has_value() && !Handshake(*tls)) {
      return {kUnavailable, "the TLS handshake failed", ""};
    }
    for (const std::string& request : requests) {
      AddMessage(request);
    }
    Submit(method);
    if (!Flush()) {
      return {kUnavailable, "the connection ended", ""};
    }
    if (options_.before_reading) {
      options_.before_reading();
    }
    while (!is_closed_) {
      if (Clock::now() >= end_) {
        return {kDeadlineExceeded, "the deadline has passed", ""};
      }
      if (!Receive() || !Flush()) {
        break;
      }
    }
    return Result();
  }

 private:
  bool Handshake(const ClientTls& tls) {
    context_ = MakeContext(tls);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd_);
    return SSL_connect(ssl_.get()) == 1;
  }

  void AddMessage(const std::string& message) {
    const std::optional<Coding> coding = ParseCoding(options_.compression);
    std::optional<std::string> compressed;
    if (coding.has_value()) {
      compressed = Compress(message, *coding);
    }
    const std::string& bytes = compressed.has_value() ? *compressed : message;
    const auto size = static_cast<uint32_t>(bytes.size());
    body_ += {static_cast<char>(compressed.has_value() ? 1 : 0),
              static_cast<char>(size >> 24), static_cast<char>(size >> 16),
              static_cast<char>(size >> 8), static_cast<char>(size)};
    body_ += bytes;
  }

  void Submit(const std::string& method) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks,
                                                              OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session_client_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
    std::vector<std::pair<std::string, std::string>> headers = {
        {":method", "POST"}, {":scheme", ssl_ == nullptr ? "http" : "https"},
        {":path", method},   {":authority", "localhost"},
        {"te", "trailers"},  {"content-type", "application/grpc"}};
    if (options_.timeout.count() > 0) {
      headers.emplace_back("grpc-timeout",
                           std::to_string(options_.timeout.count()) + "m");
    }
    if (!options_.compression.empty()) {
      headers.emplace_back("grpc-encoding", options_.compression);
    }
    headers.insert(headers.end(), options_.metadata.begin(),
                   options_.metadata.end());
    std::vector<nghttp2_nv> fields;
    for (auto& [name, value] : headers) {
      fields.push_back({reinterpret_cast<uint8_t*>(name.data()),
                        reinterpret_cast<uint8_t*>(value.data()), name.size(),
                        value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    nghttp2_data_provider provider;
    provider.source.ptr = this;
    provider.read_callback = ReadBody;
    nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(),
                           &provider, nullptr);
  }

  // Sends what the windows of the server allow.
  bool Flush() {
    const uint8_t* data = nullptr;
    ssize_t size;
    while ((size = nghttp2_session_mem_send(session_, &data)) > 0) {
      const auto* next = reinterpret_cast<const char*>(data);
      while (size > 0) {
        const ssize_t sent =
            ssl_ != nullptr
                ? SSL_write(ssl_.get(), next, static_cast<int>(size))
                : send(fd_, next, static_cast<size_t>(size), MSG_NOSIGNAL);
        if (sent <= 0) {
          // The response may have arrived before the connection ended.
          return true;
        }
        next += sent;
        size -= sent;
      }
    }
    return size == 0;
  }

  // Waits for input, but not longer than the deadline. Returns false at the end
  // of the connection.
  bool Receive() {
    if (ssl_ == nullptr || SSL_pending(ssl_.get()) == 0) {
      pollfd polled = {fd_, POLLIN, 0};
      const auto left =
          end_ == Clock::time_point::max()
              ? std::chrono::milliseconds(-1)
              : std::chrono::ceil<std::chrono::milliseconds>(
                    std::max(end_ - Clock::now(), Clock::duration::zero()));
      if (poll(&polled, 1, static_cast<int>(left.count())) == 0) {
        return true;
      }
    }
    char buffer[16 << 10];
    const ssize_t size = ssl_ != nullptr
                             ? SSL_read(ssl_.get(), buffer, sizeof buffer)
                             : recv(fd_, buffer, sizeof buffer, 0);
    return size > 0 && nghttp2_session_mem_recv(
                           session_, reinterpret_cast<uint8_t*>(buffer),
                           static_cast<size_t>(size)) >= 0;
  }

  CallResult Result() const {
    if (status_ >= 0) {
      return {status_, message_, Messages()};
    }
    if (!is_closed_) {
      return {kUnavailable, "the connection ended", ""};
    }
    if (!http_status_.empty() && http_status_ != "200") {
      return {kUnknown, "HTTP status " + http_status_, ""};
    }
    switch (error_) {
      case NGHTTP2_CANCEL:
        return {kCancelled, "the server cancelled the call", ""};
      case NGHTTP2_REFUSED_STREAM:
        return {kUnavailable, "the server refused the call", ""};
      default:
        return {kInternal, "RST_STREAM " + std::to_string(error_), ""};
    }
  }

  // Joins the messages of the response.
  std::string Messages() const {
    constexpr size_t kHeadBytes = 5;
    std::string messages;
    std::string_view rest = received_;
    while (rest.size() >= kHeadBytes) {
      size_t size = 0;
      for (size_t i = 1; i < kHeadBytes; ++i) {
        size = size << 8 | static_cast<uint8_t>(rest[i]);
      }
      messages += rest.substr(kHeadBytes, size);
      rest.remove_prefix(std::min(rest.size(), kHeadBytes + size));
    }
    return messages;
  }

  static int OnHeader(nghttp2_session* /*session*/,
                      const nghttp2_frame* /*frame*/, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size,
                      uint8_t /*flags*/, void* user) {
    auto& self = *static_cast<ClientCall*>(user);
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == "grpc-status") {
      self.status_ = std::atoi(text.c_str());
    } else if (key == "grpc-message") {
      self.message_ = Decode(text);
    } else if (key == ":status") {
      self.http_status_ = text;
    }
    return 0;
  }

  static int OnData(nghttp2_session* /*session*/, uint8_t /*flags*/,
                    int32_t /*id*/, const uint8_t* data, size_t size,
                    void* user) {
    static_cast<ClientCall*>(user)->received_.append(
        reinterpret_cast<const char*>(data), size);
    return 0;
  }

  static int OnClose(nghttp2_session* /*session*/, int32_t /*id*/,
                     uint32_t error, void* user) {
    auto& self = *static_cast<ClientCall*>(user);
    self.is_closed_ = true;
    self.error_ = error;
    return 0;
  }

  static ssize_t ReadBody(nghttp2_session* /*session*/, int32_t /*id*/,
                          uint8_t* to, size_t room, uint32_t* flags,
                          nghttp2_data_source* source, void* /*user*/) {
    auto& self = *static_cast<ClientCall*>(source->ptr);
    const size_t size = std::min(room, self.body_.size() - self.body_sent_);
    std::memcpy(to, self.body_.data() + self.body_sent_, size);
    self.body_sent_ += size;
    if (self.body_sent_ == self.body_.size()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    return static_cast<ssize_t>(size);
  }

  const int fd_;
  const CallOptions& options_;
  const Clock::time_point end_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  nghttp2_session* session_ = nullptr;

  std::string body_;
  size_t body_sent_ = 0;
  std::string received_;
  std::string http_status_;
  int status_ = -1;
  std::string message_;
  bool is_closed_ = false;
  uint32_t error_ = 0;
};

}  // namespace

class TestingClient::Impl {
 public:
  Impl(std::string address, std::optional<ClientTls> tls)
      : address_(std::move(address)), tls_(std::move(tls)) {
    // OpenSSL writes to sockets that the server may have closed.
    std::signal(SIGPIPE, SIG_IGN);
  }

  CallResult Call(const std::string& method,
                  const std::vector<std::string>& requests,
                  const CallOptions& options) {
    return ClientCall(address_, options).Run(method, requests, tls_);
  }

 private:
  const std::string address_;
  const std::optional<ClientTls> tls_;
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
