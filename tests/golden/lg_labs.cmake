# SPDX-License-Identifier: Apache-2.0
add_test(NAME golden.lg_labs
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/lg_labs.py $<TARGET_FILE:rialto-agent>)
set_tests_properties(golden.lg_labs PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
    SKIP_RETURN_CODE 77 TIMEOUT 900)
