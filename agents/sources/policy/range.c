/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/policy/range.h"

/** One alternative: the numbers from lo on that differ in one digit and in free ones behind it,
 * 1[3-9][0-9]. Gives how many they are. */
static uint64_t block(struct buf *out, uint64_t lo, uint64_t hi)
{
    uint64_t size = 1, steps = 1, head, digit;
    int free_digits = 0;

    while (lo % (size * 10) == 0 && lo >= size * 10 && lo + size * 10 - 1 <= hi) {
        size *= 10;
        free_digits++;
    }
    head = lo / size / 10;
    digit = lo / size % 10;
    while (digit + steps <= 9 && lo + (steps + 1) * size - 1 <= hi)
        steps++;
    if (head > 0)
        buf_printf(out, "%llu", (unsigned long long)head);
    if (steps > 1)
        buf_printf(out, "[%u-%u]", (unsigned)digit, (unsigned)(digit + steps - 1));
    else
        buf_printf(out, "%u", (unsigned)digit);
    while (free_digits-- > 0)
        buf_str(out, "[0-9]");
    return steps * size;
}

void policy_range(struct buf *out, uint64_t lo, uint64_t hi)
{
    for (bool first = true; lo <= hi; first = false) {
        if (!first)
            buf_char(out, '|');
        lo += block(out, lo, hi);
    }
}
