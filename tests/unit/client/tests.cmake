# SPDX-License-Identifier: Apache-2.0
rialto_test(client/text USES rialto_client rialto_base rialto_net)
set(cli_folder ${CMAKE_CURRENT_LIST_DIR}/../../../client/cli)
rialto_test(client/words USES rialto_client rialto_base
    SOURCES ${cli_folder}/text.c ${cli_folder}/table.c)
rialto_test(client/fts_changes USES rialto_client rialto_base rialto_net
    SOURCES ${cli_folder}/fts_changes.c)
rialto_test(client/server USES rialto_client SOURCES ${CMAKE_CURRENT_LIST_DIR}/fake_server.c)
rialto_test(client/rules USES rialto_client SOURCES ${CMAKE_CURRENT_LIST_DIR}/fake_server.c)
rialto_test(client/rest USES rialto_client SOURCES ${CMAKE_CURRENT_LIST_DIR}/fake_server.c)
rialto_test(client/discover USES rialto_client rialto_net PkgConfig::JANSSON
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/fake_dns.c)
rialto_test(client/cli USES rialto_client SOURCES ${CMAKE_CURRENT_LIST_DIR}/fake_server.c
    ${CMAKE_CURRENT_LIST_DIR}/fake_dns.c)
add_dependencies(test_client_cli rialto)
target_compile_definitions(test_client_cli PRIVATE PROGRAM="$<TARGET_FILE:rialto>")

find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
    add_test(NAME unit.client.schemas
        COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/check_schemas.py
            ${CMAKE_CURRENT_LIST_DIR}/../../..)
    set_tests_properties(unit.client.schemas PROPERTIES SKIP_RETURN_CODE 77)
else()
    message(WARNING "No python3: the CLI's JSON is not checked against schemas/cli")
endif()
