# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(topology USES rialto_agents)
rialto_fuzz(alto_peer USES rialto_agents)
