# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(traceroute USES rialto_agents)
