# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(frr USES rialto_agents)
