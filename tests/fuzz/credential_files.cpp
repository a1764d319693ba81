// Keys as files and endpoints have them.
//
// Input: the shared credentials file; behind a line `===` the config file; behind another one an endpoint's answer.
// Beliefs: a key is refused with one line that does not quote it, or it is one that can be sent in a header.

#include <array>
#include <string>

#include "aws/credential_chain.hpp"
#include "aws/sigv4.hpp"
#include "base/text.hpp"
#include "fuzz/fuzzing.hpp"
#include "fuzz/memory_file.hpp"

namespace vc::fuzz {
namespace {

constexpr WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);
constexpr std::size_t telling = 16;  // characters that no sentence of ours has by chance

/// What stands before the next divider, which is taken off too.
std::string_view take_part(std::string_view& input) {
  constexpr std::string_view divider = "\n===\n";
  const auto end = input.find(divider);
  const std::string_view part = input.substr(0, end);
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + divider.size());
  return part;
}

/// Whatever follows an equals sign may be a secret.
void check_quotes_nothing(std::string_view message, std::string_view file) {
  while (!file.empty()) {
    const std::string_view line = file.substr(0, file.find('\n'));
    file.remove_prefix(std::min(line.size() + 1, file.size()));
    const auto equals = line.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : trimmed(line.substr(equals + 1));
    const bool ours = value.starts_with("AWS_") || value.find(' ') != std::string_view::npos;
    check(value.size() < telling || ours || message.find(value) == std::string_view::npos, "no value is quoted");
  }
}

void check_key(const Result<aws::Credentials>& key) {
  if (!key) return check(is_one_line(key.error().message), "a key is refused with one line");
  check(!key->access_key_id.empty() && !key->secret_access_key.empty(), "a key is whole");
  aws::HttpRequest request{"POST", "/", {}, "{}"};
  aws::sign(request, "localhost", {"local", "dynamodb"}, *key, noon);
  for (const aws::Header& header : request.headers) check(is_one_line(header.value), "a header is one line");
}

}  // namespace
}  // namespace vc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc;
  static const std::array<fuzz::MemoryFile, 2> files;
  std::string_view input = fuzz::text_of(data, size);
  const std::string_view credentials = fuzz::take_part(input);
  const std::string_view config = fuzz::take_part(input);
  files[0].write(credentials);
  files[1].write(config);
  aws::CredentialChain chain(Environment{{"AWS_SHARED_CREDENTIALS_FILE", files[0].path()},
                                         {"AWS_CONFIG_FILE", files[1].path()},
                                         {"AWS_EC2_METADATA_DISABLED", "true"}});
  const auto key = chain.current(fuzz::noon);
  fuzz::check_key(key);
  if (!key) {
    for (const std::string_view file : {credentials, config}) fuzz::check_quotes_nothing(key.error().message, file);
  }
  if (const auto region = chain.region(); !region) check(fuzz::is_one_line(region.error().message), "so is a region");
  fuzz::check_key(aws::parse_credentials(input, "the endpoint"));
  return 0;
}
