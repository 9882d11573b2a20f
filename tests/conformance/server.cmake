# SPDX-License-Identifier: Apache-2.0
add_test(NAME conformance.published
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/published_cases.py $<TARGET_FILE:rialtod>
        $<TARGET_FILE:rialto-agent>)
set_tests_properties(conformance.published PROPERTIES
    ENVIRONMENT "${RIALTO_TEST_ENV}" SKIP_RETURN_CODE 77 TIMEOUT 180)
add_test(NAME conformance.updates
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/updates.py $<TARGET_FILE:rialtod>
        $<TARGET_FILE:rialto-agent>)
set_tests_properties(conformance.updates PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 180)
