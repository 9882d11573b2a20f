# SPDX-License-Identifier: Apache-2.0
if(TARGET rialto-agent AND TARGET rialtod AND TARGET rialto)
    set(programs $<TARGET_FILE:rialto-agent> $<TARGET_FILE:rialtod> $<TARGET_FILE:rialto>)
    add_test(NAME soak.reload
        COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/reload.py 24 ${programs})
    add_test(NAME soak.kill-agents
        COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/kill_agents.py 5 1 ${programs})
    set_tests_properties(soak.reload soak.kill-agents PROPERTIES
        ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 300)
endif()
