/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Update streams and TIPS: the first byte chooses. Requests are decoded whole or refused; two
 * texts divided by a 0 byte are compared, or taken apart as media type and body. What is
 * compared is patched too: by the difference, and by the second text as if it were a patch.
 */
#include <assert.h>
#include <string.h>

#include "wire/patch_apply.h"
#include "wire/stream.h"

static void check_follow(const struct wire_follow *f)
{
    assert(f->resource);
    assert(!f->substream || wire_is_id(f->substream));
    assert(!f->input || f->input[0] == '{');
    assert(f->input || !f->open_ends);
}

static void decode_stream(const struct wire_input *in)
{
    struct wire_stream_params out;
    struct wire_problem p = {0};
    enum wire_code code = wire_stream_params(in, &out, &p);
    assert(code == WIRE_OK || code == p.code);
    if (code != WIRE_OK)
        return;
    assert(out.n_add <= WIRE_MAX_SUBSTREAMS && (out.has_add || out.n_add == 0));
    for (size_t i = 0; i < out.n_add; i++) {
        assert(out.add[i].substream);
        check_follow(&out.add[i]);
        for (size_t k = 0; k < i; k++)
            assert(strcmp(out.add[i].substream, out.add[k].substream) != 0);
    }
}

static void decode_tips(const struct wire_input *in)
{
    struct wire_follow out;
    struct wire_problem p = {0};
    enum wire_code code = wire_tips_params(in, &out, &p);
    assert(code == WIRE_OK || code == p.code);
    if (code == WIRE_OK)
        check_follow(&out);
}

/* Applies; after an error nothing was appended. */
static int apply(enum wire_patch kind, struct slice a, struct slice patch, struct buf *out)
{
    struct err e = {0};
    int rc = wire_patch_apply(kind, a, patch, out, &e);
    assert(rc <= 0 && e.code == rc);
    assert(rc == 0 ? out->len > 0 : out->len == 0);
    return rc;
}

/* Values may be written in several ways, and long numbers are not kept: only texts without. */
static bool has_long_number(struct slice text)
{
    size_t run = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool digit = memchr("0123456789.eE+-", text.p[i], 15) != NULL;
        run = digit ? run + 1 : 0;
        if (run > 15)
            return true;
    }
    return false;
}

/* The difference of two texts makes the second of the first. Differences are found of what is
 * no JSON too, or has a member twice: of these nothing is demanded. */
static void check_difference(enum wire_patch kind, struct slice a, struct slice b,
                             struct slice patch)
{
    static const struct slice nothing = {"{}", 2};
    struct buf got = {0}, want = {0}, rest = {0};
    int sound = apply(WIRE_PATCH_MERGE, b, nothing, &want), rc = apply(kind, a, patch, &got);
    assert(sound != 0 || (rc != ERR_CONFLICT && rc != ERR_SCHEMA));
    if (rc != 0 || b.p[0] != '{' || has_long_number(a) || has_long_number(b))
        buf_reset(&want);
    if (want.len > 0) {
        rc = wire_patch_diff(WIRE_PATCH_JSON, (struct slice){got.data, got.len},
                             (struct slice){want.data, want.len}, &rest);
        assert(rc == 0);
    }
    buf_free(&got);
    buf_free(&want);
    buf_free(&rest);
}

static void compare(struct slice a, struct slice b)
{
    for (int kind = WIRE_PATCH_MERGE; kind <= WIRE_PATCH_JSON; kind++) {
        struct buf out = {0};
        int rc = wire_patch_diff((enum wire_patch)kind, a, b, &out);
        assert(rc <= 1);
        assert(rc >= 0 ? out.len > 0 : out.len == 0);
        if (rc >= 0)
            check_difference((enum wire_patch)kind, a, b, (struct slice){out.data, out.len});
        buf_reset(&out);
        apply((enum wire_patch)kind, a, b, &out);
        buf_free(&out);
    }
}

/* Each line of an event is data, and only the last one is empty. */
static void check_event(struct slice text)
{
    struct buf b = {0};
    struct slice rest, line;
    wire_put_event_data(&b, text);
    rest = (struct slice){buf_cstr(&b), b.len};
    while (slice_line(&rest, &line))
        assert(slice_starts(line, "data:") || (line.n == 0 && rest.n == 0));
    buf_free(&b);
}

static void take_apart(struct slice type, struct slice body, struct arena *a)
{
    struct wire_body_part parts[4];
    char *text = arena_strndup(a, type.p, type.n);
    size_t n = text ? wire_split_parts(text, body, parts, 4) : 0;
    assert(n <= 4);
    for (size_t i = 0; i < n; i++)
        assert(parts[i].json.n > 0 && parts[i].json.p >= body.p &&
               parts[i].json.p + parts[i].json.n <= body.p + body.n);
    wire_body_tag(body, a);
    check_event(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct wire_limits limits = {.depth = 16, .elements = 1000};
    if (size == 0)
        return 0;
    struct arena *a = arena_new((size_t)64 << 20);
    struct wire_input in = {(const char *)data + 1, size - 1, &limits, a};
    const char *zero = memchr(in.text, 0, in.len);
    size_t n = zero ? (size_t)(zero - in.text) : in.len;
    struct slice first = {in.text, n}, second = {in.text + n, 0};
    if (zero)
        second = (struct slice){zero + 1, in.len - n - 1};
    switch (data[0] % 4) {
    case 0:
        decode_stream(&in);
        break;
    case 1:
        decode_tips(&in);
        break;
    case 2:
        compare(first, second);
        break;
    default:
        take_apart(first, second, a);
        break;
    }
    arena_free(&a);
    return 0;
}
