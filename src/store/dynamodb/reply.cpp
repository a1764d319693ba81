#include "store/dynamodb/reply.hpp"

#include <fmt/format.h>
#include <boost/crc.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace vc::store::dynamodb {
namespace {

namespace json = boost::json;
using counter::StoreFault;

struct Class {
  std::string_view code;
  Verdict verdict;
  StoreFault fault;
};

constexpr auto throttled = std::pair(Verdict::throttled, StoreFault::throttled);
constexpr auto credentials = std::pair(Verdict::credentials, StoreFault::access_denied);
constexpr auto refused = std::pair(Verdict::refused, StoreFault::storage);

constexpr Class of(std::string_view code, std::pair<Verdict, StoreFault> meaning) {
  return {code, meaning.first, meaning.second};
}

constexpr std::array classes = {
    of("ConditionalCheckFailedException", {Verdict::condition_failed, StoreFault::storage}),
    of("ProvisionedThroughputExceededException", throttled),
    of("ThrottlingException", throttled),
    of("RequestLimitExceeded", throttled),
    of("TransactionConflictException", throttled),
    of("TransactionInProgressException", throttled),
    of("ReplicatedWriteConflictException", throttled),
    of("LimitExceededException", throttled),
    of("ExpiredTokenException", credentials),
    of("UnrecognizedClientException", credentials),
    of("InvalidSignatureException", credentials),
    of("MissingAuthenticationToken", credentials),
    of("MissingAuthenticationTokenException", credentials),
    of("IncompleteSignature", credentials),
    of("IncompleteSignatureException", credentials),
    of("AccessDeniedException", credentials),
    of("ResourceNotFoundException", {Verdict::refused, StoreFault::table_not_found}),
    of("ValidationException", refused),
    of("SerializationException", refused),
    of("ResourceInUseException", refused),
    of("ItemCollectionSizeLimitExceededException", refused),
    of("UnknownOperationException", refused),
};

Reply unclear(StoreFault fault, std::string detail) { return {Verdict::unclear, {fault, std::move(detail)}, {}}; }

/// Whether the body is the one that was sent. Not every engine says.
bool intact(const aws::HttpResponse& response) {
  const std::string_view said = response.header("x-amz-crc32");
  if (said.empty()) return true;
  boost::crc_32_type crc;
  crc.process_bytes(response.body.data(), response.body.size());
  return said == std::to_string(crc.checksum());
}

/// `com.amazonaws.dynamodb.v20120810#ThrottlingException:http://…` without what stands around the code.
std::string_view code_of(const json::object& body) {
  const json::value* type = body.if_contains("__type");
  if (type == nullptr || !type->is_string()) return {};
  std::string_view code = type->get_string();
  if (const auto mark = code.rfind('#'); mark != std::string_view::npos) code.remove_prefix(mark + 1);
  return code.substr(0, code.find(':'));
}

std::optional<json::object> object_of(const std::string& text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

}  // namespace

Reply read_reply(const aws::HttpResponse& response) {
  const auto status = fmt::format("status {}", response.status);
  if (response.status >= 500) return unclear(StoreFault::storage, status);
  if (!intact(response)) return unclear(StoreFault::connection, status + " with a wrong checksum");
  auto body = object_of(response.body);
  if (!body) return unclear(StoreFault::connection, status + " without a JSON object");
  if (response.status == 200) return {Verdict::done, {}, std::move(*body)};

  const std::string_view code = code_of(*body);
  const auto* const found = std::ranges::find(classes, code, &Class::code);
  if (found == classes.end()) return unclear(StoreFault::storage, status + " without a code that is known");
  Reply reply{found->verdict, {found->fault, fmt::format("{} ({})", found->code, status)}, {}};
  if (found->verdict == Verdict::condition_failed) reply.body = std::move(*body);
  return reply;
}

Reply read_reply(const aws::HttpFailure& failure) {
  const bool late = failure.trouble == aws::HttpTrouble::timeout;
  return {failure.sent == aws::Sent::nothing ? Verdict::not_sent : Verdict::unclear,
          {late ? StoreFault::timeout : StoreFault::connection, failure.detail},
          {}};
}

}  // namespace vc::store::dynamodb
