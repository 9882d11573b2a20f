# SPDX-License-Identifier: Apache-2.0
rialto_test(agents/sources/junos/junos USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../fact_lines.c)
