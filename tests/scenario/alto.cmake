# SPDX-License-Identifier: Apache-2.0
# One ALTO server as the source of another: by polling, by its update stream, by TIPS.
if(TARGET rialto-agent AND TARGET rialtod AND TARGET rialto)
    foreach(name peer follow tips)
        add_test(NAME scenario.alto-${name}
            COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/alto_${name}.py
                $<TARGET_FILE:rialto-agent> $<TARGET_FILE:rialtod> $<TARGET_FILE:rialto>)
        set_tests_properties(scenario.alto-${name} PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
            TIMEOUT 300)
    endforeach()
endif()
