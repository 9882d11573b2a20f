# SPDX-License-Identifier: Apache-2.0
set(agent_fixture ${CMAKE_CURRENT_LIST_DIR}/fixture.c)
rialto_test(agents/settings USES rialto_agents)
rialto_test(agents/spool USES rialto_agents)
rialto_test(agents/runner USES rialto_agents SOURCES ${CMAKE_CURRENT_LIST_DIR}/stub.c)
rialto_test(agents/trial USES rialto_agents PkgConfig::JANSSON
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/scratch.c)
rialto_test(agents/scheduler USES rialto_agents SOURCES ${CMAKE_CURRENT_LIST_DIR}/stub.c)
rialto_test(agents/sources/static USES rialto_agents SOURCES ${agent_fixture})
rialto_test(agents/sources/documents USES rialto_agents SOURCES ${agent_fixture})
rialto_test(agents/sources/documents_check USES rialto_agents)
rialto_test(agents/sources/documents_view USES rialto_agents)
