// The command that makes an API key.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vc::app {

/// The configuration file gets all but the key itself, which is kept nowhere.
struct NewKey {
  std::string key;  // letters and digits
  std::string name;
  std::string plan;
  std::string sha256;  // of the key
};

/// Errors: a name that is none.
Result<NewKey> make_key(std::string_view name, std::string_view plan);

/// The key, and below it the lines for the configuration file.
std::string as_text(const NewKey& made);
std::string as_json(const NewKey& made);

}  // namespace vc::app
