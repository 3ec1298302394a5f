// Parts of a subnet's pools that a pod gives out by itself. A pod that has the network and needs addresses gets a part
// that is free, from the end of the pools, for the centre gives its own from their beginning; and another one before
// the last is full. Inside the caller's writing transaction, any thread; throw what the connection throws.
#pragma once
#include "domain/ip.hpp"
#include "storage/connection.hpp"

#include <string>
#include <vector>

namespace tricircle::xjob {

// `pod_id` empty = of all pods.
std::vector<domain::AddressRange> blocks_of(storage::Connection&, const std::string& subnet_id,
                                            const std::string& pod_id);

// The pod's blocks, with one more where it has none or few addresses left. None: the subnet has no address left for it.
std::vector<domain::AddressRange> ensure_blocks(storage::Connection&, const std::string& subnet_id,
                                                const std::vector<domain::AddressRange>& pools,
                                                const std::string& pod_id);

// Three quarters of what the pod has in some subnet of the network are taken.
bool runs_low(storage::Connection&, const std::string& network_id, const std::string& pod_id);

void forget_blocks(storage::Connection&, const std::string& network_id, const std::string& pod_id);

}  // namespace tricircle::xjob
