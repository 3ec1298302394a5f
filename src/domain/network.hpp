// What Neutron (ML2) asks of a network beyond its single attributes. Pure, any thread; throw base::Error.
#pragma once
#include "domain/catalogue.hpp"

namespace tricircle::domain {

// What a network is made of agrees with its type. Whether a data centre has that VLAN or range is its pods' to say.
void check_provider_attributes(const Record& wanted);

// Of these attributes only the segmentation_id changes, and of a VLAN alone.
void check_provider_change(const Record& before, const Record& changes);

}  // namespace tricircle::domain
