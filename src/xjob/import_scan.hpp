// Looking at a pod for an import: the lists of its policies, their RBAC entries, networks, subnets and ports, page by
// page into rows; a page and where the look stands are one transaction, so that a run goes on where another has died.
// Coroutines of a run of the pod's import lane, on the io thread.
#pragma once
#include "xjob/context.hpp"
#include "xjob/imports.hpp"

namespace tricircle::xjob {

// The list that a pod is asked for first.
std::string first_stage(bool policies);

// The oldest import that wants something of this pod. Throws RunFailed when the pod does not list one of them; that is
// told in import_pods too. Nothing is written to a pod.
base::Awaitable<void> run_import(Context&, engine::Lane);

}  // namespace tricircle::xjob
