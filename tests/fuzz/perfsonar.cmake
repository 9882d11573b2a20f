# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(perfsonar USES rialto_agents)
