# SPDX-License-Identifier: Apache-2.0
get_filename_component(tests ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
add_executable(serve_fixture ${tests}/scenario/serve_fixture.c ${tests}/unit/server/fixture.c)
target_include_directories(serve_fixture PRIVATE ${tests})
target_link_libraries(serve_fixture PRIVATE rialto_flags rialto_server PkgConfig::JANSSON
    PkgConfig::CMOCKA m)

find_program(RIALTO_PYTHON_JSONSCHEMA NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
foreach(scenario wire limits access crowd)
    add_test(NAME scenario.server.${scenario}
        COMMAND ${RIALTO_PYTHON_JSONSCHEMA} ${CMAKE_CURRENT_LIST_DIR}/server_${scenario}.py
            $<TARGET_FILE:serve_fixture>)
    set_tests_properties(scenario.server.${scenario} PROPERTIES
        ENVIRONMENT "${RIALTO_TEST_ENV}" SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()

add_test(NAME scenario.server.openapi
    COMMAND ${RIALTO_PYTHON_JSONSCHEMA} ${CMAKE_CURRENT_LIST_DIR}/openapi.py
        $<TARGET_FILE:serve_fixture>)
set_tests_properties(scenario.server.openapi PROPERTIES
    ENVIRONMENT "${RIALTO_TEST_ENV}" SKIP_RETURN_CODE 77 TIMEOUT 120)

if(TARGET rialtod AND TARGET rialto-agent)
    add_test(NAME scenario.rialtod.daemon
        COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/rialtod_daemon.sh $<TARGET_FILE:rialtod>
            $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.rialtod.daemon PROPERTIES
        ENVIRONMENT "${RIALTO_TEST_ENV}" TIMEOUT 180)
    add_test(NAME scenario.fts.grants
        COMMAND ${RIALTO_PYTHON_JSONSCHEMA} ${CMAKE_CURRENT_LIST_DIR}/fts_grants.py
            $<TARGET_FILE:rialtod> $<TARGET_FILE:rialto-agent>)
    set_tests_properties(scenario.fts.grants PROPERTIES
        ENVIRONMENT "${RIALTO_TEST_ENV}" SKIP_RETURN_CODE 77 TIMEOUT 180)
endif()
