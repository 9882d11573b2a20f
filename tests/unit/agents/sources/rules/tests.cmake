# SPDX-License-Identifier: Apache-2.0
rialto_test(agents/sources/rules/words USES rialto_agents)
