#include "storage/file_turns.hpp"

#include "storage/connection.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace tricircle::storage {
namespace {

int opened(const std::string& name) {
  const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw DbError("cannot open " + name + ": " + std::strerror(errno));
  return file;
}

void locked(int file) {
  while (::flock(file, LOCK_EX) != 0) {
    if (errno != EINTR) throw DbError(std::string("flock: ") + std::strerror(errno));
  }
}

}  // namespace

FileTurns::FileTurns(const std::filesystem::path& database)
    : gate_(opened(database.string() + ".gate")), lock_(opened(database.string() + ".lock")) {}

FileTurns::~FileTurns() {
  ::close(gate_);
  ::close(lock_);
}

void FileTurns::take() {
  locked(gate_);
  locked(lock_);
  ::flock(gate_, LOCK_UN);
}

void FileTurns::give() {
  ::flock(lock_, LOCK_UN);
}

}  // namespace tricircle::storage
