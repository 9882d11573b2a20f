# SPDX-License-Identifier: Apache-2.0
# What every target of the project shares: language, warnings, sanitizers, include paths.

include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(GIT2 REQUIRED IMPORTED_TARGET libgit2)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# Invariants are asserted in release builds too.
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELWITHDEBINFO "${CMAKE_C_FLAGS_RELWITHDEBINFO}")
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")

option(RIALTO_WERROR "Warnings are errors" OFF)
set(RIALTO_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
option(RIALTO_COVERAGE "Count the lines that tests run (gcc); tests/coverage/lines reads it" OFF)

add_library(rialto_flags INTERFACE)
target_compile_definitions(rialto_flags INTERFACE _GNU_SOURCE RIALTO_VERSION="${PROJECT_VERSION}")
target_compile_options(rialto_flags INTERFACE -Wall -Wextra -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla -fno-common)
if(RIALTO_WERROR)
    target_compile_options(rialto_flags INTERFACE -Werror)
endif()
if(RIALTO_SANITIZE)
    target_compile_options(rialto_flags INTERFACE -fsanitize=${RIALTO_SANITIZE}
        -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(rialto_flags INTERFACE -fsanitize=${RIALTO_SANITIZE})
    if(RIALTO_SANITIZE MATCHES address)
        target_compile_definitions(rialto_flags INTERFACE RIALTO_ARENA_DEBUG)
    endif()
endif()
if(RIALTO_COVERAGE)
    if(NOT CMAKE_C_COMPILER_ID STREQUAL GNU)
        message(FATAL_ERROR "RIALTO_COVERAGE needs gcc: -DCMAKE_C_COMPILER=gcc")
    endif()
    # Threads count too, and a line stays a line: nothing is inlined or folded.
    target_compile_options(rialto_flags INTERFACE --coverage -fprofile-update=atomic -O0)
    target_link_options(rialto_flags INTERFACE --coverage)
endif()

# rialto_library(NAME SOURCES a.c b.c [USES targets...] [PRIVATE_USES targets...])
# Makes target rialto_NAME from the current folder. Its headers are reached as "NAME/x.h" and only
# by targets that link it: the include root holds one symbolic link, so a forbidden include is a
# missing file, not a matter of discipline.
function(rialto_library name)
    cmake_parse_arguments(L "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
    set(root ${PROJECT_BINARY_DIR}/include/${name})
    file(MAKE_DIRECTORY ${root})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
    add_library(rialto_${name} STATIC ${L_SOURCES})
    target_include_directories(rialto_${name} PUBLIC ${root})
    target_link_libraries(rialto_${name} PUBLIC ${L_USES}
        PRIVATE rialto_flags ${L_PRIVATE_USES} Threads::Threads)
endfunction()

# rialto_program(NAME SOURCES main.c USES targets...)
function(rialto_program name)
    cmake_parse_arguments(P "" "" "SOURCES;USES" ${ARGN})
    add_executable(${name} ${P_SOURCES})
    target_link_libraries(${name} PRIVATE rialto_flags ${P_USES} Threads::Threads)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
