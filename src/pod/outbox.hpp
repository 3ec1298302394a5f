// What a pod has to tell the centre, written with the change that it tells of and sent until the centre has answered.
// Rows of table outbox. The functions run inside the caller's transaction; the Sender is owned by Pod.
#pragma once
#include "base/clock.hpp"
#include "pod/centre_client.hpp"
#include "storage/database.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

namespace tricircle::pod {

inline constexpr char kReport[] = "report";                 // PUT /v2.0/ports/{id}
inline constexpr char kDeletePort[] = "delete_port";        // DELETE /v2.0/ports/{id}
inline constexpr char kDeleteNetwork[] = "delete_network";  // DELETE /v2.0/networks/{id}
inline constexpr char kRouting[] = "routing";               // POST /v1.0/routings

void put_in_outbox(storage::Connection&, const std::string& object_id, const std::string& action,
                   const boost::json::object& body, base::Micros due);
void take_from_outbox(storage::Connection&, const std::string& object_id, const std::string& action);

class Membership;

// Entries of one object go in their order, those of different objects side by side.
class Sender {
 public:
  Sender(base::Runtime&, storage::Database&, const base::Clock&, CentreClient&, const Membership&, std::string region);
  void start(std::shared_ptr<void> owner);
  void stop();
  void hint();  // an entry was committed. Any thread

 private:
  struct Entry {
    std::int64_t id = 0;
    std::string object_id;
    std::string action;
    std::string body;
    std::int64_t attempts = 0;
  };
  base::Awaitable<void> send_for_ever(std::shared_ptr<void> owner);
  base::Awaitable<void> send_one(std::shared_ptr<void> owner, Entry entry);
  base::Awaitable<remote::Answer> deliver(const Entry& entry);
  std::vector<Entry> next_entries();
  void record(const Entry& entry, const remote::Answer& answer);

  base::Runtime& runtime_;
  storage::Database& database_;
  const base::Clock& clock_;
  CentreClient& centre_;
  const Membership& membership_;
  std::string region_;
  std::set<std::string> busy_;  // objects with an entry under way; io thread only
  bool stopping_ = false;       // io thread only
  boost::asio::steady_timer pause_;
};

}  // namespace tricircle::pod
