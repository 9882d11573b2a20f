# SPDX-License-Identifier: Apache-2.0
# rialto_embed_sql(OUT FILE...): writes a C file with the migrations NNNN-name.sql, in order of
# their numbers, which must be 1, 2, 3, ... without a gap. CMake runs again when a file changes.
function(rialto_embed_sql out)
    set(files ${ARGN})
    list(SORT files COMPARE NATURAL)
    set(texts "")
    set(rows "")
    set(number 0)
    foreach(file IN LISTS files)
        math(EXPR number "${number} + 1")
        get_filename_component(name ${file} NAME_WE)
        if(NOT name MATCHES "^0*${number}-[a-z0-9-]+$")
            message(FATAL_ERROR "${file}: the name of this migration must begin with ${number}")
        endif()
        file(READ ${file} hex HEX)
        string(REGEX REPLACE "(................................)" "\\1\n    " hex "${hex}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
        string(APPEND texts "static const char sql_${number}[] = {\n    ${bytes}0};\n")
        string(APPEND rows "    {\"${name}\", sql_${number}},\n")
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    endforeach()
    file(CONFIGURE OUTPUT ${out} @ONLY CONTENT
        "/* Generated from schemas/store. */
#include \"store/migrate.h\"

@texts@
const struct migration store_migrations[] = {
@rows@};
const size_t store_n_migrations = @number@;
")
endfunction()
