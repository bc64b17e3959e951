// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Makes gRPC calls with @grpc/grpc-js by commands on the standard input, for rpc_node.py.
//
//   node node_rpc.js '{"address": "127.0.0.1:8500", "ca": null, "compression": 0, ...}'
//
// Each line of the input is a command in JSON, each line of the output an event. Messages are in
// files:
//
//   {"do": "call", "id": 1, "method": "/package.Service/Method", "request": FILE, "response": FILE,
//    "timeout": 30, "metadata": [["name", "text"], ["name-bin", "base64"]]}
//   {"do": "stream", ...}          the same, with one event for each response
//   {"do": "cancel", "id": 1}
//
//   {"id": 1, "message": "base64"}      a response of a stream
//   {"id": 1, "code": "OK", "details": ""}      the end; the response of a call is in its file
'use strict';

const fs = require('fs');
const readline = require('readline');
const grpc = require('@grpc/grpc-js');

const settings = JSON.parse(process.argv[2]);
const read = (path) => (path ? fs.readFileSync(path) : null);
const credentials = settings.ca ?
  grpc.credentials.createSsl(read(settings.ca), read(settings.key), read(settings.certificate)) :
  grpc.credentials.createInsecure();
const options = {
  'grpc.enable_http_proxy': 0,
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // Otherwise clients of the same address share a connection.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 100,
  'grpc.default_compression_algorithm': settings.compression,
};
if (settings.keepalive) {
  options['grpc.keepalive_time_ms'] = settings.keepalive;
  options['grpc.keepalive_permit_without_calls'] = 1;
}
const client = new grpc.Client(settings.address, credentials, options);
const bytes = (value) => value;
const running = new Map();

function print(event) {
  process.stdout.write(JSON.stringify(event) + '\n');
}

function metadataOf(pairs) {
  const metadata = new grpc.Metadata();
  for (const [name, value] of pairs) {
    metadata.add(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  return metadata;
}

const commands = {
  call(command) {
    const deadline = Date.now() + command.timeout * 1000;
    const ended = (error, response) => {
      running.delete(command.id);
      if (!error) {
        fs.writeFileSync(command.response, response);
      }
      print({
        id: command.id,
        code: error ? grpc.status[error.code] : 'OK',
        details: error ? error.details : '',
      });
    };
    running.set(command.id, client.makeUnaryRequest(
        command.method, bytes, bytes, fs.readFileSync(command.request),
        metadataOf(command.metadata), {deadline}, ended));
  },

  stream(command) {
    const deadline = Date.now() + command.timeout * 1000;
    const call = client.makeBidiStreamRequest(
        command.method, bytes, bytes, new grpc.Metadata(), {deadline});
    running.set(command.id, call);
    call.on('data', (message) => print({id: command.id, message: message.toString('base64')}));
    // The status follows.
    call.on('error', () => {});
    call.on('status', (status) => {
      running.delete(command.id);
      print({id: command.id, code: grpc.status[status.code], details: status.details});
    });
    call.write(fs.readFileSync(command.request));
    call.end();
  },

  cancel(command) {
    const call = running.get(command.id);
    if (call) {
      call.cancel();
    }
  },
};

const lines = readline.createInterface({input: process.stdin});
lines.on('line', (line) => {
  const command = JSON.parse(line);
  commands[command.do](command);
});
lines.on('close', () => client.close());
