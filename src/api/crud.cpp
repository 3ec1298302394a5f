#include "api/crud.hpp"

#include "api/access.hpp"
#include "api/body.hpp"
#include "api/columns.hpp"
#include "api/lookup.hpp"
#include "api/objects.hpp"
#include "api/pages.hpp"
#include "api/quotas.hpp"
#include "api/render.hpp"
#include "api/revisions.hpp"
#include "api/sharing.hpp"
#include "base/ids.hpp"
#include "domain/validate.hpp"

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Record;
using storage::Connection;

// Before an object's absence from a list means anything, its plugin is asked for it.
void ask_for_filtered(const Services& services, Connection& db, Call& call, const domain::Resource& resource,
                      const ListQuery& query) {
  for (const Filter& filter : query.filters) {
    if (filter.attribute->name == "id") ask_for_missing(services, db, call, resource, filter.values);
    if (filter.attribute->name == "network_id")
      ask_for_missing(services, db, call, domain::network_resource(), filter.values);
  }
}

// What the caller sees at all, and of that what is shared with him or is not.
Condition asked_for(const Caller& caller, const domain::Resource& resource, const ListQuery& query) {
  Condition among = visible_to(caller, resource);
  if (!query.shared) return among;
  const Condition shared = given_to(resource, caller.project_id(), domain::kAsShared);
  among.sql = "(" + among.sql + ") AND " + (*query.shared ? "" : "NOT ") + shared.sql;
  among.parameters.insert(among.parameters.end(), shared.parameters.begin(), shared.parameters.end());
  return among;
}

// What the body names, as it was coerced: the rest are fallbacks, which anyone may have.
Record only_given(const Record& wanted, const json::object& given) {
  Record named;
  for (const auto& entry : wanted) {
    if (given.contains(entry.key())) named[entry.key()] = entry.value();
  }
  return named;
}

void check(const domain::Resource& resource, const Record* before, const Record& wanted) {
  if (resource.check != nullptr) resource.check(before, wanted);
}

}  // namespace

Crud::Crud(const Services& services, const domain::Resource& resource, std::unique_ptr<Steps> steps)
    : services_(services), resource_(resource), steps_(std::move(steps)) {}

Record Crud::reread(Connection& db, const std::string& id) const {
  std::optional<Record> object = find_object(db, resource_, id);
  if (!object) throw std::logic_error("a row just written is not there");
  return std::move(*object);
}

json::object Crud::whole(Connection& db, const Call& call, Record record) const {
  const Fields fields = asked_fields(call.request.query);
  add_facts(db, resource_, call.caller, {&record, 1});
  add_derived(db, resource_, fields, {&record, 1});
  return shown(resource_, record, call.caller, fields);
}

http::Response Crud::list(Call& call) const {
  const ListQuery query = parse_list_query(resource_, call.request.query, call.caller);
  json::object body;
  services_.db.read([&](Connection& db) {
    body.clear();
    ask_for_filtered(services_, db, call, resource_, query);
    if (!query.marker.empty() && steps_->looks_up_markers()) found(services_, db, call, resource_, query.marker);
    std::vector<Record> page =
        select_page(db, resource_, readable_columns(resource_), query, asked_for(call.caller, resource_, query));
    if (json::array links = page_links(call.request, query, page); !links.empty())
      body[std::string(resource_.collection) + "_links"] = std::move(links);
    add_facts(db, resource_, call.caller, page);
    std::erase_if(page, [&](const Record& record) { return !may_get(call.caller, resource_, target_of(record)); });
    add_derived(db, resource_, query.fields, page);
    json::array objects;
    for (const Record& record : page) objects.push_back(shown(resource_, record, call.caller, query.fields));
    body[resource_.collection] = std::move(objects);
  });
  return json_response(200, body);
}

http::Response Crud::show(Call& call, const std::string& id) const {
  json::object body;
  services_.db.read(
      [&](Connection& db) { body[resource_.name] = whole(db, call, found(services_, db, call, resource_, id)); });
  return json_response(200, body);
}

http::Response Crud::create(Call& call) const {
  const GivenObjects given = given_objects(resource_, call, steps_->takes_several());
  json::object body;
  services_.db.write([&](Connection& db) {
    json::array objects;
    for (const json::object* object : given.objects) objects.push_back(whole(db, call, create_one(db, call, *object)));
    steps_->all_made(db, given.objects);
    if (given.bulk) {
      body[resource_.collection] = std::move(objects);
    } else {
      body[resource_.name] = std::move(objects.front());
    }
  });
  return json_response(201, body);
}

