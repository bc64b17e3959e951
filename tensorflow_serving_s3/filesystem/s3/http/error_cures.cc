// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/error_cures.h"

#include <optional>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/address/access_point.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/http/access_denied.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"

namespace tfs3 {
namespace s3 {
namespace {

// AWS codes with causes other than policies and credentials.
struct AccountState {
  const char* code;
  const char* cure;
};
constexpr AccountState kAccountStates[] = {
    {"AllAccessDisabled",
     "AWS has disabled all access to this bucket or object. Check the name of "
     "the bucket; if it is right, its owner must contact AWS Support"},
    {"AccountProblem",
     "AWS has suspended the account, for example for an unpaid bill: its owner "
     "must contact AWS Support"},
    {"InvalidPayer",
     "AWS has disabled the account that pays for the bucket: its owner must "
     "contact AWS Support"},
    {"NotSignedUp", "The AWS account is not signed up for S3: sign it up"},
    {"OptInRequired", "The AWS account is not signed up for S3: sign it up"},
    {"UnauthorizedAccess",
     "In the regions of China, AWS serves only accounts with an ICP license: "
     "ask the owner of the account"},
    {"UnauthorizedAccessError",
     "In the regions of China, AWS serves only accounts with an ICP license: "
     "ask the owner of the account"},
};

bool Contains(const std::string& text, const char* part) {
  return Lowercase(text).find(part) != std::string::npos;
}

bool IsCopy(const RequestContext& context) {
  return context.operation == "CopyObject" ||
         context.operation == "UploadPartCopy";
}

// Returns the ARN that a policy must allow. Policies know an access point by
// its ARN with a slash, not by its alias.
std::string PolicyResource(const RequestContext& context) {
  const std::string& name = context.uri.bucket;
  if (context.directory_bucket) {
    return "arn:" + AwsPartition(context.region) +
           ":s3express:" + context.region + ":ACCOUNT:bucket/" + name +
           ", with the account of the bucket";
  }
  const std::string partition = "arn:" + AwsPartition(context.region) + ":s3:";
  std::string resource = partition + "::" + name;
  std::string objects = "/";
  std::string note;
  const Result<AccessPoint> point = ParseAccessPoint(name);
  if (point.ok()) {
    resource = partition + point->region + ":" + point->account +
               ":accesspoint/" + point->name;
    objects = "/object/";
  } else if (IsAccessPointAlias(name)) {
    resource = partition + context.region + ":ACCOUNT:accesspoint/NAME";
    objects = "/object/";
    note =
        ", with the account and the name of the access point whose alias is " +
        name;
  }
  if (context.action.find("Bucket") != std::string::npos) {
    return resource + note;
  }
  // A request without a key concerns several objects.
  return resource + objects +
         (context.uri.key.empty() ? "*" : context.uri.key) + note;
}

bool IsClockSkew(const std::string& code) {
  return code == "RequestTimeTooSkewed" || code == "RequestExpired";
}

std::string ArchivedCure(const HttpError& error) {
  return "The object is in an archive" +
         (error.storage_class.empty() ? "" : " (" + error.storage_class + ")") +
         ", and S3 does not read archives: restore it (aws s3api "
         "restore-object) and wait until that is done, or upload the model "
         "again; exclude the model from lifecycle rules that archive";
}

bool IsCustomerKeyNeeded(const HttpError& error) {
  return Contains(error.message, "stored using a form of server side") ||
         Contains(error.message, "server side encryption with customer") ||
         Contains(error.message, "sse-c");
}

const char kCustomerKeyCure[] =
    "The object is encrypted with a key that each request must contain "
    "(SSE-C), which this filesystem does not support: upload the object again "
    "with AES256 or aws:kms";

std::string RequestedEncryption(const RequestContext& context) {
  return "the request asked for the encryption " + context.encryption +
         ", set by AWS_SERVER_SIDE_ENCRYPTION";
}

// Explains the refusals that S3 sends with several statuses.
std::optional<Status> CommonError(const RequestContext& context,
                                  const HttpError& error) {
  if (error.code == "InvalidObjectState") {
    return Status{TF_FAILED_PRECONDITION, ArchivedCure(error)};
  }
  if (Contains(error.message, "secure connection") ||
      Contains(error.message, "made via ssl")) {
    return Status{TF_FAILED_PRECONDITION,
                  "S3 transfers objects that KMS encrypts by https only: write "
                  "https:// before the endpoint or set S3_USE_HTTPS=1. The "
                  "endpoint is " +
                      DescribeEndpoint(context)};
  }
  if (IsCustomerKeyNeeded(error)) {
    return Status{TF_FAILED_PRECONDITION, kCustomerKeyCure};
  }
  if (error.code.compare(0, 4, "KMS.") == 0 &&
      !Contains(error.code, "accessdenied")) {
    return Status{
        TF_FAILED_PRECONDITION,
        "The KMS key cannot be used: it must exist in the region of the "
        "bucket, be enabled and not be scheduled for deletion" +
            (context.encryption.empty() ? ""
                                        : "; " + RequestedEncryption(context) +
                                              " and AWS_SSE_KMS_KEY_ID")};
  }
  return std::nullopt;
}

// Explains a 403 that names neither an action nor a policy.
std::string UnexplainedDenial(const RequestContext& context) {
  std::string cure = context.anonymous ? "; the bucket must allow everyone "
                                       : "; their policy must allow ";
  cure += context.action + " on " + PolicyResource(context);
  if (IsCopy(context)) {
    cure += ", and s3:GetObject on the source of the copy";
  }
  if (context.action == "s3:GetObject") {
    cure +=
        " (without s3:ListBucket, S3 answers 403 also for an object that does "
        "not exist)";
  }
  if (context.directory_bucket || context.requester_pays) {
    return cure;
  }
  return cure + (context.anonymous
                     ? ". If the requester pays for the bucket, use "
                       "credentials and set AWS_REQUEST_PAYER=requester"
                     : ". If the requester pays for the bucket, set "
                       "AWS_REQUEST_PAYER=requester");
}

std::string PolicyCure(const RequestContext& context, const HttpError& error) {
  const std::string credentials = DescribeCredentials(context);
  if (Contains(error.message, "requester pays") ||
      Contains(error.message, "requester-pays")) {
    return credentials +
           (context.requester_pays
                ? "; the requester pays for this bucket: their account needs "
                  "a valid payment method"
                : "; the requester pays for this bucket: set "
                  "AWS_REQUEST_PAYER=requester" +
                      std::string(context.anonymous ? ", with credentials"
                                                    : ""));
  }
  if (Contains(error.message, "object lock") ||
      Contains(error.message, "legal hold")) {
    return credentials +
           "; the object is locked (S3 Object Lock): delete or overwrite it "
           "after its retention and its legal hold have ended";
  }
  if (Contains(error.message, "block public access") ||
      Contains(error.message, "blockpublic")) {
    return credentials +
           "; S3 Block Public Access of the bucket or of its account forbids "
           "this: use credentials with a policy that allows " +
           context.action + ", or change that setting";
  }
  // The text of S3 for a key that belongs to another account or does not exist.
  if (Contains(error.message, "ciphertext refers to a customer master key") ||
      (error.code.compare(0, 4, "KMS.") == 0 &&
       !Contains(error.message, "not authorized to perform"))) {
    return credentials +
           "; their policy and the policy of the KMS key must allow " +
           (context.encryption.empty() && !IsCopy(context)
                ? "kms:Decrypt"
                : "kms:Decrypt and kms:GenerateDataKey") +
           ", on the key that encrypts the object";
  }
  const AccessDenied denied = ParseAccessDenied(error.message);
  if (denied.action.empty() && denied.policy == PolicyKind::kUnknown &&
      !denied.is_explicit) {
    return credentials + UnexplainedDenial(context);
  }
  return credentials + "; " +
         AccessDeniedCure(denied, context.action, PolicyResource(context));
}

}  // namespace

std::string DescribeEndpoint(const RequestContext& context) {
  const std::string url =
      context.endpoint.Url() +
      (context.proxy.empty() ? ""
                             : " (through the proxy " + context.proxy + ")");
  if (!context.endpoint_source.empty()) {
    return url + ", set by " + context.endpoint_source;
  }
  return url + ", the endpoint of AWS for the region " + context.region +
         ", set by " + context.region_source +
         " (for another store, set S3_ENDPOINT or AWS_ENDPOINT_URL)";
}

std::string DescribeCredentials(const RequestContext& context) {
  if (context.anonymous) {
    return "The request was anonymous, set by " + context.credentials_source;
  }
  return "The credentials came from " + context.credentials_source;
}

Status BadRequest(const RequestContext& context, const HttpError& error) {
  if (const auto refusal = CommonError(context, error)) {
    return *refusal;
  }
  if (error.code == "KMS.AccessDeniedException") {
    return Forbidden(context, error);
  }
  std::string cure = "The request went to " + DescribeEndpoint(context);
  // The response to a HEAD has no body that could name the cause.
  if (error.code.empty() && context.operation.compare(0, 4, "Head") == 0) {
    cure +=
        "; S3 answers 400 also for an object that is encrypted with a key of "
        "the uploader (SSE-C)";
  }
  if (!context.encryption.empty()) {
    cure += "; " + RequestedEncryption(context);
  }
  return {TF_INVALID_ARGUMENT, cure};
}

Status Forbidden(const RequestContext& context, const HttpError& error) {
  if (const auto refusal = CommonError(context, error)) {
    return *refusal;
  }
  for (const AccountState& state : kAccountStates) {
    if (error.code == state.code) {
      return {TF_PERMISSION_DENIED, state.cure};
    }
  }
  if (IsClockSkew(error.code)) {
    const bool known =
        !error.request_time.empty() && !error.server_time.empty();
    return {TF_PERMISSION_DENIED,
            "The clocks of this machine and of the store differ too much" +
                (known ? ": this machine has " + error.request_time +
                             ", the store has " + error.server_time
                       : std::string()) +
                "; set this machine's clock (NTP)"};
  }
  const std::string credentials = DescribeCredentials(context);
  if (error.code == "InvalidAccessKeyId") {
    return {TF_PERMISSION_DENIED,
            credentials + "; the store at " + DescribeEndpoint(context) +
                ", does not know their access key ID: check the ID and that it "
                "belongs to this store"};
  }
  if (error.code == "SignatureDoesNotMatch") {
    return {TF_PERMISSION_DENIED,
            credentials +
                "; their secret key does not match their access key ID: check "
                "the secret key, and the region (" +
                context.region + ", set by " + context.region_source + ")"};
  }
  return {TF_PERMISSION_DENIED, PolicyCure(context, error)};
}

Status Conflict(const RequestContext& context, const HttpError& error) {
  if (IsRetryable(error)) {
    return {TF_UNAVAILABLE,
            "Another request changed the same object or bucket at the same "
            "time: try again, with one writer at a time"};
  }
  if (error.code == "InvalidBucketState") {
    return {TF_FAILED_PRECONDITION, "The settings of the bucket \"" +
                                        context.uri.bucket +
                                        "\" do not allow this request"};
  }
  return {TF_FAILED_PRECONDITION,
          "An object or a directory with this name is in the way"};
}

Status PreconditionFailed(const RequestContext& context, const HttpError&) {
  if (IsCopy(context)) {
    return {TF_FAILED_PRECONDITION,
            "The object was replaced during the copy: copy it again"};
  }
  const bool reads =
      context.operation == "GetObject" || context.operation == "HeadObject";
  return {TF_FAILED_PRECONDITION,
          reads ? "The object was replaced while it was being read"
                : "Another program changed the object at the same time: write "
                  "it again"};
}

Status NotImplemented(const RequestContext& context, const HttpError&) {
  return {TF_UNIMPLEMENTED,
          "The store at " + DescribeEndpoint(context) +
              ", does not support this request" +
              (context.encryption.empty()
                   ? ""
                   : "; " + RequestedEncryption(context) +
                         ": unset it, or set up the store's encryption")};
}

}  // namespace s3
}  // namespace tfs3
