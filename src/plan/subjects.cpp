#include "plan/subjects.hpp"

#include "base/error.hpp"
#include "storage/sql.hpp"
#include "xjob/copies.hpp"
#include "xjob/expand_job.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::plan {
namespace {

namespace json = boost::json;
using storage::Connection;

constexpr std::size_t kMostObjects = 50'000;

void note_object(Subjects& subjects, const std::string& type, const std::string& id) {
  if (id.empty()) return;
  if (type == xjob::kPolicyLane) {
    subjects.policies.insert(id);
  } else if (type == xjob::kNetwork || type == xjob::kPort) {
    subjects.objects.emplace(type, id);
  }
}

void check_size(const Subjects& subjects) {
  if (subjects.objects.size() <= kMostObjects) return;
  throw base::Error(base::ErrorKind::unprocessable, "",
                    "More than " + std::to_string(kMostObjects) +
                        " networks and ports bear this policy; a plan of that size is not made.");
}

// Networks and ports that wish the policy, and those that bear it somewhere.
void add_objects_of(Connection& db, const std::string& policy, Subjects& subjects) {
  for (const std::string type : {xjob::kNetwork, xjob::kPort}) {
    const auto wish = db.execute("SELECT id FROM " + xjob::object_table(type) + " WHERE qos_policy_id = ? LIMIT ?",
                                 {policy, static_cast<std::int64_t>(kMostObjects + 1)});
    for (const storage::Row& row : wish.rows()) subjects.objects.emplace(type, row.text("id"));
    check_size(subjects);
  }
  const auto bear = db.execute("SELECT DISTINCT resource_type, central_id FROM bindings WHERE policy_id = ? LIMIT ?",
                               {policy, static_cast<std::int64_t>(kMostObjects + 1)});
  for (const storage::Row& row : bear.rows())
    subjects.objects.emplace(row.text("resource_type"), row.text("central_id"));
  check_size(subjects);
}

void add_policies_of(Connection& db, const Object& object, Subjects& subjects) {
  const auto found = db.execute("SELECT qos_policy_id AS policy FROM " + xjob::object_table(object.first) +
                                    " WHERE id = ? AND qos_policy_id IS NOT NULL UNION SELECT policy_id AS policy FROM "
                                    "bindings WHERE resource_type = ? AND central_id = ? AND policy_id <> ''",
                                {object.second, object.first, object.second});
  for (const storage::Row& row : found.rows()) subjects.policies.insert(row.text("policy"));
}

}  // namespace

Subjects subjects_of(Connection& db, const std::string& change_id) {
  Subjects subjects;
  const auto jobs =
      db.execute("SELECT type, resource, kind, object_id, parent FROM jobs WHERE change_id = ?", {change_id});
  for (const storage::Row& row : jobs.rows()) {
    if (!row.boolean("parent")) {
      note_object(subjects, row.text("kind"), row.text("object_id"));
      continue;
    }
    const json::value resource = json::parse(row.text("resource"));
    const xjob::Subject subject = xjob::subject_of(row.text("type"), resource.as_object());
    note_object(subjects, subject.type, subject.id);
  }
  return subjects;
}

Subjects surroundings_of(Connection& db, const Subjects& subjects) {
  Subjects all = subjects;
  for (const Object& object : subjects.objects) add_policies_of(db, object, all);
  const std::set<std::string> policies = all.policies;
  for (const std::string& policy : policies) add_objects_of(db, policy, all);
  for (const Object& object : all.objects) add_policies_of(db, object, all);
  return all;
}

}  // namespace tricircle::plan
