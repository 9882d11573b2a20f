# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(aggregate USES rialto_aggregator m
    SOURCES ${PROJECT_SOURCE_DIR}/tests/unit/aggregator/world_builder.c)
target_include_directories(replay_aggregate PRIVATE ${PROJECT_SOURCE_DIR}/tests)
if(TARGET fuzz_aggregate)
    target_include_directories(fuzz_aggregate PRIVATE ${PROJECT_SOURCE_DIR}/tests)
endif()
