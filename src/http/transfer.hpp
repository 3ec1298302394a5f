// One call of the Client as a curl handle sees it. Lives on the client's thread.
#pragma once
#include "http/client.hpp"

#include <curl/curl.h>

namespace tricircle::http {

class Transfer {
 public:
  Transfer(OutRequest request, std::function<void(OutResponse)> done)
      : request_(std::move(request)), done_(std::move(done)) {}
  ~Transfer() { curl_slist_free_all(headers_); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void prepare(CURL*);           // options of the handle; the transfer must outlive its stay in the multi handle
  void finish(CURL*, CURLcode);  // tells what became of the call
  void abandon();                // the client ends: nobody will know

 private:
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self);
  static int before_request(void* self, char* peer, char* local, int peer_port, int local_port);
  bool changes_things() const { return request_.method != "GET" && request_.method != "HEAD"; }

  OutRequest request_;
  std::function<void(OutResponse)> done_;
  OutResponse response_;
  curl_slist* headers_ = nullptr;
  int times_sent_ = 0;
  bool too_large_ = false;
  char words_[CURL_ERROR_SIZE] = {};
};

}  // namespace tricircle::http
