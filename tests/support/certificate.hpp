// A certificate of a test's own.
#pragma once

#include <filesystem>
#include <string>

namespace vc::tests {

/// PEM files.
struct Certificate {
  std::string file;
  std::string key;
};

/// For `localhost`, signed by nobody but itself; its files are made anew in this directory.
Certificate make_certificate(const std::filesystem::path& directory);

}  // namespace vc::tests
