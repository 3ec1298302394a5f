// How it goes with the work in one pod, for /v1.0/pods/ID?detail=true. Inside the caller's transaction.
#pragma once
#include "base/clock.hpp"
#include "storage/connection.hpp"

#include <string>

#include <boost/json/object.hpp>

namespace tricircle::api {

// Its circuit, its queue, and how long its last runs took, from their begin to their record.
boost::json::object shown_work(storage::Connection&, const std::string& pod_id, base::Micros now);

}  // namespace tricircle::api
