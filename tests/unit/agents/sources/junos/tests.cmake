# SPDX-License-Identifier: Apache-2.0
foreach(name junos policy)
    rialto_test(agents/sources/junos/${name} USES rialto_agents
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/said.c ${CMAKE_CURRENT_LIST_DIR}/../said.c)
endforeach()
