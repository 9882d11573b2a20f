# SPDX-License-Identifier: Apache-2.0
# What is read of traces, against others' readings of the same files.
if(TARGET rialto-agent)
    add_test(NAME scenario.traces.truths
        COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/trace_truths.py
            $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.traces.truths PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
        SKIP_RETURN_CODE 77 TIMEOUT 120)
    add_test(NAME scenario.traces.heldout
        COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/trace_heldout.py
            $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.traces.heldout PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endif()
