# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(router_tree USES rialto_agents)
