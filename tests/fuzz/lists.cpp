// Lists with every parameter that they take, one call an input: "m /v2.0/ports?limit=1&...". Besides what server.hpp
// promises: the links to other pages work.
#include "server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <spdlog/spdlog.h>

namespace {

using namespace tricircle::fuzz;
namespace json = boost::json;

const json::array* list_in(const json::object& body, bool links) {
  for (const auto& member : body) {
    if (member.value().is_array() && member.key().ends_with("_links") == links) return &member.value().get_array();
  }
  return nullptr;
}

void check_link(FuzzedServer& server, const Step& step, const json::value& link) {
  const std::string href(link.at("href").as_string());
  const std::size_t path = href.find("/v2.0");
  const Step other{step.role, "GET", path == std::string::npos ? "/" : href.substr(path), ""};
  const Answer answer = server.call(other);
  if (answer.status != 200) broken("the link to another page works", other, answer);
  const json::array* page = list_in(answer.body.as_object(), false);
  if (page == nullptr) broken("another page is a list", other, answer);
}

// Links come when a limit was taken; their own query says it again.
void check_pages(FuzzedServer& server, const Step& step, const Answer& answer) {
  const json::object* body = answer.body.if_object();
  const json::array* links = answer.status != 200 || body == nullptr ? nullptr : list_in(*body, true);
  if (links == nullptr) return;
  for (const json::value& link : *links) check_link(server, step, link);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  spdlog::set_level(spdlog::level::off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static FuzzedServer server;
  const std::string text(reinterpret_cast<const char*>(bytes), std::min<std::size_t>(size, 2048));
  if (text.size() < 3) return 0;
  const Step step{text.front(), "GET", text.substr(2), ""};
  check_pages(server, step, server.call(step));
  return 0;
}
