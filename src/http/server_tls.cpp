#include "http/server_tls.hpp"

#include "base/error.hpp"

#include <openssl/ssl.h>

namespace tricircle::http {
namespace {

namespace ssl = boost::asio::ssl;

[[noreturn]] void refuse(const std::string& words) {
  throw base::Error(base::ErrorKind::unprocessable, "", words);
}

}  // namespace

std::unique_ptr<ssl::context> server_tls(const std::string& cert_file, const std::string& key_file) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_compression);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  // A handshake costs us more than him: one a connection.
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Memory of a connection that is silent goes to others.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);

  boost::system::error_code error;
  // Nobody is there to be asked for a passphrase.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
  if (!error) context->use_certificate_chain_file(cert_file, error);
  if (error) {
    refuse("the certificate file " + cert_file +
           " cannot be used: it must hold the certificate, and behind it those between it and its authority, in PEM "
           "form (" +
           error.message() + ")");
  }
  const std::string& key = key_file.empty() ? cert_file : key_file;
  context->use_private_key_file(key, ssl::context::pem, error);
  if (!error) return context;
  if (ERR_GET_REASON(static_cast<unsigned long>(error.value())) == X509_R_KEY_VALUES_MISMATCH)
    refuse("the key in " + key + " is not the key of the certificate in " + cert_file);
  refuse("the key file " + key + " cannot be used: it must hold a key without a passphrase in PEM form (" +
         error.message() + ")");
}

}  // namespace tricircle::http
