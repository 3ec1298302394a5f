#include "http/tls_words.hpp"

namespace tricircle::http {
namespace {

// What OpenSSL's verification ends with (X509_V_ERR_... in openssl/x509_vfy.h).
constexpr long kNotLookedAt = 1;  // curl's beginning
constexpr long kNotYetValid = 9;
constexpr long kExpired = 10;

std::string authorities(const std::string& ca_file) {
  return ca_file.empty() ? "the system's authorities" : "cafile " + ca_file;
}

}  // namespace

std::optional<std::string> tls_words(CURL* handle, CURLcode code, const std::string& ca_file,
                                     const std::string& words) {
  if (code == CURLE_SSL_CACERT_BADFILE)
    return authorities(ca_file) + " cannot be read: it must name a file of certificates in PEM form";
  if (code == CURLE_SSL_CONNECT_ERROR && words.find("wrong version number") != std::string::npos)
    return "no TLS is spoken there: should its URL begin with http:// and not https://?";
  if (code != CURLE_PEER_FAILED_VERIFICATION) return std::nullopt;
  long verified = 0;
  curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &verified);
  // (Names are curl's to compare, once the chain was found good and before it keeps the result.)
  if (verified == 0 || verified == kNotLookedAt)
    return "its certificate is for another host name than its URL has (" + words + ")";
  if (verified == kExpired) return "its certificate, or its authority's, has expired: renew it there";
  if (verified == kNotYetValid) return "its certificate is not valid yet: are the clocks right?";
  return authorities(ca_file) + (ca_file.empty() ? " do" : " does") +
         " not vouch for its certificate: set cafile to a file with the authority that signed it (" + words + ")";
}

}  // namespace tricircle::http
