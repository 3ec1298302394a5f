#include "base/aside.hpp"

namespace tricircle::base {
namespace {

thread_local int standing = 0;

}  // namespace

Aside::Aside() {
  ++standing;
}

Aside::~Aside() {
  --standing;
}

bool Aside::here() {
  return standing > 0;
}

}  // namespace tricircle::base
