// Why there was no TLS with a server, as one sentence for operators that says what to put right. Client's thread.
#pragma once
#include <optional>
#include <string>

#include <curl/curl.h>

namespace tricircle::http {

// nullopt: the call's end has nothing to do with certificates. `ca_file` empty = the system's authorities; `words` are
// curl's own.
std::optional<std::string> tls_words(CURL*, CURLcode, const std::string& ca_file, const std::string& words);

}  // namespace tricircle::http
