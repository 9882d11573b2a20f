/* SPDX-License-Identifier: Apache-2.0 */
/* The table of all kinds of sources, from the list that the build makes. */
#include "agents/agent.h"

#define AGENT(name) extern const struct agent_ops agent_##name;
#include "agents.def"
#undef AGENT

static const struct agent_ops *const kinds[] = {
#define AGENT(name) &agent_##name,
#include "agents.def"
#undef AGENT
    NULL,
};

const struct agent_ops *const *agent_kinds(void)
{
    return kinds;
}
