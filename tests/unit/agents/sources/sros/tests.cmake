# SPDX-License-Identifier: Apache-2.0
foreach(name sros classic forms groups policy)
    rialto_test(agents/sources/sros/${name} USES rialto_agents
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/said.c ${CMAKE_CURRENT_LIST_DIR}/../said.c
            ${CMAKE_CURRENT_LIST_DIR}/../../fixture.c)
endforeach()
