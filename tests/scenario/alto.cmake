# SPDX-License-Identifier: Apache-2.0
# One ALTO server as the source of another.
if(TARGET rialto-agent AND TARGET rialtod AND TARGET rialto)
    add_test(NAME scenario.alto-peer
        COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/alto_peer.py
            $<TARGET_FILE:rialto-agent> $<TARGET_FILE:rialtod> $<TARGET_FILE:rialto>)
    set_tests_properties(scenario.alto-peer PROPERTIES ENVIRONMENT "${RIALTO_TEST_ENV}"
        TIMEOUT 300)
endif()
