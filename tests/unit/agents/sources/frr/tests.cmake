# SPDX-License-Identifier: Apache-2.0
rialto_test(agents/sources/frr/read USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../said.c)
rialto_test(agents/sources/frr/short USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../said.c)
rialto_test(agents/sources/frr/policy USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../said.c)
rialto_test(agents/repo USES rialto_agents SOURCES ${CMAKE_CURRENT_LIST_DIR}/../../scratch.c)
rialto_test(agents/known_hosts USES rialto_agents)
rialto_test(agents/sources/config_layouts USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../../scratch.c ${CMAKE_CURRENT_LIST_DIR}/../rig.c)
rialto_test(agents/sources/config USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../../scratch.c ${CMAKE_CURRENT_LIST_DIR}/../rig.c)
rialto_test(agents/sources/config_foreign USES rialto_agents)
