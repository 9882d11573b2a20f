# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(lg_text USES rialto_agents)
