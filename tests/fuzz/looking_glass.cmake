# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(looking_glass USES rialto_agents)
rialto_fuzz(lg_answers USES rialto_agents)
