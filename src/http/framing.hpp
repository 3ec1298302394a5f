// What the bytes of a request must be beyond what Beast holds them to, so that no server in front of us can have seen
// another request in them than we do (request smuggling). Used by a session, on the io thread; throws nothing.
#pragma once
#include <string_view>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace tricircle::http {

// Looks at the lines of one request's head as they come. Beast waits for an empty line that ends with CR LF, and takes
// a line that begins with a blank for more of the one before.
class HeadLines {
 public:
  // False: a line ended with LF alone, or one was folded. Bytes after the head are not looked at.
  bool take(std::string_view bytes);

 private:
  bool take_part(std::string_view);

  bool over_ = false;
  bool first_ = true;  // the request line
  bool empty_ = true;  // nothing of this line but a CR has come
  bool after_cr_ = false;
};

// One length, told in one way; one host.
bool is_framed_once(const boost::beast::http::request<boost::beast::http::string_body>&);

// Whether this, which is too little yet for Beast, may still become a chunk's size or the end of a chunked body.
bool may_begin_chunk(std::string_view rest);

}  // namespace tricircle::http
