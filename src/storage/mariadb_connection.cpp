#include "storage/mariadb_connection.hpp"

#include "base/ids.hpp"
#include "storage/mariadb_errors.hpp"
#include "storage/mariadb_place.hpp"

#include <algorithm>
#include <array>

#include <errmsg.h>
#include <mysqld_error.h>

namespace tricircle::storage {
namespace {

// A server keeps 16,382 for all its connections together.
constexpr std::size_t kMostStatements = 300;
constexpr unsigned kConnectSeconds = 3;
// A Galera cluster commits nothing for 6.4 s after a node has died: who gives up sooner makes "unknown" out of "slow".
constexpr unsigned kAnswerSeconds = 15;

// What makes one text mean the same as in SQLite, by name rather than added to whatever the server has. A wait for a
// row is short, as the whole is run again. wsrep_sync_wait: BEGIN waits until this node has all that the cluster had
// committed, so that a client finds at one node what it wrote at another.
constexpr char kSetUp[] =
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,"
    "PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,SIMULTANEOUS_ASSIGNMENT', collation_connection = "
    "'utf8mb4_nopad_bin', innodb_lock_wait_timeout = 5, lock_wait_timeout = 30, wsrep_sync_wait = 1, autocommit = 1";

bool begins_with_one_of(std::string_view sql, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [sql](std::string_view word) { return sql.starts_with(word); });
}

// MariaDB commits what is open before these.
bool commits_by_itself(std::string_view sql) {
  constexpr std::array<std::string_view, 5> kWords{"CREATE ", "ALTER ", "DROP ", "RENAME ", "TRUNCATE "};
  return begins_with_one_of(sql, kWords);
}

MYSQL* made() {
  static const int begun = mysql_server_init(0, nullptr, nullptr);  // once, before the first connection
  MYSQL* handle = begun == 0 ? mysql_init(nullptr) : nullptr;
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

}  // namespace

MariadbConnection::MariadbConnection(const MariadbPlace& place, std::size_t host, Isolation isolation)
    : handle_(made()), host_(host), session_(base::new_uuid()) {
  try {
    connect(place, isolation);
  } catch (...) {
    mysql_close(handle_);
    throw;
  }
}

MariadbConnection::~MariadbConnection() {
  statements_.clear();
  mysql_close(handle_);
}

void MariadbConnection::connect(const MariadbPlace& place, Isolation isolation) {
  const unsigned no = 0;
  const my_bool yes = 1;
  mysql_options(handle_, MYSQL_OPT_CONNECT_TIMEOUT, &kConnectSeconds);
  mysql_options(handle_, MYSQL_OPT_READ_TIMEOUT, &kAnswerSeconds);
  mysql_options(handle_, MYSQL_OPT_WRITE_TIMEOUT, &kAnswerSeconds);
  mysql_options(handle_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options(handle_, MYSQL_OPT_LOCAL_INFILE, &no);  // no server may ask us for a file of ours
  if (!place.ssl_ca.empty()) {
    mysql_options(handle_, MYSQL_OPT_SSL_CA, place.ssl_ca.c_str());
    mysql_options(handle_, MYSQL_OPT_SSL_ENFORCE, &yes);
    mysql_options(handle_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
  }
  const MariadbPlace::Host& at = place.hosts.at(host_);
  // Found rows, as SQLite counts them: an UPDATE that changes nothing has still matched.
  if (mysql_real_connect(handle_, at.name.c_str(), place.user.c_str(), place.password.c_str(), place.database.c_str(),
                         at.port, nullptr, CLIENT_FOUND_ROWS) == nullptr) {
    throw_mariadb_error(mysql_errno(handle_),
                        "cannot use " + at.name + ":" + std::to_string(at.port) + ": " + mysql_error(handle_));
  }
  set_up(isolation);
}

void MariadbConnection::set_up(Isolation isolation) {
  command(kSetUp);
  command(isolation == Isolation::read_committed ? "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
                                                 : "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  // A node that is joining, or has lost the majority, lets us in, and answers SELECT 1 too.
  const Result ready = execute("SHOW STATUS LIKE 'wsrep_ready'");
  const Result on = execute("SELECT @@wsrep_on AS n");
  if (on.front().boolean("n") && !ready.empty() && ready.front().text("Value") != "ON")
    throw ConnectionLost("the node is not ready");
}

bool MariadbConnection::in_transaction() const {
  return begun_ && gone_.empty() && (handle_->server_status & SERVER_STATUS_IN_TRANS) != 0;
}

Result MariadbConnection::execute(std::string_view sql, std::span<const Value> parameters) {
  if (std::exception_ptr lost = loss()) std::rethrow_exception(std::move(lost));
  try {
    Result result = prepared(sql).run(parameters);
    wrote_ = wrote_ || result.affected() != 0;
    if (!begun_ || in_transaction()) return result;
    if (!commits_by_itself(sql)) fail(ER_LOCK_DEADLOCK, "the server has ended the transaction", sql);
    begun_ = false;
    return result;
  } catch (const MariadbStatement::Refused& refused) {
    // Its columns are others now: prepared anew when the transaction is run again.
    if (refused.code == ER_NEED_REPREPARE || refused.code == CR_NEW_STMT_METADATA)
      statements_.erase(statements_.find(sql));
    fail(refused.code, refused.words, sql);
  }
}

MariadbStatement& MariadbConnection::prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  return statements_.try_emplace(std::string(sql), handle_, sql).first->second;
}

// Between transactions only: that a statement is closed is told to the server without an answer, in which the news
// could come that the transaction is gone.
void MariadbConnection::forget_statements_when_many() {
  if (statements_.size() > kMostStatements) statements_.clear();
}

void MariadbConnection::command(std::string_view sql) {
  if (mysql_real_query(handle_, sql.data(), sql.size()) != 0) fail(mysql_errno(handle_), mysql_error(handle_), sql);
}

void MariadbConnection::begin() {
  forget_statements_when_many();
  wrote_ = false;
  command("BEGIN");
  begun_ = true;
}

MariadbConnection::End MariadbConnection::commit() {
  if (std::exception_ptr lost = loss()) std::rethrow_exception(std::move(lost));
  if (mysql_real_query(handle_, "COMMIT", 6) == 0) {
    begun_ = false;
    return End::committed;
  }
  const unsigned code = mysql_errno(handle_);
  if (surely_not_committed(code)) {
    gone_ = mysql_error(handle_);
    return End::undone;
  }
  broken_ = true;
  return End::unknown;
}

bool MariadbConnection::roll_back() noexcept {
  // A node that has undone the transaction itself may say so at this ROLLBACK: that is what was wanted.
  const bool asked = !broken_ && begun_;
  const bool done = !asked || mysql_real_query(handle_, "ROLLBACK", 8) == 0 || mysql_errno(handle_) == ER_LOCK_DEADLOCK;
  if (!done) broken_ = true;
  begun_ = false;
  gone_.clear();
  return !broken_;
}

std::exception_ptr MariadbConnection::loss() const {
  if (broken_) return std::make_exception_ptr(ConnectionLost(gone_));
  return gone_.empty() ? nullptr : std::make_exception_ptr(Busy(gone_));
}

bool MariadbConnection::answers() {
  broken_ = broken_ || mysql_ping(handle_) != 0;
  return !broken_;
}

void MariadbConnection::fail(unsigned code, const std::string& words, std::string_view sql) {
  try {
    throw_mariadb_error(code, words + " in: " + std::string(sql.substr(0, 200)));
  } catch (const Busy& error) {
    if (begun_) gone_ = error.what();
    throw;
  } catch (const ConnectionLost& error) {
    gone_ = error.what();
    broken_ = true;
    throw;
  }
}

}  // namespace tricircle::storage
