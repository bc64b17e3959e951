-- Copyright 2026 The tf-serving-s3 Authors.
-- SPDX-License-Identifier: Apache-2.0
--
-- For wrk: posts the file that is the argument after "--", and prints the measurements as a line of
-- JSON.

local bytes

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  wrk.headers["Content-Type"] = "application/json"
  bytes = wrk.format("POST", nil, nil, file:read("*all"))
  file:close()
end

function request()
  return bytes
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "p50_ms": %.6f, "p99_ms": %.6f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
