// As whom the configuration file has pods called: [keystone_authtoken], and over it what [pod:REGION] says. Main
// thread.
#pragma once
#include "base/config.hpp"
#include "remote/identities.hpp"

namespace tricircle::remote {

Logins logins_of(const base::Config&);

}  // namespace tricircle::remote
