// The one exception that ends a request, a job's run or a command: a kind, Neutron's type name, and text that is safe
// to show to the caller. Thrown anywhere, on any thread; api/error_response.cpp alone turns kinds into HTTP codes.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace tricircle::base {

enum class ErrorKind {
  bad_request,
  unauthorized,
  forbidden,
  not_found,
  method_not_allowed,
  conflict,
  precondition_failed,
  too_large,
  unsupported_media_type,
  unprocessable,
  not_implemented,
  unavailable,
  internal,
};

class Error : public std::runtime_error {
 public:
  // `neutron_type` as in neutron-lib's exceptions ("QosPolicyNotFound"), empty where Neutron has none.
  Error(ErrorKind kind, std::string neutron_type, const std::string& message, std::string detail = {})
      : std::runtime_error(message), kind_(kind), neutron_type_(std::move(neutron_type)), detail_(std::move(detail)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& neutron_type() const { return neutron_type_; }
  std::string message() const { return what(); }
  const std::string& detail() const { return detail_; }

 private:
  ErrorKind kind_;
  std::string neutron_type_;
  std::string detail_;
};

}  // namespace tricircle::base
