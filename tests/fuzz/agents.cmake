# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(conf USES rialto_conf)
rialto_fuzz(static USES rialto_agents)
rialto_fuzz(documents USES rialto_agents)
