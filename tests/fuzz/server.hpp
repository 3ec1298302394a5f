// The Neutron server as the fuzzers of its API use it: over a store in memory, with a plugin that does nothing, filled
// with a few objects, and put back between inputs. A promise that is broken ends the process, with a word on why.
#pragma once
#include "api/neutron.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace tricircle::fuzz {

// One call as a line of an input: "m POST /v2.0/networks {...}". @0 to @9 are the ids of the objects that are there,
// #0 to #9 of those that the input has made.
struct Step {
  char role = 'a';  // a: admin; m, g, r: member, manager, reader of project p1; n: member of p2; s: service
  std::string method;
  std::string target;
  std::string body;
};
std::vector<Step> parse_steps(std::string_view text);
std::string text_of(const std::vector<Step>&);

struct Answer {
  int status = 0;
  boost::json::value body;
};

class FuzzedServer {
 public:
  FuzzedServer();

  // Calls and checks what holds of every answer: no 500, JSON, and what is refused or only read changes nothing.
  Answer call(const Step&);
  void check_all_can_be_read();  // what is stored can be shown
  void put_back();

 private:
  std::string with_ids(std::string_view text) const;
  std::string make(char role, const std::string& path, const std::string& body);
  void remember_id(const Answer&);
  void fill();
  void keep();  // what is there now is what put_back() goes back to
  std::string contents() const;

  std::unique_ptr<storage::Database> db_ = storage::open_sqlite_in_memory();
  base::TestClock clock_;
  api::Plugin plugin_;
  api::Neutron neutron_;
  std::vector<std::string> tables_;
  std::string all_of_it_;  // SQL that counts the rows of every table and adds up their numbers, revisions among them
  std::string before_;     // as contents() was after the last call
  std::vector<std::string> there_;
  std::vector<std::string> made_;
};

[[noreturn]] void broken(const std::string& promise, const Step& step, const Answer& answer);

}  // namespace tricircle::fuzz
