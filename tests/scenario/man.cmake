# SPDX-License-Identifier: Apache-2.0
add_test(NAME scenario.man-pages
    COMMAND ${RIALTO_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/man_pages.py
        ${PROJECT_SOURCE_DIR}/docs/man ${PROJECT_BINARY_DIR}/docs/man)
set_tests_properties(scenario.man-pages PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 60)
