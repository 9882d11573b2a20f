# SPDX-License-Identifier: Apache-2.0
rialto_test(agents/sources/web/web USES rialto_agents SOURCES ${CMAKE_CURRENT_LIST_DIR}/../rig.c)
