# SPDX-License-Identifier: Apache-2.0
set(transfers ${PROJECT_SOURCE_DIR}/bench/transfers)
rialto_test(bench/fts SOURCES ${transfers}/fts.c USES PkgConfig::JANSSON m)
rialto_test(bench/sim SOURCES ${transfers}/control.c ${transfers}/fts.c
    ${transfers}/observe.c ${transfers}/planner.c ${transfers}/probe.c
    ${transfers}/scenario.c ${transfers}/sim.c
    USES rialto_plan m)
foreach(test fts sim)
    target_include_directories(test_bench_${test} PRIVATE ${PROJECT_SOURCE_DIR}/bench)
endforeach()
