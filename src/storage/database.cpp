#include "storage/database.hpp"

#include "base/error.hpp"
#include "storage/mariadb_database.hpp"

namespace tricircle::storage {

void Database::write_later(Work work, Done done) {
  std::exception_ptr error;
  try {
    write(work);
  } catch (...) {
    error = std::current_exception();
  }
  done(std::move(error));
}

std::unique_ptr<Database> open_database(const std::string& url) {
  const std::string sqlite = "sqlite:///";
  if (url.starts_with(sqlite + "/")) return open_sqlite(url.substr(sqlite.size()));
  if (url.starts_with("mysql://")) return std::make_unique<MariadbDatabase>(parse_mariadb_url(url));
  throw base::Error(base::ErrorKind::unprocessable, "",
                    "[database] connection must be sqlite:////absolute/path/to/file.db or "
                    "mysql://user:password@host,host:port/database?ssl_ca=/file");
}

}  // namespace tricircle::storage
