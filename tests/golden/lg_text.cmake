# SPDX-License-Identifier: Apache-2.0
add_test(NAME golden.lg_text
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/lg_text.py $<TARGET_FILE:rialto-agent>)
set_tests_properties(golden.lg_text PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
    SKIP_RETURN_CODE 77 TIMEOUT ${RIALTO_TEST_TIMEOUT})
