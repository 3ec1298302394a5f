#include "api/lookup.hpp"

#include "api/access.hpp"
#include "api/objects.hpp"
#include "base/ids.hpp"
#include "domain/errors.hpp"
#include "storage/sql.hpp"

#include <set>

namespace tricircle::api {

domain::Record found(const Services& services, storage::Connection& db, Call& call, const domain::Resource& resource,
                     const std::string& id) {
  std::optional<domain::Record> object = find_object(db, resource, id);
  // Clients try a name where an id stands: no other server need be asked for that.
  if (!object && base::is_uuid(id)) services.plugin.missing(db, call, resource, id);
  if (!object || !sees(db, call.caller, resource, id)) throw domain::not_found(resource, id);
  const domain::Record seen = with_facts(db, resource, call.caller, *object);
  if (!may_get(call.caller, resource, target_of(seen))) throw domain::not_found(resource, id);
  return std::move(*object);
}

void ask_for_missing(const Services& services, storage::Connection& db, Call& call, const domain::Resource& resource,
                     const std::vector<storage::Value>& ids) {
  if (ids.empty()) return;
  std::set<std::string> here;
  const storage::Result result = db.execute(
      "SELECT id FROM " + storage::quoted(resource.table) + " WHERE id IN (" + storage::placeholders(ids.size()) + ")",
      ids);
  for (const storage::Row& row : result.rows()) here.insert(row.text("id"));
  for (const storage::Value& value : ids) {
    const std::string& id = std::get<std::string>(value);
    if (base::is_uuid(id) && !here.contains(id)) services.plugin.missing(db, call, resource, id);
  }
}

}  // namespace tricircle::api
