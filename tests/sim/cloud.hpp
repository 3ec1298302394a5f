// The centre and its workers as simulated processes over one store: the program's own API, engine and jobs. Processes
// may be killed at any moment and come again with nothing but the store.
#pragma once
#include "api/admin.hpp"
#include "api/central_plugin.hpp"
#include "api/neutron.hpp"
#include "network.hpp"
#include "store.hpp"
#include "xjob/service.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

namespace tricircle::sim {

struct ApiAnswer {
  int status = 0;
  boost::json::value body;
};
using Answered = std::function<void(const ApiAnswer&)>;

engine::Options quick_options();

// What every simulated process has. Destroyed = killed: nothing of it comes any more.
class Host {
 public:
  Host(World&, Store&, Network&, int id, const std::string& name);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  Process process;
  Door door;
  base::Runtime runtime;
  Client client;
  std::optional<xjob::Service> service;  // goes first
};

class Cloud {
 public:
  Cloud(World& world, Store& store, Network& network, int workers);

  // As a client would; the answer never comes when the centre is killed meanwhile.
  void call(const std::string& method, const std::string& target, const std::string& body, const std::string& project,
            Answered answered);

  void kill_worker(std::size_t which, Micros comes_again);
  void kill_centre(Micros comes_again);
  void stall_worker(std::size_t which, Micros for_so_long);
  void stall_centre(Micros for_so_long);
  void break_store(std::size_t which_worker, int writes);        // one past the last worker: the centre's
  bool centre_has_failed() const { return centre_has_failed_; }  // its store, at some time
  void hint();
  void go_down();  // all processes at once, until come_up()
  void come_up();

 private:
  struct Centre;
  struct Request;
  void start_worker(std::size_t which);
  void start_centre();
  void carry_on(const std::shared_ptr<Request>&, const std::function<http::Reply()>& step);

  World& world_;
  Store& store_;
  Network& network_;
  int ids_ = 0;
  bool centre_has_failed_ = false;
  bool down_ = false;
  std::shared_ptr<Centre> centre_;
  std::vector<std::shared_ptr<Host>> workers_;
};

}  // namespace tricircle::sim
