# SPDX-License-Identifier: Apache-2.0
foreach(scenario check once daemon)
    add_test(NAME scenario.agent.${scenario}
        COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/agent_${scenario}.sh $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.agent.${scenario} PROPERTIES
        ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 120)
endforeach()
foreach(scenario agent_pushed opensearch_pages)
    string(REPLACE _ - name ${scenario})
    add_test(NAME scenario.${name} COMMAND ${RIALTO_PYTHON}
        ${CMAKE_CURRENT_LIST_DIR}/${scenario}.py $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.${name} PROPERTIES TIMEOUT 120)
endforeach()
