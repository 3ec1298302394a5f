// What makes one Neutron server the centre and another a pod: hooks that the handlers call around their work. The
// centre's plugin turns changes into jobs; a pod's fetches from the centre and reports to it. Made by app, called on
// pool threads, inside the handler's transaction where a Connection is handed over.
#pragma once
#include "api/caller.hpp"
#include "domain/catalogue.hpp"
#include "http/message.hpp"
#include "storage/connection.hpp"

#include <any>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tricircle::api {

// One API call on its way through the handlers; a handler may be run several times for it (group commit, Deferred), so
// it changes nothing in here. Plugins keep what they need between runs in `note`.
struct Call {
  const http::Request& request;
  Caller caller;
  boost::json::value body;  // null when there is none
  std::any note;
};

// Thrown by a hook: other servers must be asked first. The transaction is rolled back; the dispatcher answers with
// go(resume), where resume() runs the handler again.
struct Deferred {
  using Resume = std::function<http::Reply()>;
  std::function<http::Reply(Resume)> go;
};

enum class Verb { created, updated, deleted };

struct Change {
  Verb verb;
  const domain::Resource& resource;  // of networks, subnets, ports, policies; or the resource of a rule type
  const domain::Record* before;      // null when created: whole row, columns of ours too
  const domain::Record* after;       // null when deleted. Rules: with qos_policy_id and type
  std::string project_id;            // the owner's; of a rule: its policy's
};

class Plugin {
 public:
  virtual ~Plugin() = default;

  // All pods are in this server's store: a zone that none of them is in does not exist.
  virtual bool knows_pods() const { return false; }

  // An object is asked for by id (in the path, as an id filter of a list, as a port's or subnet's network_id) and is
  // not here. May throw Deferred; returning means: not found. Also called from reading transactions.
  virtual void missing(storage::Connection&, Call&, const domain::Resource&, const std::string& /*id*/) {}

  // The object exists already, in a pod (`wanted`: parsed, its id with it): the plugin has taken it over as it is
  // there, and the handler answers with this row. None: it is to be made here.
  virtual std::optional<domain::Record> adopts(storage::Connection&, Call&, const domain::Resource&,
                                               const domain::Record& /*wanted*/) {
    return std::nullopt;
  }

  // `wanted` is complete, validated and about to be inserted; addresses are not yet allocated. May change it.
  virtual void before_create(storage::Connection&, Call&, const domain::Resource&, domain::Record& /*wanted*/) {}

  // True: the plugin has done all there is to do with this update or delete (a pod's report), the handler answers with
  // the row as it then stands. `given` = the checked attributes of an update, null for a delete.
  virtual bool takes_over(storage::Connection&, Call&, Verb, const domain::Resource&, const domain::Record& /*before*/,
                          const domain::Record* /*given*/) {
    return false;
  }

  // The rows are written, the transaction is still open.
  virtual void changed(storage::Connection&, Call&, const Change&) {}

  // The answer to a call that changed something is about to leave.
  virtual void answered(Call&, http::Response&) {}

  virtual void committed(Call&) {}        // after the COMMIT of a call that changed something
  virtual void failed(Call&) noexcept {}  // a call that was Deferred before has ended in an error
};

}  // namespace tricircle::api
