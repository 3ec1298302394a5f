// The centre as the agent calls it: in the service role, for one region. Coroutines on the runtime's io thread. Throw
// Away when the centre did not answer, or not with its own word: to be tried again.
#pragma once
#include "agent/away.hpp"
#include "agent/told.hpp"
#include "remote/answer.hpp"
#include "remote/credentials.hpp"

#include <map>
#include <string>
#include <vector>

namespace tricircle::agent {

struct PodRow {
  std::string pod_id;  // '' = the centre does not know the region
  std::string neutron_url;
};

// What a local object is called at the centre, and how much of it the centre has been told.
struct Tie {
  std::int64_t routing_id = 0;
  std::string central_id;
  std::string local_id;
  std::string reported_created_at;
  std::int64_t reported_revision = 0;
};

class Centre {
 public:
  Centre(http::Client& client, remote::Identity& identity, std::string url, std::string region)
      : client_(client), identity_(identity), url_(std::move(url)), region_(std::move(region)) {}

  base::Awaitable<PodRow> find_pod();  // remembers its id for the calls below
  base::Awaitable<std::vector<Tie>> ties(std::string type);
  base::Awaitable<Tie> tie_of(std::string type, std::string local_id);  // central_id '' = none
  base::Awaitable<std::int64_t> newest_tie(std::string type);           // its routing's id; 0 = none

  // These give the centre's answer, be it a refusal: another try would be refused in the same way.
  base::Awaitable<remote::Answer> adopt(LocalPort, std::string central_network);
  base::Awaitable<remote::Answer> report(LocalPort, std::string central_id);
  base::Awaitable<remote::Answer> gone(std::string type, std::string central_id);
  base::Awaitable<remote::Answer> tie_network(std::string central_id, LocalNetwork);

  // Ids of the project's central networks of this name, two at most.
  base::Awaitable<std::vector<std::string>> networks_named(std::string name, std::string project_id);

 private:
  base::Awaitable<remote::Answer> call(std::string method, std::string path, boost::json::object body = {});
  base::Awaitable<remote::Answer> read(std::string path);  // anything but 200 is Away
  std::string ties_path(const std::string& type) const;

  http::Client& client_;
  remote::Identity& identity_;
  std::string url_;
  std::string region_;
  std::string pod_id_;
};

}  // namespace tricircle::agent
