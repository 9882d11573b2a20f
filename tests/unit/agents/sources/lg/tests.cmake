# SPDX-License-Identifier: Apache-2.0
rialto_test(agents/sources/looking_glass USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../rig.c)
rialto_test(agents/sources/lg_files USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../rig.c ${CMAKE_CURRENT_LIST_DIR}/../../../core/http/tiny.c)
rialto_test(agents/sources/lg_answers USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../rig.c)
rialto_test(agents/sources/lg_requests USES rialto_agents
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../rig.c ${CMAKE_CURRENT_LIST_DIR}/../../../core/http/tiny.c)
