#include "app/cloud_login.hpp"

#include "app/admin_client.hpp"
#include "remote/credentials.hpp"

#include <cstdlib>
#include <filesystem>
#include <vector>
#include <yaml-cpp/yaml.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr int kWrong = 2;

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

// The first of them that there is: the folder's, the user's, the machine's.
fs::path found_file(const std::string& name, const std::string& said) {
  if (!said.empty()) return said;
  const std::string home = variable("HOME");
  const std::string config = variable("XDG_CONFIG_HOME");
  std::vector<fs::path> folders{fs::current_path()};
  if (!config.empty()) folders.push_back(fs::path(config) / "openstack");
  if (config.empty() && !home.empty()) folders.push_back(fs::path(home) / ".config" / "openstack");
  folders.emplace_back("/etc/openstack");
  for (const fs::path& folder : folders) {
    for (const char* ending : {".yaml", ".yml", ".json"}) {
      if (fs::exists(folder / (name + ending))) return folder / (name + ending);
    }
  }
  return {};
}

YAML::Node cloud_in(const fs::path& file, const std::string& cloud) {
  try {
    const YAML::Node all = YAML::LoadFile(file.string());
    return all["clouds"] ? all["clouds"][cloud] : YAML::Node(YAML::NodeType::Undefined);
  } catch (const YAML::Exception& error) {
    throw CommandFailed(kWrong, file.string() + " cannot be read: " + error.what());
  }
}

void take(const YAML::Node& from, CloudSettings& settings) {
  if (!from || !from.IsMap()) return;
  for (const auto& entry : from) {
    if (entry.second.IsScalar()) settings[entry.first.as<std::string>()] = entry.second.as<std::string>();
  }
}

void take_cloud(const YAML::Node& cloud, CloudSettings& settings) {
  if (!cloud || !cloud.IsMap()) return;
  take(cloud, settings);
  take(cloud["auth"], settings);
}

void take_file(const std::string& cloud, CloudSettings& settings) {
  const fs::path file = found_file("clouds", variable("OS_CLIENT_CONFIG_FILE"));
  if (file.empty()) throw CommandFailed(kWrong, "There is no clouds.yaml that cloud " + cloud + " could be in.");
  const YAML::Node node = cloud_in(file, cloud);
  if (!node || !node.IsMap())
    throw CommandFailed(kWrong, "Cloud " + cloud + " was not found in " + file.string() + ".");
  take_cloud(node, settings);
  const fs::path secrets = found_file("secure", variable("OS_CLIENT_SECURE_FILE"));
  if (!secrets.empty()) take_cloud(cloud_in(secrets, cloud), settings);
}

void take_environment(CloudSettings& settings) {
  for (const char* name :
       {"auth_url", "auth_type", "username", "user_id", "password", "project_name", "project_id", "user_domain_name",
        "user_domain_id", "project_domain_name", "project_domain_id", "token", "application_credential_id",
        "application_credential_secret", "region_name", "interface", "cacert", "network_endpoint_override"}) {
    std::string key = std::string("OS_") + name;
    for (char& c : key) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (const std::string value = variable(key); !value.empty()) settings[name] = value;
  }
}

