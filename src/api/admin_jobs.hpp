// The two halves of /v1.0/jobs: what it shows (admin_jobs.cpp) and what an operator does to jobs
// (admin_job_changes.cpp).
#pragma once
#include "api/admin_support.hpp"

namespace tricircle::api {

struct JobFilter {
  std::string where = " WHERE 1 = 1";
  std::vector<storage::Value> values;
};

// By the query. Throws base::Error for a filter that is not known.
JobFilter filter_of(const AdminCall&);
std::string status_asked_for(const AdminCall&);  // in upper case; '' when none is
base::Error no_job(const std::string& id);

http::Response redo_job(AdminCall&);
http::Response redo_jobs(AdminCall&);  // those of the query
http::Response cancel_job(AdminCall&);
http::Response erase_job(AdminCall&);

}  // namespace tricircle::api
