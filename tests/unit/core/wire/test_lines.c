/* SPDX-License-Identifier: Apache-2.0 */
/* Texts moved in whole cache lines: the same as written piece by piece, and nothing beside. */
#include "wire/lines.h"

#include <stdlib.h>

#include "unit/cmocka_all.h"

#define PIECE  150 /* bytes at most */
#define ROOM   8192
#define MARGIN 128

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 16;
}

/* Pieces up to n bytes in all, beginning `offset` bytes behind the start of a line. */
static void write_pieces(bool past, size_t offset, size_t n, uint32_t *state)
{
    static _Alignas(LINES_LINE) char is[ROOM + 2 * MARGIN], was[ROOM + 2 * MARGIN];
    static char stage[LINES_FULL + LINES_LINE + PIECE];
    struct lines l = {.stage = stage, .to = is + MARGIN + offset, .past = past};
    char *at = stage;
    size_t written = 0;
    memset(is, '.', sizeof(is));
    memset(was, '.', sizeof(was));
    while (written < n) {
        size_t piece = 1 + next(state) % PIECE;
        piece = piece < n - written ? piece : n - written;
        for (size_t i = 0; i < piece; i++)
            at[i] = was[MARGIN + offset + written + i] = (char)('0' + next(state) % 64);
        written += piece;
        at = lines_next(&l, at + piece);
        assert_true(at - stage < LINES_FULL);
    }
    assert_ptr_equal(lines_end(&l, at), is + MARGIN + offset + n);
    assert_memory_equal(is, was, sizeof(is));
}

static void test_any_place_and_length(void **state)
{
    static const size_t lengths[] = {
        0, 1, 63, 64, 65, 127, 128, 511, 512, 513, 600, 1500, ROOM - LINES_LINE};
    uint32_t random = 1;
    (void)state;
    for (size_t offset = 0; offset < LINES_LINE; offset++)
        for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
            write_pieces(false, offset, lengths[i], &random);
            write_pieces(true, offset, lengths[i], &random);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_place_and_length),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
