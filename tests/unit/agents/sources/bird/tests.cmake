# SPDX-License-Identifier: Apache-2.0
foreach(name bird conditions statements)
    rialto_test(agents/sources/bird/${name} USES rialto_agents
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/expect.c ${CMAKE_CURRENT_LIST_DIR}/../said.c)
endforeach()
