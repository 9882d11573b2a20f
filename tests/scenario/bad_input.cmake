# SPDX-License-Identifier: Apache-2.0
# Whatever is wrong with what comes in: nothing else may suffer.
if(TARGET rialto-agent AND TARGET rialtod AND TARGET rialto)
    set(programs $<TARGET_FILE:rialto-agent> $<TARGET_FILE:rialtod> $<TARGET_FILE:rialto>)
    foreach(source static config glass-files glass-http traceroute documents)
        add_test(NAME scenario.bad-input.${source}
            COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/bad_input.py ${source} ${programs})
        list(APPEND bad_input scenario.bad-input.${source})
    endforeach()
    foreach(scenario bad_input_odd bad_config secrets)
        string(REPLACE _ - name ${scenario})
        add_test(NAME scenario.${name}
            COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/${scenario}.py ${programs})
        list(APPEND bad_input scenario.${name})
    endforeach()
    set_tests_properties(${bad_input} PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 300)
    set_property(TEST scenario.bad-input-odd APPEND PROPERTY ENVIRONMENT
        "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/libgit2.supp:print_suppressions=0")
endif()
