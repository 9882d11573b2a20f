/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long until a body that changed a little is compressed again? One per cent of the rows of
 * a map of 1.3 million costs change; against zlib at level 6 on the whole.
 *
 *     rialto-bench-gzip [-n RUNS]
 *
 * Goals: 3 % of the time, 1.15 of the size.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "bench/bench.h"
#include "bench/bigmap.h"
#include "wire/gzip.h"
#include "wire/repack.h"

#define MAX_RUNS 101
#define CHANGED  (BIGMAP_PIDS / 100)
#define SEED     UINT64_C(0x5eed)

static void die(const char *what)
{
    fprintf(stderr, "rialto-bench-gzip: %s\n", what);
    exit(1);
}

/* Another 1 % of the rows for each number. */
static void change(const struct bigmap *m, double *value, size_t number)
{
    for (size_t k = 0; k < CHANGED; k++) {
        size_t row = (number * 7 + k * (BIGMAP_PIDS / CHANGED)) % BIGMAP_PIDS;
        for (size_t j = 0; j < BIGMAP_DSTS; j++)
            value[row * BIGMAP_PIDS + j] =
                m->value[row * BIGMAP_PIDS + j] + (double)(number + 1);
    }
}

static size_t whole(const struct buf *text)
{
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        die("zlib");
    size_t room = deflateBound(&z, text->len);
    char *out = malloc(room);
    z.next_in = (Bytef *)text->data;
    z.avail_in = (uInt)text->len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    if (!out || deflate(&z, Z_FINISH) != Z_STREAM_END)
        die("zlib");
    size_t n = z.total_out;
    deflateEnd(&z);
    free(out);
    return n;
}

static void check(const struct repack *r, const struct buf *text)
{
    size_t n;
    const char *packed = repack_text(r, &n);
    char *back = malloc(text->len + 1);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed,
                  .avail_in = (uInt)n,
                  .next_out = (Bytef *)back,
                  .avail_out = (uInt)text->len + 1};
    if (!back || inflateInit2(&z, 15 + 16) != Z_OK || inflate(&z, Z_FINISH) != Z_STREAM_END ||
        z.total_out != text->len || memcmp(back, text->data, text->len) != 0)
        die("what was compressed does not come back");
    inflateEnd(&z);
    free(back);
}

struct bench {
    struct bigmap map;
    double *value;
    struct buf text;
    struct repack *last;
};

static double again(struct bench *b, size_t number)
{
    struct repack *now;
    change(&b->map, b->value, number);
    buf_reset(&b->text);
    bigmap_put_costs(&b->map, b->value, &b->text);
    double start = bench_cpu_ms();
    if (repack(b->text.data, b->text.len, SEED, b->last, &now))
        die("repack");
    double used = bench_cpu_ms() - start;
    repack_release(&b->last);
    b->last = now;
    return used;
}

int main(int argc, char **argv)
{
    size_t runs = argc == 3 ? strtoul(argv[2], NULL, 10) : 5, size = 0, n;
    double mine[MAX_RUNS], other[MAX_RUNS];
    if (runs == 0 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: rialto-bench-gzip [-n RUNS]\n");
        return 2;
    }
    struct bench b = {.map = bigmap_new()};
    size_t cells = (size_t)BIGMAP_PIDS * BIGMAP_PIDS;
    if (!(b.value = malloc(cells * sizeof(*b.value))))
        die("no memory");
    memcpy(b.value, b.map.value, cells * sizeof(*b.value));
    bench_tell("gzip, first body (CPU)", again(&b, 0), 0);
    bench_tell("gzip, second body, all blocks (CPU)", again(&b, 1), 0);
    for (size_t i = 0; i < runs; i++) {
        mine[i] = again(&b, i + 2);
        double start = bench_cpu_ms();
        size = whole(&b.text);
        other[i] = bench_cpu_ms() - start;
    }
    check(b.last, &b.text);
    repack_text(b.last, &n);
    bench_most("gzip-incremental: time / zlib 6", bench_median(mine, runs),
               bench_median(other, runs), 0.03);
    char note[80];
    snprintf(note, sizeof(note), "(%zu bytes, whole %zu)", n, size);
    bench_within("gzip-incremental: size / zlib 6", "x", (double)n / (double)size, 1.15, note);
    repack_release(&b.last);
    buf_free(&b.text);
    free(b.value);
    bigmap_free(&b.map);
    return 0;
}
