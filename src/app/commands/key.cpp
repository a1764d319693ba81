#include "app/commands/key.hpp"

#include <sys/random.h>
#include <boost/json.hpp>

#include <array>
#include <cerrno>
#include <span>

#include "app/config/plans.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"

namespace vc::app {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// As long as API Gateway's own; 238 bits.
constexpr std::size_t key_chars = 40;

Result<void> fill(std::span<unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("the kernel gives no random bytes: {}", errno_text());
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

// A byte beyond the last multiple of the alphabet is thrown away: all letters are equally likely.
Result<std::string> random_key() {
  constexpr unsigned usable = 256 / letters.size() * letters.size();
  std::string key;
  while (key.size() < key_chars) {
    std::array<unsigned char, key_chars> bytes{};
    if (auto filled = fill(bytes); !filled) return std::unexpected(filled.error());
    for (const unsigned char byte : bytes) {
      if (byte < usable && key.size() < key_chars) key.push_back(letters[byte % letters.size()]);
    }
  }
  return key;
}

}  // namespace

Result<NewKey> make_key(std::string_view name, std::string_view plan) {
  for (const std::string_view each : {name, plan}) {
    if (const auto good = parse_plan_name(each); !good) return std::unexpected(good.error());
  }
  const auto key = random_key();
  if (!key) return std::unexpected(key.error());
  return NewKey{.key = *key, .name = std::string(name), .plan = std::string(plan), .sha256 = hex(sha256(*key))};
}

std::string as_text(const NewKey& made) {
  return fmt::format("{}\n\n[[api_key]]\nname = \"{}\"\nsha256 = \"{}\"\nplan = \"{}\"\n", made.key, made.name,
                     made.sha256, made.plan);
}

std::string as_json(const NewKey& made) {
  return boost::json::serialize(boost::json::object{
             {"key", made.key}, {"name", made.name}, {"sha256", made.sha256}, {"plan", made.plan}}) +
         "\n";
}

}  // namespace vc::app
