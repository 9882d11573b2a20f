# SPDX-License-Identifier: Apache-2.0
foreach(scenario check once daemon)
    add_test(NAME scenario.agent.${scenario}
        COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/agent_${scenario}.sh $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.agent.${scenario} PROPERTIES
        ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 120)
endforeach()
add_test(NAME scenario.agent.pushed COMMAND ${RIALTO_PYTHON}
    ${CMAKE_CURRENT_LIST_DIR}/agent_pushed.py $<TARGET_FILE:rialto-agent>)
set_tests_properties(scenario.agent.pushed PROPERTIES TIMEOUT 120)
