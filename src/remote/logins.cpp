#include "remote/logins.hpp"

namespace tricircle::remote {
namespace {

struct Domain {
  std::string value;
  bool is_name = false;
};

Domain domain_of(const std::string& id, const std::string& name) {
  if (!id.empty()) return {id, false};
  if (!name.empty()) return {name, true};
  return {"default", false};
}

// One that is given here counts, whichever way it was given there.
Domain domain_of(const std::optional<std::string>& id, const std::optional<std::string>& name, Domain usual) {
  return id || name ? domain_of(id.value_or(""), name.value_or("")) : usual;
}

Credentials usual_credentials(const base::Config& config) {
  const Domain user = domain_of(config.user_domain_id, config.user_domain_name);
  const Domain project = domain_of(config.project_domain_id, config.project_domain_name);
  return {config.auth_url, config.username, config.password, config.project_name, user.value,
          project.value,   user.is_name,    project.is_name, config.cafile};
}

Login login_of(const base::PodSection& pod, const Login& usual) {
  Login login = usual;
  Credentials& who = login.credentials;
  who.auth_url = pod.auth_url.value_or(who.auth_url);
  who.username = pod.username.value_or(who.username);
  who.password = pod.password.value_or(who.password);
  who.project_name = pod.project_name.value_or(who.project_name);
  const Domain user = domain_of(pod.user_domain_id, pod.user_domain_name, {who.user_domain, who.user_domain_is_name});
  const Domain project =
      domain_of(pod.project_domain_id, pod.project_domain_name, {who.project_domain, who.project_domain_is_name});
  who.user_domain = user.value;
  who.user_domain_is_name = user.is_name;
  who.project_domain = project.value;
  who.project_domain_is_name = project.is_name;
  login.ca_file = pod.cafile.value_or(login.ca_file);
  // The Keystone that all share keeps the authority that all have for it.
  if (pod.auth_url) who.ca_file = login.ca_file;
  login.timeout = pod.timeout.value_or(login.timeout);
  login.connect_timeout = pod.connect_timeout.value_or(login.connect_timeout);
  return login;
}

}  // namespace

Logins logins_of(const base::Config& config) {
  Logins logins;
  logins.usual.credentials = usual_credentials(config);
  logins.usual.ca_file = config.cafile;
  for (const auto& [region, pod] : config.pods) logins.of_region.emplace(region, login_of(pod, logins.usual));
  return logins;
}

}  // namespace tricircle::remote
