// What a pod said to one call, as a value: the caller decides what a 404 means. Plain data.
#pragma once
#include "http/client.hpp"

#include <string>

#include <boost/json/value.hpp>

namespace tricircle::remote {

struct Answer {
  http::End end = http::End::not_sent;
  int status = 0;
  boost::json::value body;  // null when there was none or it was no JSON
  std::string error_type;   // NeutronError's, "" when there was none
  std::string retry_after;  // the header, "" when there was none
  std::string words;        // for people: the pod's message, or why there was no answer

  bool answered() const { return end == http::End::answered; }
  bool ok() const { return answered() && status >= 200 && status < 300; }
  bool is(int code) const { return answered() && status == code; }
};

Answer answer_of(http::OutResponse);

}  // namespace tricircle::remote
