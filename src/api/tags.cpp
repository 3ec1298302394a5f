#include "api/tags.hpp"

#include "api/access.hpp"
#include "api/body.hpp"
#include "api/columns.hpp"
#include "api/lookup.hpp"
#include "api/render.hpp"
#include "domain/errors.hpp"
#include "domain/list_shapes.hpp"
#include "domain/shown.hpp"
#include "storage/sql.hpp"

#include <memory>
#include <set>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Record;
using storage::Connection;
using Tags = std::set<std::string>;

constexpr std::size_t kMostTags = 50;
constexpr std::size_t kLongestTag = 255;

base::Error invalid(const std::string& why) {
  return domain::invalid_input("Invalid input for operation: " + why + ".");
}

std::string checked_tag(const json::value& given) {
  const json::string* text = given.if_string();
  if (text == nullptr) throw invalid("'" + domain::shown(given) + "' is not a valid string");
  if (domain::characters(*text) > kLongestTag)
    throw invalid(fmt::format("'{}' exceeds maximum length of {}", std::string_view(*text), kLongestTag));
  if (text->find('\0') != json::string::npos) throw invalid("a tag has no zero bytes");
  return std::string(*text);
}

Tags given_tags(const json::value& body) {
  const json::object* whole = body.if_object();
  const json::value* list = whole == nullptr ? nullptr : whole->if_contains("tags");
  if (list == nullptr) throw invalid("Invalid tags body");
  if (!list->is_array()) throw invalid("'" + domain::shown(*list) + "' is not a list");
  if (const std::string fault = domain::duplicates_fault(list->get_array()); !fault.empty()) throw invalid(fault);
  Tags tags;
  for (const json::value& tag : list->get_array()) tags.insert(checked_tag(tag));
  return tags;
}

base::Error tag_not_found(const std::string& tag) {
  return {base::ErrorKind::not_found, "TagNotFound", fmt::format("Tag {} could not be found.", tag)};
}

class TagHandlers {
 public:
  TagHandlers(const Services& services, const domain::Resource& resource)
      : services_(services), resource_(resource), type_(resource.name) {}

  http::Response list(Call& call, const std::string& id) const {
    Tags tags;
    services_.db.read([&](Connection& db) { tags = readable(db, call, id); });
    return json_response(200, json::object{{"tags", list_of(tags)}});
  }

  http::Response check(Call& call, const std::string& id, const std::string& tag) const {
    const std::string asked = checked_tag(json::value(tag));
    services_.db.read([&](Connection& db) {
      if (!readable(db, call, id).contains(asked)) throw tag_not_found(asked);
    });
    return no_content();
  }

  http::Response replace(Call& call, const std::string& id) const {
    json::value body = parse_body(call.request);
    const Tags wanted = given_tags(body);
    change(call, "update", id, [&](Tags& tags) { tags = wanted; });
    body.as_object()["tags"] = list_of(wanted);  // Neutron gives back what else stood there
    return json_response(200, body);
  }

  http::Response add_several(Call& call, const std::string& id) const {
    const Tags more = given_tags(parse_body(call.request));
    const Tags after = change(call, "create", id, [&](Tags& tags) { tags.insert(more.begin(), more.end()); });
    return json_response(200, json::object{{"tags", list_of(after)}});
  }

  http::Response add(Call& call, const std::string& id, const std::string& tag) const {
    const std::string checked = checked_tag(json::value(tag));
    change(call, "update", id, [&](Tags& tags) { tags.insert(checked); });
    return json_response(201, nullptr);
  }

  http::Response remove_all(Call& call, const std::string& id) const {
    refuse_body(call.request);
    change(call, "delete", id, [](Tags& tags) { tags.clear(); });
    return no_content();
  }

  http::Response remove(Call& call, const std::string& id, const std::string& tag) const {
    refuse_body(call.request);
    const std::string asked = checked_tag(json::value(tag));
    change(call, "delete", id, [&](Tags& tags) {
      if (tags.erase(asked) == 0) throw tag_not_found(asked);
    });
    return no_content();
  }

 private:
  static json::array list_of(const Tags& tags) {
    json::array list;
    for (const std::string& tag : tags) list.emplace_back(tag);
    return list;
  }

  Record tagged(Connection& db, Call& call, const std::string& id) const {
    try {
      return found(services_, db, call, resource_, id);
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::not_found) throw;
      throw base::Error(base::ErrorKind::not_found, "TagResourceNotFound",
                        fmt::format("Resource {} {} could not be found.", resource_.collection, id));
    }
  }

  Tags readable(Connection& db, Call& call, const std::string& id) const {
    tagged(db, call, id);
    Tags tags;
    const auto result = db.execute("SELECT tag FROM tags WHERE resource_type = ? AND resource_id = ?", {type_, id});
    for (const storage::Row& row : result.rows()) tags.insert(row.text("tag"));
    return tags;
  }

  template <typename Edit>
  Tags change(Call& call, const std::string& verb, const std::string& id, const Edit& edit) const {
    Tags after;
    services_.db.write([&](Connection& db) {
      const Record object = tagged(db, call, id);
      check_may(call.caller, verb + "_" + type_ + ":tags", with_facts(db, resource_, call.caller, object));
      const Tags before = readable(db, call, id);
      after = before;
      edit(after);
      if (after.size() > kMostTags)
        throw domain::bad_request(fmt::format("The number of tags exceed the per-resource limit of {}", kMostTags));
      if (after != before) write(db, id, after);
    });
    return after;
  }

  void write(Connection& db, const std::string& id, const Tags& tags) const {
    db.execute("UPDATE " + storage::quoted(resource_.table) + " SET revision_number = revision_number + 1 WHERE id = ?",
               {id});
    db.execute("DELETE FROM tags WHERE resource_type = ? AND resource_id = ?", {type_, id});
    for (const std::string& tag : tags)
      storage::insert(db, "tags", {{"resource_type", type_}, {"resource_id", id}, {"tag", tag}});
  }

  const Services& services_;
  const domain::Resource& resource_;
  std::string type_;
};

void add_routes(Router& router, const std::string& object, const std::shared_ptr<const TagHandlers>& tags) {
  const std::string all = object + "/{id}/tags";
  const std::string one = all + "/{tag}";
  router.add("GET", all, [tags](Call& call, const Parameters& path) { return tags->list(call, path[0]); });
  router.add("PUT", all, [tags](Call& call, const Parameters& path) { return tags->replace(call, path[0]); });
  router.add("POST", all, [tags](Call& call, const Parameters& path) { return tags->add_several(call, path[0]); });
  router.add("DELETE", all, [tags](Call& call, const Parameters& path) { return tags->remove_all(call, path[0]); });
  router.add("GET", one, [tags](Call& call, const Parameters& path) { return tags->check(call, path[0], path[1]); });
  router.add("PUT", one, [tags](Call& call, const Parameters& path) { return tags->add(call, path[0], path[1]); });
  router.add("DELETE", one,
             [tags](Call& call, const Parameters& path) { return tags->remove(call, path[0], path[1]); });
}

}  // namespace

void add_tag_routes(Router& router, const Services& services) {
  for (const domain::Resource* resource : domain::resources()) {
    if (resource->find("tags") == nullptr) continue;
    const auto tags = std::make_shared<const TagHandlers>(services, *resource);
    const std::string path(resource->path);
    const std::string older = "/v2.0/" + std::string(resource->collection);  // policies had this form once
    add_routes(router, path, tags);
    if (older != path) add_routes(router, older, tags);
  }
}

}  // namespace tricircle::api
