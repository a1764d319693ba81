#include "http/tls.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/certificate.hpp"
#include "support/temporary_directory.hpp"

namespace vc::http {
namespace {

class TlsFilesTest : public testing::Test {
 protected:
  std::string file(std::string_view content) {
    const std::string path = directory_ / "file.pem";
    std::ofstream(path) << content;
    return path;
  }

  /// The message of an error that must come.
  static std::string error(const TlsFiles& files) {
    const auto loaded = TlsContext::load(files);
    return loaded ? "no error" : loaded.error().message;
  }

  tests::TemporaryDirectory directory_;
  tests::TemporaryDirectory other_directory_;
  const tests::Certificate good_ = tests::make_certificate(directory_.path());
};

TEST_F(TlsFilesTest, AreLoaded) { EXPECT_EQ(error({good_.file, good_.key}), "no error"); }

TEST_F(TlsFilesTest, AreNamedWithWhatIsWrong) {
  EXPECT_EQ(error({"/absent.pem", good_.key}), "cannot use the certificate in /absent.pem: No such file or directory");
  EXPECT_EQ(error({good_.file, "/absent.pem"}),
            "cannot use the key in /absent.pem for the certificate in " + good_.file + ": No such file or directory");
  EXPECT_NE(error({directory_.path(), good_.key}), "no error");
}

TEST_F(TlsFilesTest, AreInPemForm) {
  EXPECT_NE(error({file(""), good_.key}).find("no start line"), std::string::npos);
  EXPECT_NE(error({good_.key, good_.key}).find("no start line"), std::string::npos);
  EXPECT_NE(error({good_.file, file("nonsense")}), "no error");
  EXPECT_NE(error({file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), good_.key}), "no error");
}

TEST_F(TlsFilesTest, BelongTogether) {
  const auto other = tests::make_certificate(other_directory_.path());
  EXPECT_NE(error({good_.file, other.key}).find("key values mismatch"), std::string::npos);
}

}  // namespace
}  // namespace vc::http
