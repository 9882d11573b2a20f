# SPDX-License-Identifier: Apache-2.0
add_library(test_world_builder STATIC ${CMAKE_CURRENT_LIST_DIR}/world_builder.c)
target_include_directories(test_world_builder PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(test_world_builder PUBLIC rialto_aggregator m PRIVATE rialto_flags)

foreach(module registry topology wires igp spf policy speakers bgp_select bgp_sim forward
        traces turns braids owners owner_homes owner_search paths silence silent doubts
        ingress declared nameless snapshot history)
    rialto_test(aggregator/${module} USES test_world_builder)
endforeach()
foreach(module properties threads trails trees next_hops again)
    rialto_test(aggregator/${module} USES test_world_builder Threads::Threads
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/random_world.c
            ${PROJECT_SOURCE_DIR}/tests/unit/core/model/random_facts.c)
endforeach()
set_tests_properties(unit.aggregator.properties PROPERTIES TIMEOUT 900)
