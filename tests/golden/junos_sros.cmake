# SPDX-License-Identifier: Apache-2.0
# Configurations of Junos and SR OS against what the same routers showed.
if(TARGET rialto-agent)
    add_test(NAME golden.junos_sros COMMAND ${RIALTO_PYTHON}
        ${CMAKE_CURRENT_LIST_DIR}/junos_sros.py $<TARGET_FILE:rialto-agent>)
    set_tests_properties(golden.junos_sros PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
        SKIP_RETURN_CODE 77 TIMEOUT ${RIALTO_TEST_TIMEOUT})
endif()

if(TARGET rialto-agent)
    add_test(NAME golden.router_secrets COMMAND ${RIALTO_PYTHON}
        ${CMAKE_CURRENT_LIST_DIR}/router_secrets.py $<TARGET_FILE:rialto-agent>)
    set_tests_properties(golden.router_secrets PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
        TIMEOUT ${RIALTO_TEST_TIMEOUT})
endif()

if(TARGET rialto-agent AND TARGET rialtod AND TARGET rialto)
    add_test(NAME golden.junos_paths COMMAND ${RIALTO_PYTHON}
        ${CMAKE_CURRENT_LIST_DIR}/junos_paths.py $<TARGET_FILE:rialto-agent>
        $<TARGET_FILE:rialtod> $<TARGET_FILE:rialto>)
    set_tests_properties(golden.junos_paths PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
        SKIP_RETURN_CODE 77 TIMEOUT ${RIALTO_TEST_TIMEOUT})
endif()
