// Gives a target each file of its corpus once: for compilers without libFuzzer, and for coverage.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "fuzz/fuzzing.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> inputs(const fs::path& corpus) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(corpus)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

bool replay(const fs::path& file) {
  const auto bytes = vc::read_file(file.string());
  if (!bytes) {
    (void)std::fprintf(stderr, "%s\n", bytes.error().message.c_str());
    return false;
  }
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    (void)std::fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
    return 2;
  }
  const auto files = inputs(argv[1]);
  const bool all = std::ranges::all_of(files, replay);
  (void)std::printf("%zu inputs\n", files.size());
  return all && !files.empty() ? 0 : 1;
}
