// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_LISTEN_CHECK_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_LISTEN_CHECK_H_

#include <string>

namespace tfs3::grpc {

// Why one cannot listen at `address` ("HOST:PORT"), with address, cause and
// cure on one line; empty if one can, or if the address is of another kind.
// gRPC itself only says that it did not start.
//
//   CheckListen("127.0.0.1:8500")
//       == "cannot listen at 127.0.0.1:8500: Address already in use; ..."
std::string CheckListen(const std::string& address);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_LISTEN_CHECK_H_
