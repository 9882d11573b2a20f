# SPDX-License-Identifier: Apache-2.0
# conformance.NAME: the runner with these arguments.
function(rialto_conformance name)
    add_test(NAME conformance.${name}
        COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/run --build ${CMAKE_BINARY_DIR}
            ${ARGN})
    set_tests_properties(conformance.${name} PROPERTIES
        ENVIRONMENT "${RIALTO_TEST_ENV}" SKIP_RETURN_CODE 77 TIMEOUT 300)
endfunction()

rialto_conformance(published-base --shared --data datasets-base.json --vectors vectors-base.json)
rialto_conformance(published-derived --shared --data datasets-base.json
    --vectors vectors-derived.json)
rialto_conformance(published-ext --shared --data datasets-ext.json --vectors vectors-ext.json)
rialto_conformance(published-constraints --shared --constraints minimal-constraints.json)
rialto_conformance(house --generic --data ${CMAKE_CURRENT_LIST_DIR}/house/data.json
    --vectors ${CMAKE_CURRENT_LIST_DIR}/house/vectors.json)
add_test(NAME conformance.updates
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/updates.py $<TARGET_FILE:rialtod>
        $<TARGET_FILE:rialto-agent>)
set_tests_properties(conformance.updates PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 180)
add_test(NAME conformance.federation
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/federation.py $<TARGET_FILE:rialto-agent>
        $<TARGET_FILE:rialtod> $<TARGET_FILE:rialto>)
set_tests_properties(conformance.federation PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 180)
add_test(NAME conformance.calendars
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/calendars.py $<TARGET_FILE:rialto-agent>
        $<TARGET_FILE:rialtod> $<TARGET_FILE:rialto>)
set_tests_properties(conformance.calendars PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 180)
add_test(NAME conformance.tls
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/tls.py $<TARGET_FILE:rialtod>
        $<TARGET_FILE:rialto-agent>)
set_tests_properties(conformance.tls PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
add_test(NAME conformance.document
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/document --check)
set_tests_properties(conformance.document PROPERTIES
    ENVIRONMENT "${RIALTO_TEST_ENV}" SKIP_RETURN_CODE 77 TIMEOUT 60)
