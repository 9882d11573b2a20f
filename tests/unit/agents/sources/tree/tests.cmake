# SPDX-License-Identifier: Apache-2.0
rialto_test(agents/sources/tree/tree USES rialto_agents)
