// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Requests half_plus_three by gRPC (@grpc/grpc-js) and by REST (fetch of Node), and prints the answers
// as one JSON object.
//
//   node node_client.js GRPC_ADDRESS REST_URL DESCRIPTORS_FILE
'use strict';

const fs = require('fs');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const [, , address, restUrl, descriptors] = process.argv;
const MODEL = 'half_plus_three';

function unary(client, method, request) {
  return new Promise((resolve) => {
    const deadline = Date.now() + 30000;
    client[method](request, {deadline}, (error, response) => {
      resolve(error ? {code: grpc.status[error.code], details: error.details} : response);
    });
  });
}

async function main() {
  const definition = protoLoader.loadFileDescriptorSetFromBuffer(
      fs.readFileSync(descriptors), {enums: String, keepCase: true, longs: String});
  const serving = grpc.loadPackageDefinition(definition).tensorflow.serving;
  const credentials = grpc.credentials.createInsecure();
  const options = {'grpc.enable_http_proxy': 0};
  const prediction = new serving.PredictionService(address, credentials, options);
  const models = new serving.ModelService(address, credentials, options);

  const x = {
    dtype: 'DT_FLOAT',
    tensor_shape: {dim: [{size: 3}]},
    float_val: [1.0, 2.0, 5.0],
  };
  // protobufjs reads a map of a descriptor set as a list of entries, its wire format.
  const inputs = [{key: 'x', value: x}];
  const predicted = await unary(prediction, 'Predict', {model_spec: {name: MODEL}, inputs});
  const unknown = await unary(prediction, 'Predict', {model_spec: {name: 'nobody'}});
  const status = await unary(models, 'GetModelStatus', {model_spec: {name: MODEL}});
  prediction.close();
  models.close();

  const rest = await fetch(`${restUrl}/v1/models/${MODEL}:predict`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({instances: [1.0, 2.0, 5.0]}),
  });
  console.log(JSON.stringify({
    predicted: predicted.outputs ? predicted.outputs[0].value.float_val : predicted,
    version: predicted.model_spec ? predicted.model_spec.version.value : null,
    unknown: unknown.code,
    state: status.model_version_status ? status.model_version_status[0].state : status,
    rest: await rest.json(),
  }));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
