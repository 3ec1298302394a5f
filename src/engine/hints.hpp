// Hints between the processes of one machine: a datagram without content from whoever committed work to all that listen
// in the same state folder. Rows are the truth; a lost hint costs one poll interval.
#pragma once
#include "base/runtime.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace tricircle::engine {

class Hints {
 public:
  explicit Hints(const std::filesystem::path& state_folder);  // sockets live in <state_folder>/hints/
  ~Hints();  // takes the socket away; `heard` is not called any more. Not from `heard`, not after the runtime is gone

  // Calls `heard` on the runtime's io thread, for hints of this process too. At most once.
  void listen(base::Runtime&, std::function<void()> heard);
  void send();  // never blocks, never throws; any thread. Sockets of dead processes are removed on the way

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tricircle::engine
