#include "http/transfer.hpp"

#include "http/tls_words.hpp"

namespace tricircle::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

template <typename V>
void set(CURL* handle, CURLoption option, V value) {
  curl_easy_setopt(handle, option, value);
}

}  // namespace

void Transfer::prepare(CURL* handle) {
  set(handle, CURLOPT_URL, request_.url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (request_.method == "HEAD") set(handle, CURLOPT_NOBODY, 1L);
  if (!request_.body.empty()) {
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request_.body.data());
  }
  for (const auto& [name, value] : request_.headers)
    headers_ = curl_slist_append(headers_, (name + ": " + value).c_str());
  headers_ = curl_slist_append(headers_, "Expect:");
  set(handle, CURLOPT_HTTPHEADER, headers_);
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout_ms));
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout_ms));
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_TCP_NODELAY, 1L);
  set(handle, CURLOPT_ERRORBUFFER, words_);
  if (!request_.ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, request_.ca_file.c_str());
    // Nobody but these: without it curl believes the system's folder too.
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    // What an operator puts into the file counts from the next connection on; curl would believe the old one for a day.
    set(handle, CURLOPT_CA_CACHE_TIMEOUT, 0L);
  }
  set(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(handle, CURLOPT_HEADERDATA, static_cast<void*>(this));
  // curl sends again by itself when a kept connection dies before the first byte of the answer. The server may have
  // done the work by then, so a write is stopped before it goes out a second time: its end counts as unseen.
  set(handle, CURLOPT_VERBOSE, 1L);
  set(handle, CURLOPT_DEBUGFUNCTION, &Transfer::on_debug);
  set(handle, CURLOPT_DEBUGDATA, static_cast<void*>(this));
  set(handle, CURLOPT_PREREQFUNCTION, &Transfer::before_request);
  set(handle, CURLOPT_PREREQDATA, static_cast<void*>(this));
}

void Transfer::finish(CURL* handle, CURLcode code) {
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    response_.end = End::answered;
  } else {
    response_.end = times_sent_ == 0 ? End::not_sent : End::unseen;
    response_.error = words_[0] != '\0' ? words_ : curl_easy_strerror(code);
    if (auto words = tls_words(handle, code, request_.ca_file, response_.error)) response_.error = std::move(*words);
    if (too_large_) response_.error = "the answer is larger than " + std::to_string(request_.body_limit) + " bytes";
  }
  done_(std::move(response_));
}

void Transfer::abandon() {
  response_.end = times_sent_ == 0 ? End::not_sent : End::unseen;
  response_.error = "this process is ending";
  done_(std::move(response_));
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.response_.body.size() + size * count > transfer.request_.body_limit) {
    transfer.too_large_ = true;
    return 0;
  }
  transfer.response_.body.append(data, size * count);
  return size * count;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) transfer.response_.headers.clear();  // of a 100 that came before
  if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    transfer.response_.headers[std::move(name)] = std::string(trimmed(line.substr(colon + 1)));
  }
  return size * count;
}

int Transfer::on_debug(CURL*, curl_infotype type, char*, std::size_t, void* self) {
  if (type == CURLINFO_HEADER_OUT) ++static_cast<Transfer*>(self)->times_sent_;
  return 0;
}

int Transfer::before_request(void* self, char*, char*, int, int) {
  const auto& transfer = *static_cast<Transfer*>(self);
  return transfer.changes_things() && transfer.times_sent_ > 0 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

}  // namespace tricircle::http
