# SPDX-License-Identifier: Apache-2.0
# What is read of topology documents, against the same files read without us.
if(TARGET rialto-agent)
    add_test(NAME scenario.topology.truths
        COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/topology_truths.py
            $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.topology.truths PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
        SKIP_RETURN_CODE 77 TIMEOUT 120)
    add_test(NAME scenario.topology.heldout
        COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/topology_heldout.py
            $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.topology.heldout PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endif()
