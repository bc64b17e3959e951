// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Functions of absl's log that the header declares `extern template` and that
// TensorFlow's library has under other names. Clang 18 compiled the library,
// and encodes the std::enable_if of a template parameter in the name of a
// function. gcc does not.

#include "absl/log/internal/log_message.h"

#include "absl/base/config.h"

namespace absl {
ABSL_NAMESPACE_BEGIN
namespace log_internal {

template LogMessage& LogMessage::operator<<(const bool&);
template LogMessage& LogMessage::operator<<(const char&);
template LogMessage& LogMessage::operator<<(const signed char&);
template LogMessage& LogMessage::operator<<(const unsigned char&);
template LogMessage& LogMessage::operator<<(const short&);
template LogMessage& LogMessage::operator<<(const unsigned short&);
template LogMessage& LogMessage::operator<<(const int&);
template LogMessage& LogMessage::operator<<(const unsigned int&);
template LogMessage& LogMessage::operator<<(const long&);
template LogMessage& LogMessage::operator<<(const unsigned long&);
template LogMessage& LogMessage::operator<<(const long long&);
template LogMessage& LogMessage::operator<<(const unsigned long long&);
template LogMessage& LogMessage::operator<<(const float&);
template LogMessage& LogMessage::operator<<(const double&);
template LogMessage& LogMessage::operator<<(void* const&);
template LogMessage& LogMessage::operator<<(const void* const&);

}  // namespace log_internal
ABSL_NAMESPACE_END
}  // namespace absl