// The object to be, with what rules ask of its network.
Record Crud::on_its_network(Connection& db, Call& call, Record wanted) const {
  if (resource_.find("network_id") == nullptr) return wanted;
  found(services_, db, call, domain::network_resource(), text_in(wanted, "network_id"));
  add_facts(db, resource_, call.caller, {&wanted, 1});
  check_network_is_given(call.caller, resource_, wanted);
  return wanted;
}

Record Crud::create_one(Connection& db, Call& call, const json::object& given) const {
  check_own_project(call.caller, given);
  Record wanted = steps_->parsed(call, given);
  if (text_in(wanted, "project_id").empty()) wanted["project_id"] = call.caller.project_id();
  check_may_create(call.caller, resource_, only_given(wanted, given), on_its_network(db, call, wanted));
  if (std::optional<Record> adopted = services_.plugin.adopts(db, call, resource_, wanted)) return std::move(*adopted);
  if (std::optional<Record> before = steps_->made_before(db, wanted)) return std::move(*before);
  check_quota(db, services_.quotas, resource_.name, text_in(wanted, "project_id"));
  if (!wanted.contains("id")) wanted["id"] = base::new_uuid();
  check(resource_, nullptr, wanted);
  steps_->complete(db, call, wanted);
  services_.plugin.before_create(db, call, resource_, wanted);
  steps_->insert(db, call, wanted);
  Record after = reread(db, text_in(wanted, "id"));
  services_.plugin.changed(db, call, {Verb::created, resource_, nullptr, &after, text_in(after, "project_id")});
  return reread(db, text_in(wanted, "id"));
}

http::Response Crud::update(Call& call, const std::string& id) const {
  json::object body;
  services_.db.write([&](Connection& db) { body[resource_.name] = whole(db, call, update_one(db, call, id)); });
  return json_response(200, body);
}

Record Crud::update_one(Connection& db, Call& call, const std::string& id) const {
  // As in Neutron a body is looked at before the object that it is about; before it, by the server of the extensions,
  // the header.
  if (!resource_.extension.empty()) asked_revision(call.request);
  const json::object& given = given_object(resource_, call);
  check_own_project(call.caller, given);
  Record changes = domain::parsed_for_update(resource_, given);
  const std::optional<std::int64_t> revision = asked_revision(call.request);
  Record before = found(services_, db, call, resource_, id);
  check_may_update(call.caller, resource_, with_facts(db, resource_, call.caller, before), changes);
  check_revision(revision, before);
  if (services_.plugin.takes_over(db, call, Verb::updated, resource_, before, &changes)) return reread(db, id);
  if (changes.empty() && !steps_->counts_empty_changes()) return before;
  check(resource_, &before, merged(before, changes));
  steps_->before_update(db, call, before, changes);
  steps_->update(db, call, before, changes);
  const Record after = reread(db, id);
  services_.plugin.changed(db, call, {Verb::updated, resource_, &before, &after, text_in(after, "project_id")});
  return reread(db, id);
}

http::Response Crud::remove(Call& call, const std::string& id) const {
  const std::optional<std::int64_t> revision = asked_revision(call.request);
  services_.db.write([&](Connection& db) {
    const Record before = found(services_, db, call, resource_, id);
    check_may_delete(call.caller, resource_, with_facts(db, resource_, call.caller, before));
    refuse_body(call.request);
    check_revision(revision, before);
    if (services_.plugin.takes_over(db, call, Verb::deleted, resource_, before, nullptr)) return;
    steps_->remove(db, call, before);
    services_.plugin.changed(db, call, {Verb::deleted, resource_, &before, nullptr, text_in(before, "project_id")});
  });
  return no_content();
}

void add_resource_routes(Router& router, const Services& services, const domain::Resource& resource,
                         std::unique_ptr<Steps> steps) {
  const auto crud = std::make_shared<const Crud>(services, resource, std::move(steps));
  const std::string all(resource.path);
  const std::string one = all + "/{id}";
  router.add("GET", all, [crud](Call& call, const Parameters&) { return crud->list(call); });
  router.add("POST", all, [crud](Call& call, const Parameters&) { return crud->create(call); });
  router.add("GET", one, [crud](Call& call, const Parameters& path) { return crud->show(call, path[0]); });
  router.add("PUT", one, [crud](Call& call, const Parameters& path) { return crud->update(call, path[0]); });
  router.add("DELETE", one, [crud](Call& call, const Parameters& path) { return crud->remove(call, path[0]); });
}

}  // namespace tricircle::api
