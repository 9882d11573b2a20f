# SPDX-License-Identifier: Apache-2.0
add_executable(race_board ${CMAKE_CURRENT_LIST_DIR}/board.c)
target_link_libraries(race_board PRIVATE rialto_flags rialto_model Threads::Threads)
add_test(NAME race.board COMMAND race_board)
set_tests_properties(race.board PROPERTIES TIMEOUT 120)
