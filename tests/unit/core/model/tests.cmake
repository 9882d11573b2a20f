# SPDX-License-Identifier: Apache-2.0
set(facts ${CMAKE_CURRENT_LIST_DIR}/random_facts.c)
rialto_test(core/model/facts USES rialto_model m SOURCES ${facts})
rialto_test(core/model/batch USES rialto_model)
rialto_test(core/model/grants USES rialto_model m)
rialto_test(core/model/path USES rialto_model m)
rialto_test(core/model/policies USES rialto_model m)
rialto_test(core/model/history USES rialto_model m)
rialto_test(core/model/snapshot USES rialto_model m)

# What is written from the list of facts stays in step with it, and what is printed fits the schema.
find_program(RIALTO_PYTHON python3 REQUIRED)
add_test(NAME unit.core.model.generated
    COMMAND ${RIALTO_PYTHON} ${PROJECT_SOURCE_DIR}/cmake/facts.py check ${PROJECT_SOURCE_DIR})
add_executable(print_facts ${CMAKE_CURRENT_LIST_DIR}/print_facts.c ${facts})
target_include_directories(print_facts PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(print_facts PRIVATE rialto_flags rialto_model)
add_test(NAME unit.core.model.schema
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/check_schema.py
        ${PROJECT_SOURCE_DIR}/schemas/facts/facts.schema.json $<TARGET_FILE:print_facts>)
set_tests_properties(unit.core.model.schema PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
