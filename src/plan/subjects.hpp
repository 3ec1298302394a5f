// What an edit is about, as the jobs that it has added tell, and around it all rows that those jobs will look at. Read
// in the transaction of the edit, which is then undone. Throw what the connection throws.
#pragma once
#include "storage/connection.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tricircle::plan {

using Object = std::pair<std::string, std::string>;  // "network" or "port", central id

struct Subjects {
  std::set<std::string> policies;
  std::set<Object> objects;
  bool empty() const { return policies.empty() && objects.empty(); }
};

// Of the jobs that bear this change's id.
Subjects subjects_of(storage::Connection&, const std::string& change_id);

// With the objects that bear or wish the policies, and the policies of those. Throws base::Error (unprocessable) when
// there are more than a plan is made of.
Subjects surroundings_of(storage::Connection&, const Subjects&);

// Their rows, and those of the pods, as they stand; columns of a table in the order of the store.
struct Table {
  std::string name;
  storage::Columns columns;
  std::vector<std::vector<storage::Value>> rows;
};
std::vector<Table> rows_around(storage::Connection&, const Subjects& all, const std::string& change_id);

// A text that is another one as soon as anything differs that the calls to pods follow from. Times and new ids do not
// count: the same edit of the same world has the same fingerprint each time.
std::string fingerprint_of(const std::vector<Table>&);

}  // namespace tricircle::plan
