# SPDX-License-Identifier: Apache-2.0
rialto_test(agents/sources/traceroute USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../rig.c)
foreach(family text tools mtr scamper json)
    rialto_test(agents/sources/trace/${family} USES rialto_agents
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/../rig.c ${CMAKE_CURRENT_LIST_DIR}/reading.c)
endforeach()
rialto_test(agents/sources/trace/build USES rialto_agents)