std::string at(const CloudSettings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

// As the client fills it in: a domain that nobody names is the one called default.
json::object domain(const CloudSettings& settings, const std::string& whose) {
  if (const std::string name = at(settings, whose + "_domain_name"); !name.empty()) return {{"name", name}};
  const std::string id = at(settings, whose + "_domain_id");
  return {{"id", id.empty() ? "default" : id}};
}

json::object identity(const CloudSettings& settings) {
  const auto with = [](const char* method, json::object values) {
    json::object identity{{"methods", json::array{json::value(method)}}};
    identity[method] = std::move(values);
    return identity;
  };
  if (const std::string id = at(settings, "application_credential_id"); !id.empty())
    return with("application_credential", {{"id", id}, {"secret", at(settings, "application_credential_secret")}});
  if (const std::string token = at(settings, "token"); !token.empty()) return with("token", {{"id", token}});
  json::object user{{"password", at(settings, "password")}};
  if (const std::string id = at(settings, "user_id"); !id.empty()) {
    user["id"] = id;
  } else {
    user["name"] = at(settings, "username");
    user["domain"] = domain(settings, "user");
  }
  return with("password", {{"user", std::move(user)}});
}

json::object request_body(const CloudSettings& settings) {
  json::object auth{{"identity", identity(settings)}};
  json::object project;
  if (const std::string id = at(settings, "project_id"); !id.empty()) {
    project["id"] = id;
  } else if (const std::string name = at(settings, "project_name"); !name.empty()) {
    project = {{"name", name}, {"domain", domain(settings, "project")}};
  }
  // An application credential has its project in itself, and Keystone refuses another word about it.
  if (!project.empty() && at(settings, "application_credential_id").empty())
    auth["scope"] = json::object{{"project", std::move(project)}};
  return {{"auth", std::move(auth)}};
}

// Of the service that Tricircle is registered as, or of the region's Neutron, which the centre is.
std::string centre_in(const json::value& token, const CloudSettings& settings) {
  if (const std::string said = at(settings, "network_endpoint_override"); !said.empty()) return said;
  const json::value* catalog = token.is_object() ? token.get_object().if_contains("catalog") : nullptr;
  if (catalog == nullptr || !catalog->is_array()) return "";
  const std::string region = at(settings, "region_name");
  const std::string interface = at(settings, "interface").empty() ? "public" : at(settings, "interface");
  for (const char* type : {"tricircle", "network"}) {
    for (const json::value& service : catalog->get_array()) {
      if (service.at("type") != json::value(type)) continue;
      for (const json::value& endpoint : service.at("endpoints").as_array()) {
        if (endpoint.at("interface") != json::value(interface)) continue;
        if (!region.empty() && endpoint.at("region") != json::value(region)) continue;
        return json::value_to<std::string>(endpoint.at("url"));
      }
    }
  }
  return "";
}

}  // namespace

std::optional<CloudSettings> find_cloud(const std::string& cloud) {
  CloudSettings settings;
  if (!cloud.empty()) take_file(cloud, settings);
  take_environment(settings);
  const std::string type = at(settings, "auth_type");
  if (type == "none" || at(settings, "auth_url").empty()) {
    if (!cloud.empty() && type != "none")
      throw CommandFailed(kWrong, "Cloud " + cloud + " has no auth_url, and OS_AUTH_URL is not set.");
    return std::nullopt;
  }
  return settings;
}

SignedIn sign_in(http::Client& client, const CloudSettings& settings) {
  http::OutRequest request;
  request.method = "POST";
  request.url = remote::tokens_url(at(settings, "auth_url"));
  request.headers = {{"content-type", "application/json"}};
  request.body = json::serialize(request_body(settings));
  request.timeout_ms = 10'000;
  request.ca_file = at(settings, "cacert");
  const http::OutResponse response = answer_to(client, std::move(request));
  const std::string keystone = "Keystone at " + at(settings, "auth_url");
  if (response.end != http::End::answered) throw CommandFailed(3, keystone + " does not answer: " + response.error);
  if (response.status == 401) throw CommandFailed(1, keystone + " does not know this user, or not this password.");
  const auto token = response.headers.find("x-subject-token");
  json::error_code unreadable;
  const json::value body = json::parse(response.body, unreadable);
  if (response.status != 201 || token == response.headers.end() || unreadable)
    throw CommandFailed(1, keystone + " gave no token: " + words_of(response));
  std::string url =
      body.is_object() && body.get_object().contains("token") ? centre_in(body.at("token"), settings) : "";
  while (url.ends_with('/')) url.pop_back();
  for (const std::string_view version : {"/v2.0", "/v1.0"}) {
    if (url.ends_with(version)) url.resize(url.size() - version.size());
  }
  return {token->second, url};
}

}  // namespace tricircle::app
