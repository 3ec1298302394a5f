#include "domain/catalogue.hpp"

namespace tricircle::domain {
namespace {

constexpr unsigned kFind = kFilter | kSort;

constexpr std::string_view kInterfaces[] = {"public", "internal", "admin"};

constexpr Attribute kAttributes[] = {
    {.name = "pod_id", .kind = Kind::uuid, .can = kFind},
    {.name = "region_name", .can = kPost | kFind | kRequired, .high = 255},
    {.name = "az_name", .can = kPost | kFind, .high = 255, .fallback = "\"\""},
    {.name = "pod_az_name", .can = kPost | kFind, .high = 255, .fallback = "\"\""},
    {.name = "dc_name", .can = kPost | kFind, .high = 255, .fallback = "\"\""},
    {.name = "neutron_url", .can = kPost | kFind, .high = 255, .fallback = "\"\""},
    {.name = "interface", .kind = Kind::choice, .can = kPost | kFind, .choices = kInterfaces, .fallback = "\"public\""},
    {.name = "service_type", .can = kPost | kFind, .high = 64, .fallback = "\"network\""},
    {.name = "from_catalogue", .kind = Kind::boolean, .can = kFilter, .fallback = "false"},
    {.name = "embedded", .kind = Kind::boolean, .can = kPost | kFilter, .fallback = "false"},
    {.name = "created_at", .kind = Kind::time, .can = kSort},
};

}  // namespace

const Resource& pod_resource() {
  static constexpr Resource kResource{.name = "pod",
                                      .collection = "pods",
                                      .path = "/v1.0/pods",
                                      .table = "pods",
                                      .extension = "",
                                      .not_found = "PodNotFound",
                                      .label = "Pod",
                                      .attributes = kAttributes};
  return kResource;
}

}  // namespace tricircle::domain
