// policy.yaml: whatever stands in it, the server gets a policy or one error with the file's name, in no time.
#include "access/policy.hpp"

#include "base/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

#include <spdlog/spdlog.h>

namespace {

using tricircle::access::Credentials;
using tricircle::access::Policy;
using tricircle::access::Target;

void ask_everything(const Policy& policy) {
  const Credentials callers[] = {{"u1", "p1", {"Member"}}, {"u2", "p2", {"admin", "reader"}}, {}};
  const Target targets[] = {
      {}, {{"project_id", "p1"}, {"network:project_id", "p2"}, {"shared", "True"}, {"device_owner", "network:dhcp"}}};
  policy.each([&](const std::string& name, const std::string&) {
    for (const Credentials& caller : callers) {
      for (const Target& target : targets) policy.allows(name, caller, target);
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  spdlog::set_level(spdlog::level::off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    ask_everything(Policy::parsed(std::string(reinterpret_cast<const char*>(bytes), size), "policy.yaml"));
  } catch (const tricircle::base::Error& error) {
    if (!error.message().starts_with("policy.yaml:")) std::abort();
  }
  return 0;
}
