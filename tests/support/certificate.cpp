#include "support/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string_view>

#include "base/check.hpp"

namespace vc::tests {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using SignedName = std::unique_ptr<X509, decltype(&X509_free)>;

SignedName sign(EVP_PKEY* key) {
  SignedName certificate(X509_new(), X509_free);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const std::string common_name = "localhost";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.data()), -1,
                             -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  check(X509_sign(certificate.get(), key, EVP_sha256()) != 0, "a test can sign its certificate");
  return certificate;
}

template <class Write>
void write_file(const std::string& name, Write write) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "w"), std::fclose);
  check(file != nullptr && write(file.get()) == 1, "a test can write its certificate");
}

}  // namespace

Certificate make_certificate(const std::filesystem::path& directory) {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const SignedName certificate = sign(key.get());
  Certificate files{.file = directory / "certificate.pem", .key = directory / "key.pem"};
  write_file(files.file, [&](std::FILE* to) { return PEM_write_X509(to, certificate.get()); });
  write_file(files.key,
             [&](std::FILE* to) { return PEM_write_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  return files;
}

}  // namespace vc::tests
