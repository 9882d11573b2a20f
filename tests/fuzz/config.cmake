# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(config USES rialto_agents)
