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
add_test(NAME scenario.perfsonar.heldout
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/perfsonar_heldout.py
        $<TARGET_FILE:rialto-agent>)
set_tests_properties(scenario.perfsonar.heldout PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
foreach(how https ssh)
    add_test(NAME scenario.git-by-${how} COMMAND ${RIALTO_PYTHON}
        ${CMAKE_CURRENT_LIST_DIR}/git_servers.py ${how} $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.git-by-${how} PROPERTIES
        ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()

# Recorded tables against what was published of them.
add_test(NAME scenario.lhcone-audit
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/lhcone_audit.py $<TARGET_FILE:rialto-agent>)
set_tests_properties(scenario.lhcone-audit PROPERTIES
    ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 120 SKIP_RETURN_CODE 77)
add_test(NAME scenario.lab-live
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/lab_live.py $<TARGET_FILE:rialto-agent>)
set_tests_properties(scenario.lab-live PROPERTIES
    ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 120 SKIP_RETURN_CODE 77)
