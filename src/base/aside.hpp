// While one of these stands, what its thread does is a rehearsal and not the truth: it is neither counted in metrics()
// nor logged. On the stack of one thread; may be nested.
#pragma once

namespace tricircle::base {

class Aside {
 public:
  Aside();
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  static bool here();  // one stands on this thread
};

}  // namespace tricircle::base
