# SPDX-License-Identifier: Apache-2.0
rialto_test(core/http/fetch USES rialto_http_fetch SOURCES ${CMAKE_CURRENT_LIST_DIR}/../tiny.c)
rialto_test(core/http/fetch_set USES rialto_http_fetch SOURCES ${CMAKE_CURRENT_LIST_DIR}/../tiny.c)
