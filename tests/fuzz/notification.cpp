// What a pod's broker hands over, and transport_url: news of whole objects or none, whatever the bytes; an URL is read
// or refused.
#include "agent/told.hpp"
#include "base/error.hpp"
#include "bus/broker.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

#include <boost/json/serialize.hpp>

namespace {

using tricircle::agent::read_notification;
using tricircle::agent::Told;

void check(const std::string& body) {
  for (const Told& told : read_notification(body)) {
    if (told.id.empty() || (told.type != "port" && told.type != "network")) std::abort();
    if (told.port && (told.port->id != told.id || told.port->network_id.empty())) std::abort();
    if (told.port && told.network) std::abort();
  }
}

void check_url(const std::string& url) {
  try {
    if (tricircle::bus::parse_transport_url(url).hosts.empty()) std::abort();
  } catch (const tricircle::base::Error& error) {
    if (error.kind() != tricircle::base::ErrorKind::unprocessable) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  check(text);
  // The inner text is JSON of its own: as it is, it may be quoted wrongly, and here it is not.
  check(boost::json::serialize(boost::json::object{{"oslo.message", text}}));
  check_url(text);
  return 0;
}
