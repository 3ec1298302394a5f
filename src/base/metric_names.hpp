// Every metric there is, once: its name, kind, labels and meaning. `tricircle metric-reference` prints it, the manual's
// table must say the same, and a test sees each of them move. Constant data.
#pragma once
#include "base/metrics.hpp"

#include <span>

namespace tricircle::base::metric {

using enum MetricKind;

// The API of each role.
inline constexpr Metric kHttpRequests{"tricircle_http_requests_total", counter, "method,route,status,client",
                                      "Requests that were answered"};
inline constexpr Metric kHttpDuration{"tricircle_http_request_duration_seconds", histogram, "method",
                                      "From a request's last byte to its answer's first"};
inline constexpr Metric kRemembered{"tricircle_http_remembered_total", counter, "",
                                    "Answers to GET that were given again without asking the store"};

// The store of the process.
inline constexpr Metric kStoreCommits{"tricircle_store_commits_total", counter, "",
                                      "Transactions committed by this process"};
inline constexpr Metric kStoreWrites{"tricircle_store_writes_total", counter, "",
                                     "Writes in these transactions: SQLite's writer puts several into one"};
inline constexpr Metric kStoreCommitDuration{"tricircle_store_commit_duration_seconds", histogram, "",
                                             "From the begin of a transaction to the end of its COMMIT"};
inline constexpr Metric kStoreRetries{"tricircle_store_retries_total", counter, "",
                                      "Transactions that were begun anew: deadlocks, lost connections, a busy file"};

// Work in pods.
inline constexpr Metric kRuns{"tricircle_runs_total", counter, "kind,outcome",
                              "Runs of lanes: done, again (put back), lost (another worker had the lane)"};
inline constexpr Metric kPodCalls{"tricircle_pod_calls_total", counter, "region,result",
                                  "Calls to pods by result: 2xx, 4xx, 5xx, not_sent, unseen"};
inline constexpr Metric kPodCallSeconds{"tricircle_pod_call_seconds_total", counter, "region",
                                        "Time that calls to a pod took"};
inline constexpr Metric kPodCallDuration{"tricircle_pod_call_duration_seconds", histogram, "",
                                         "Time that a call to a pod took"};
inline constexpr Metric kAuditLooked{"tricircle_audit_objects_total", counter, "region",
                                     "Objects of a pod that audits have looked at"};
inline constexpr Metric kAuditFound{"tricircle_audit_differences_total", counter, "region",
                                    "Of these, those that were not as the centre wants them"};

// What the centre knows, read when it is asked.
inline constexpr Metric kJobsEnded{"tricircle_jobs_ended_total", counter, "type,status",
                                   "Jobs that ended since this process began, of all workers"};
inline constexpr Metric kConvergence{"tricircle_convergence_seconds", histogram, "type",
                                     "From a change at the centre to its success in one pod"};
inline constexpr Metric kJobsOpen{"tricircle_jobs_open", gauge, "", "Jobs that wait or run"};
inline constexpr Metric kJobsFailed{"tricircle_jobs_failed", gauge, "", "Jobs that failed and are kept"};
inline constexpr Metric kLanesDue{"tricircle_lanes_due", gauge, "region", "Objects of a pod with work to do"};
inline constexpr Metric kLanesRetrying{"tricircle_lanes_retrying", gauge, "region",
                                       "Of these, those that have been tried in vain"};
inline constexpr Metric kLanesOldest{"tricircle_lanes_oldest_due_seconds", gauge, "region",
                                     "How long the oldest of the due ones has been so"};
inline constexpr Metric kCircuitOpen{"tricircle_pod_circuit_open", gauge, "region", "1: the pod does not answer"};
inline constexpr Metric kPodPaused{"tricircle_pod_paused", gauge, "region", "1: paused by an operator"};
inline constexpr Metric kDriftsOpen{"tricircle_drifts_open", gauge, "region",
                                    "Objects changed by hand in a pod that are still so"};
inline constexpr Metric kAuditAge{"tricircle_audit_age_seconds", gauge, "region",
                                  "Since the pod was last looked through to the end"};
inline constexpr Metric kWorkers{"tricircle_workers", gauge, "", "Processes that have a heartbeat row in the store"};
inline constexpr Metric kPolicies{"tricircle_policies", gauge, "", "QoS policies at the centre"};
inline constexpr Metric kStoreUp{"tricircle_store_up", gauge, "", "1: the store answered when it was asked for these"};

// The agent.
inline constexpr Metric kAgentReports{
    "tricircle_agent_reports_total", counter, "result",
    "News of the pod: done (the centre knows), again (it could not be told yet), refused"};
inline constexpr Metric kAgentEvents{"tricircle_agent_notifications_total", counter, "",
                                     "Notifications of the pod that were heard"};
inline constexpr Metric kAgentSweeps{"tricircle_agent_sweeps_total", counter, "",
                                     "Times that all of the pod's ports were looked through"};

// RabbitMQ.
inline constexpr Metric kBrokerConnected{"tricircle_broker_connected", gauge, "use",
                                         "1: connected, for hints or for the queue of notifications"};

// The process, by the names that every Prometheus client uses.
inline constexpr Metric kBuild{"tricircle_build_info", gauge, "version,schema", "Always 1"};
inline constexpr Metric kCpu{"process_cpu_seconds_total", counter, "", "Processor time, user and system"};
inline constexpr Metric kMemory{"process_resident_memory_bytes", gauge, "", "Resident memory"};
inline constexpr Metric kOpenFiles{"process_open_fds", gauge, "", "Open file descriptors"};
inline constexpr Metric kStarted{"process_start_time_seconds", gauge, "", "When it started, in seconds since 1970"};

inline constexpr const Metric* kAll[] = {
    &kHttpRequests,    &kHttpDuration, &kRemembered,  &kStoreCommits,   &kStoreWrites,     &kStoreCommitDuration,
    &kStoreRetries,    &kRuns,         &kPodCalls,    &kPodCallSeconds, &kPodCallDuration, &kAuditLooked,
    &kAuditFound,      &kJobsEnded,    &kConvergence, &kJobsOpen,       &kJobsFailed,      &kLanesDue,
    &kLanesRetrying,   &kLanesOldest,  &kCircuitOpen, &kPodPaused,      &kDriftsOpen,      &kAuditAge,
    &kWorkers,         &kPolicies,     &kStoreUp,     &kAgentReports,   &kAgentEvents,     &kAgentSweeps,
    &kBrokerConnected, &kBuild,        &kCpu,         &kMemory,         &kOpenFiles,       &kStarted};

}  // namespace tricircle::base::metric
