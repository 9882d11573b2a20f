/* SPDX-License-Identifier: Apache-2.0 */
/* Topology documents. */
#include "agents/sources/topology/dialects.h"
#include "dialects.h"

extern const struct agent_ops agent_topology;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_dialects(&agent_topology, topo_dialects, "t",
                  (struct slice){(const char *)data, size});
    return 0;
}
