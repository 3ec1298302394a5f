// A server's certificate and key, as OpenSSL holds them. Made once by the server at its start, then constant; its
// sessions share it on the io thread.
#pragma once
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace tricircle::http {

// TLS 1.2 and later. Throws base::Error (unprocessable) with one sentence when a file is not what it should be.
// `key_file` empty: the key stands in the certificate's file.
std::unique_ptr<boost::asio::ssl::context> server_tls(const std::string& cert_file, const std::string& key_file);

}  // namespace tricircle::http
