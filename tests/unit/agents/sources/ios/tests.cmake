# SPDX-License-Identifier: Apache-2.0
foreach(name ios top xr_policy)
    rialto_test(agents/sources/ios/${name} USES rialto_agents
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/expect.c ${CMAKE_CURRENT_LIST_DIR}/../said.c)
endforeach()
