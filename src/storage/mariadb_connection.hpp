// One connection to one MariaDB server as a Connection. Owned by a pool, used by one thread at a time. Errors as
// connection.hpp names them.
//
// What makes MariaDB, and Galera more so, different from SQLite is kept in here: an error may take the transaction and
// leave the connection, and whatever is sent next would then be written by itself and at once. From the first such
// error until the ROLLBACK the connection therefore answers every statement with that error, whoever caught it.
#pragma once
#include "storage/connection.hpp"
#include "storage/mariadb_statement.hpp"

#include <exception>
#include <string>
#include <unordered_map>

namespace tricircle::storage {

struct MariadbPlace;

// Writers see what others have committed meanwhile; readers one snapshot.
enum class Isolation { read_committed, repeatable_read };

class MariadbConnection final : public Connection {
 public:
  // Blocks for some seconds at most. Throws ConnectionLost when that host can not be used now, DbError when it refuses
  // us: a wrong password, a database that is not there.
  MariadbConnection(const MariadbPlace& place, std::size_t host, Isolation isolation);
  ~MariadbConnection() override;
  MariadbConnection(const MariadbConnection&) = delete;
  MariadbConnection& operator=(const MariadbConnection&) = delete;

  using Connection::execute;
  Dialect dialect() const override { return Dialect::mariadb; }
  bool in_transaction() const override;
  Result execute(std::string_view sql, std::span<const Value> parameters) override;

  void begin();
  enum class End { committed, undone, unknown };
  End commit();               // undone: by another node, as if it had never been; unknown: the connection is no more
  bool roll_back() noexcept;  // false: the connection is of no use any more
  // What has taken the transaction, even if somebody caught it: Busy or ConnectionLost; null = it stands.
  std::exception_ptr loss() const;

  bool answers();                        // asks the server
  bool wrote() const { return wrote_; }  // since begin()
  bool usable() const { return !broken_; }
  std::size_t host() const { return host_; }
  const std::string& session() const { return session_; }  // a name of its own, for the marks of its writes

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  void connect(const MariadbPlace& place, Isolation isolation);
  void set_up(Isolation isolation);
  void command(std::string_view sql);
  MariadbStatement& prepared(std::string_view sql);
  void forget_statements_when_many();
  // What the refusal means; notes whether the transaction and the connection have gone with it.
  [[noreturn]] void fail(unsigned code, const std::string& words, std::string_view sql);

  MYSQL* handle_;
  std::size_t host_;
  std::string session_;
  bool begun_ = false;
  bool wrote_ = false;
  bool broken_ = false;
  std::string gone_;  // why the transaction is; empty = it is not
  std::unordered_map<std::string, MariadbStatement, TextHash, std::equal_to<>> statements_;
};

}  // namespace tricircle::storage
