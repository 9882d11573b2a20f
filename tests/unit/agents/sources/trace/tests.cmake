# SPDX-License-Identifier: Apache-2.0
rialto_test(agents/sources/traceroute USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../rig.c)
rialto_test(agents/sources/trace_text USES rialto_agents)
