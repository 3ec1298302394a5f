// The web page: the files of web/, which the program bears in itself. Plain functions, any thread. Throws base::Error
// for what there is not.
#pragma once
#include "http/message.hpp"

#include <span>
#include <string_view>

namespace tricircle::app {

struct WebFile {
  std::string_view name;
  std::string_view text;
};
std::span<const WebFile> web_files();  // made by CMake from web/

// /ui, /ui/ and /ui/NAME. For everybody: what there is to know comes from the API, which asks who you are.
http::Response serve_page(const http::Request&);

}  // namespace tricircle::app
