# SPDX-License-Identifier: Apache-2.0
add_executable(kill-store ${CMAKE_CURRENT_LIST_DIR}/kill_store.c)
target_link_libraries(kill-store PRIVATE rialto_flags rialto_store PkgConfig::SQLITE)
add_test(NAME soak.kill-store COMMAND kill-store 5 1)
set_tests_properties(soak.kill-store PROPERTIES TIMEOUT 120)
