// Shared by the Admin API's parts: what a handler gets, its error shapes and its paging. Pool threads.
#pragma once
#include "api/caller.hpp"
#include "api/render.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "storage/database.hpp"

#include <functional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace tricircle::xjob {
class Waits;
}

namespace tricircle::api {

struct AdminCall {
  const http::Request& request;
  Caller caller;
  std::vector<std::string> path;  // segments after /v1.0
  storage::Database& database;
  base::Micros now;
  const base::Clock& clock;
  xjob::Waits* waits;  // null: nobody can wait here
  std::function<void()> committed;

  std::string id() const { return path.size() > 1 ? path[1] : std::string(); }
  std::string query(std::string_view name) const;  // '' when absent
  AdminCall of(const http::Request& its_copy) const {
    return {its_copy, caller, path, database, now, clock, waits, committed};
  }
};

// Throws base::Error: bad_request for a body that is no object under `key`.
boost::json::object admin_body(const http::Request&, std::string_view key);
inline boost::json::object admin_body(const AdminCall& call, std::string_view key) {
  return admin_body(call.request, key);
}

base::Error admin_error(base::ErrorKind kind, const std::string& message);
base::Error nothing_at(const AdminCall&);                     // not_found
base::Error unknown_method(const AdminCall&);                 // method_not_allowed
void admins_only(const AdminCall&, const std::string& what);  // throws base::Error (forbidden)

// '' when absent or null; bad_request if it is no text, or none that the store can hold.
std::string text_field(const boost::json::object&, std::string_view name);

// ?limit and the next link that keeps the caller's filters.
std::int64_t page_limit(const AdminCall&);
boost::json::array next_links(const AdminCall&, const std::string& marker);

// WHERE of a query that is put together from what was asked for.
struct RowFilter {
  std::string where = " WHERE 1 = 1";
  std::vector<storage::Value> values;
  void add(const std::string& condition, std::vector<storage::Value> with) {
    where += " AND " + condition;
    values.insert(values.end(), std::make_move_iterator(with.begin()), std::make_move_iterator(with.end()));
  }
};

http::Response handle_pods(AdminCall&);
http::Response handle_routings(AdminCall&);
http::Response handle_jobs(AdminCall&);
http::Response handle_pauses(AdminCall&);
http::Response handle_copies(AdminCall&);
http::Response handle_bindings(AdminCall&);
http::Response handle_drifts(AdminCall&);
http::Response handle_audits(AdminCall&);
http::Response handle_resyncs(AdminCall&);
http::Response handle_imports(AdminCall&);
http::Response handle_duplicates(AdminCall&);
http::Response handle_placements(AdminCall&);
http::Response handle_policies(AdminCall&);
http::Response handle_explain(AdminCall&);
http::Response handle_status(AdminCall&);
http::Reply handle_changes(AdminCall&);  // may wait

}  // namespace tricircle::api
