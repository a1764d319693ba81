#include "store/dynamodb/trouble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace vc::store::dynamodb {
namespace {

using counter::StoreFault;

struct Meaning {
  std::string_view code;
  std::string_view words;
};

/// Of the codes that say no: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
constexpr std::array meanings = {
    Meaning{"AccessDeniedException", "the key is good, and its policy does not allow this"},
    Meaning{"UnrecognizedClientException", "nobody has this key"},
    Meaning{"InvalidSignatureException", "the secret is not the key's, or the clock is wrong"},
    Meaning{"ExpiredTokenException", "the key has expired"},
};

std::string refusal(std::string_view detail) {
  const auto* const found =
      std::ranges::find_if(meanings, [&](const Meaning& meaning) { return detail.starts_with(meaning.code); });
  if (found == meanings.end()) return std::string(detail);
  return fmt::format("{}, {}", found->words, detail);
}

}  // namespace

std::unexpected<Error> trouble(const Address& address, const counter::StoreError& error) {
  switch (error.fault) {
    case StoreFault::table_not_found:
      return fail("there is no table {} ({}); `visitor-counter table create` makes it", address.table, text(address));
    case StoreFault::access_denied: return fail("no access to the table {}: {}", address.table, refusal(error.detail));
    case StoreFault::throttled: return fail("the table {} is throttled: {}", address.table, error.detail);
    case StoreFault::storage: return fail("the table {} refuses: {}", address.table, error.detail);
    default: return fail("the table {} does not answer: {}", address.table, error.detail);
  }
}

}  // namespace vc::store::dynamodb
