#include "domain/catalogue.hpp"

namespace tricircle::domain {
namespace {

constexpr Extension kExtensions[] = {
    {"allowed-address-pairs", "Allowed address pairs", "More addresses that a port may send from",
     "2013-07-23T10:00:00-00:00"},
    {"availability_zone", "Availability zones", "The zones that there are", "2015-01-01T10:00:00-00:00"},
    {"binding", "Port binding", "Host, device profile and interface of a port", "2014-02-03T10:00:00-00:00"},
    {"empty-string-filtering", "Filtering by empty text", "?name= finds what has no name", "2018-05-01T10:00:00-00:00"},
    {"external-net", "External networks", "Networks that lead out of the cloud", "2013-01-14T10:00:00-00:00"},
    {"extra_dhcp_opt", "DHCP options", "DHCP options of a port's own", "2013-03-17T12:00:00-00:00"},
    {"filter-validation", "Filter validation", "Unknown query filters are refused", "2018-07-04T10:00:00-00:00"},
    {"net-mtu", "Network MTU", "The largest packet that a network carries", "2015-03-25T10:00:00-00:00"},
    {"net-mtu-writable", "Writable network MTU", "A network's MTU can be set", "2017-07-12T00:00:00-00:00"},
    {"network_availability_zone", "Network availability zones", "In which zones a network is wanted, and is",
     "2015-01-01T10:00:00-00:00"},
    {"pagination", "Pagination", "Lists in pages with limit and marker", "2016-06-12T00:00:00-00:00"},
    {"port-resource-request", "Resource requests", "Ports tell what they ask of Placement",
     "2018-05-08T10:00:00-00:00"},
    {"port-resource-request-groups", "Resource request groups", "Ports ask for several groups of resources",
     "2021-08-02T10:00:00-00:00"},
    {"port-security", "Port security", "Filtering of a port's traffic can be switched", "2012-07-23T10:00:00-00:00"},
    {"project-id", "project_id", "project_id beside tenant_id", "2016-09-09T09:09:09-09:09"},
    {"provider", "Provider network", "What a network is made of in the data centre", "2012-09-07T10:00:00-00:00"},
    {"qos", "Quality of service", "QoS policies and their rules", "2015-06-08T10:00:00-00:00"},
    {"qos-bw-limit-direction", "Direction of bandwidth limits", "Bandwidth limits for ingress as well as egress",
     "2017-04-10T10:00:00-00:00"},
    {"qos-bw-minimum-ingress", "Ingress minimum bandwidth", "Minimum bandwidth for ingress as well as egress",
     "2018-07-09T10:00:00-00:00"},
    {"qos-default", "Default QoS policy", "A policy that new networks of a project get", "2017-04-11T00:00:00-00:00"},
    {"qos-port-network-policy", "Network policy of a port", "Ports show the QoS policy of their network",
     "2019-11-01T10:00:00-00:00"},
    {"qos-pps", "Packet rate limit", "QoS rules that limit packets a second", "2021-05-12T10:00:00-00:00"},
    {"qos-pps-minimum", "Minimum packet rate", "QoS rules that ask for packets a second", "2021-07-14T10:00:00-00:00"},
    {"qos-pps-minimum-rule-alias", "Minimum packet rate by rule id",
     "Minimum packet rate rules without their policy's id", "2021-10-22T10:00:00-00:00"},
    {"qos-rule-type-details", "QoS rule type details", "Parameters of each QoS rule type", "2017-06-22T10:00:00-00:00"},
    {"qos-rule-type-filter", "QoS rule type filters", "Rule types that all, or any, pods know",
     "2022-02-02T10:00:00-00:00"},
    {"qos-rules-alias", "QoS rules by id", "QoS rules without their policy's id", "2018-10-07T10:00:00-00:00"},
    {"quota-check-limit", "Checked quotas", "A new quota is not below what is used already",
     "2021-09-08T16:00:00-00:00"},
    {"quota_details", "Quota details", "What a project uses beside what it may", "2017-02-10T10:00:00-00:00"},
    {"quotas", "Quotas", "How much of each resource a project may have", "2012-07-29T10:00:00-00:00"},
    {"rbac-policies", "Sharing", "Networks and QoS policies shared with other projects", "2015-06-17T12:15:12-00:00"},
    {"revision-if-match", "Conditional writes", "If-Match with a revision number", "2016-12-11T00:00:00-00:00"},
    {"sort-key-validation", "Sort key validation", "Unknown sort keys are refused", "2018-07-04T10:00:00-00:00"},
    {"sorting", "Sorting", "Lists in the order of sort_key and sort_dir", "2016-06-12T00:00:00-00:00"},
    {"standard-attr-description", "Descriptions", "Objects have a description", "2016-02-10T10:00:00-00:00"},
    {"standard-attr-revisions", "Revision numbers", "Objects count their changes", "2016-04-11T10:00:00-00:00"},
    {"standard-attr-tag", "Tags", "Objects have tags, and lists are filtered by them", "2017-01-01T00:00:00-00:00"},
    {"standard-attr-timestamp", "Timestamps", "Objects tell when they were made and changed",
     "2016-09-12T10:00:00-00:00"},
    {"subnet-service-types", "Service types of subnets", "For which owners of ports a subnet is",
     "2016-03-15T18:00:00-00:00"},
};

}  // namespace

std::span<const Extension> extensions() {
  return kExtensions;
}

}  // namespace tricircle::domain
