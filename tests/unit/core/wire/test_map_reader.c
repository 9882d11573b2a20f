/* SPDX-License-Identifier: Apache-2.0 */
/* Network maps read without a tree: what is given up on, and that both ways read the same. */
#include "wire/map_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/cmocka_all.h"

#define HEAD   "{\"meta\":{\"vtag\":{\"resource-id\":\"m\",\"tag\":\"1\"}},"
#define MEMBER "\"network-map\""

/* From memory of just that size, so that sanitizers see what is read behind it. */
static bool read_text(const char *text, struct arena *a, struct wire_map_document *out,
                      struct slice *part)
{
    size_t n = strlen(text);
    char *tight = malloc(n > 0 ? n : 1);
    assert_non_null(tight);
    memcpy(tight, text, n);
    *out = (struct wire_map_document){0};
    bool ok = map_reader((struct slice){tight, n}, a, out, part);
    part->p = ok ? text + (part->p - tight) : NULL;
    free(tight);
    return ok;
}

static void assert_prefix(const struct pid *pid, size_t i, const char *expected)
{
    char text[PREFIX_TEXT];
    assert_true(i < pid->n_prefixes);
    assert_string_equal(prefix_format(&pid->prefixes[i], text), expected);
}

static void test_plain(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct wire_map_document map;
    struct slice part;
    const char *pids = "{ \"b\":{\"ipv6\":[\"::/0\"],\"ipv4\" : [\"10.1.2.3/8\" ,\"0.0.0.0/0\","
                       "\"10.0.0.0/8\",\"192.0.2.1\"]},\n\"a~!\":{\"ipv4\":[]},\"Z\":{}}";
    char text[400];
    snprintf(text, sizeof(text), " %s" MEMBER ": %s,\"more\":[1,{}]}\n", HEAD, pids);
    assert_true(read_text(text, a, &map, &part));
    assert_int_equal(part.n, strlen(pids));
    assert_memory_equal(part.p, pids, part.n);
    assert_int_equal(map.n_pids, 3);
    assert_string_equal(map.pids[0].name, "Z");
    assert_string_equal(map.pids[1].name, "a~!");
    assert_int_equal(map.pids[0].n_prefixes + map.pids[1].n_prefixes, 0);
    assert_string_equal(map.pids[2].name, "b");
    assert_int_equal(map.pids[2].n_prefixes, 4);
    assert_prefix(&map.pids[2], 0, "0.0.0.0/0");
    assert_prefix(&map.pids[2], 1, "10.0.0.0/8"); /* host bits cleared; one of the two */
    assert_prefix(&map.pids[2], 2, "192.0.2.1/32");
    assert_prefix(&map.pids[2], 3, "::/0");
    assert_true(read_text("{\"network-map\":{}}", a, &map, &part));
    assert_int_equal(map.n_pids, 0);
    arena_free(&a);
}

#define SIXTY_FOUR "0123456789012345678901234567890123456789012345678901234567890123"

/* Right or wrong: others decide. */
static void test_gives_up(void **state)
{
    static const char *const texts[] = {
        "",
        "}",
        "{}",
        "[]}",
        "{\"network-map\"}",
        "{\"network-map\":}",
        "{\"network-map\":{}",
        "{\"network-map\":[]}",
        "{\"network-map\":{\"A\"}}",
        "{\"network-map\":{\"A\":}}",
        "{\"network-map\":{\"A\":{}",
        "{\"network-map\":{\"A\":{},}}",
        "{\"network-map\":{\"A\":{}\"B\":{}}}",
        "{\"network-map\":{\"A\":{},\"A\":{}}}",
        "{\"network-map\":{\"B\":{},\"A\":{},\"B\":{}}}",
        "{\"network-map\":{\"\":{}}}",
        "{\"network-map\":{\"" SIXTY_FOUR "5\":{}}}",
        "{\"network-map\":{\"\\u0041\":{}}}",
        "{\"network-map\":{\"\xc3\xa4\":{}}}",
        "{\"network-map\":{\"a\tb\":{}}}",
        "{\"network-map\":{\"A\":[]}}",
        "{\"network-map\":{\"A\":{\"ipv4\"}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":{}}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[1]}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[\"]}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[\"10.0.0.0/8\",]}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[\"10.0.0.0/8\" \"11.0.0.0/8\"]}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[\"10.0.0.0/33\"]}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[\"10.0.0.0\\/8\"]}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[\"2001:db8::/32\"]}}}",
        "{\"network-map\":{\"A\":{\"ipv6\":[\"10.0.0.0/8\"]}}}",
        "{\"network-map\":{\"A\":{\"ipv6\":[\"::ffff:10.0.0.0/104\"]}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[],\"ipv4\":[]}}}",
        "{\"network-map\":{\"A\":{\"mac\":[]}}}",
        "{\"network-map\":{\"A\":{\"ipv4\":[],}}}",
        "{\"x\":\"network-map\"}",
        "{\"x\":{\"network-map\":{}}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct arena *a = arena_new(0);
        struct wire_map_document map;
        struct slice part;
        if (read_text(texts[i], a, &map, &part))
            fail_msg("%s", texts[i]);
        arena_free(&a);
    }
}

/* --- both ways --- */

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13, *x ^= *x >> 7, *x ^= *x << 17;
    return *x >> 8;
}

static const char *pick(uint64_t *x, const char *const *from, size_t n)
{
    return from[next_random(x) % n];
}

#define PICK(x, list) pick((x), (list), sizeof(list) / sizeof(*(list)))

static void put_group(struct buf *b, uint64_t *x, const char *family)
{
    static const char *const odd[] = {
        "\"10.1.2.3/8\"",   "\"10.0.0.0/8\"",    "\"0.0.0.0/0\"",     "\"::/0\"",
        "\"2001:DB8::1\"",  "\"10.0.0.0/08\"",   "\"192.0.2.1\"",     "1",
        "\"10.0.0.0\\/8\"", "\"2001:db8::/32\"", "\"::ffff:0:0/96\"", "null"};
    size_t n = next_random(x) % 6;
    buf_printf(b, "\"%s\" :[", family);
    for (size_t i = 0; i < n; i++) {
        buf_str(b, i > 0 ? " ,\n" : "");
        if (next_random(x) % 40 == 0)
            buf_str(b, PICK(x, odd));
        else if (family[3] == '4')
            buf_printf(b, "\"%u.%u.0.0/%u\"", (unsigned)next_random(x) % 4,
                       (unsigned)next_random(x) % 3, 14 + (unsigned)next_random(x) % 4);
        else
            buf_printf(b, "\"2001:%x::/%u\"", (unsigned)next_random(x) % 4,
                       30 + (unsigned)next_random(x) % 4);
    }
    buf_str(b, next_random(x) % 90 == 0 ? ",]" : "]");
}

static void put_map(struct buf *b, uint64_t *x)
{
    static const char *const names[] = {"a", "b", "pid 1", "Z", "\\u0061", "",  "\xc3\xa4",
                                        "x", "y", "z",     "e", "f",       "g", "h"};
    static const char *const families[] = {"ipv4", "ipv6", "ipv4", "ipv6", "ipv6", "mac"};
    size_t n = next_random(x) % 4;
    buf_str(b, "{");
    for (size_t i = 0; i < n; i++) {
        buf_printf(b, "%s\"%s%u\": {", i > 0 ? "," : "", PICK(x, names),
                   (unsigned)next_random(x) % 9);
        for (size_t k = next_random(x) % 3; k-- > 0;) {
            put_group(b, x, PICK(x, families));
            buf_str(b, k > 0 ? ", " : "");
        }
        buf_str(b, "}");
    }
    buf_str(b, "}");
}

/* The same document, but its map is found in a tree alone. */
static void put_for_tree(struct buf *to, const char *text)
{
    const char *at = strstr(text, MEMBER);
    buf_add(to, text, at ? (size_t)(at - text) : strlen(text));
    if (at)
        buf_printf(to, "\"network\\u002dmap\"%s", at + strlen(MEMBER));
}

static void assert_same(const struct wire_map_document *a, const struct wire_map_document *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->tag, b->tag);
    assert_int_equal(a->n_pids, b->n_pids);
    for (size_t i = 0; i < a->n_pids; i++) {
        assert_string_equal(a->pids[i].name, b->pids[i].name);
        assert_int_equal(a->pids[i].n_prefixes, b->pids[i].n_prefixes);
        for (size_t k = 0; k < a->pids[i].n_prefixes; k++)
            assert_true(prefix_eq(&a->pids[i].prefixes[k], &b->pids[i].prefixes[k]));
    }
}

/* One document both ways; true: it was read without a tree. */
static bool compare(const char *text)
{
    struct arena *a = arena_new(0);
    struct buf other = {0};
    struct wire_map_document quick, slow, map;
    struct err e = {0}, f = {0};
    struct slice part;
    put_for_tree(&other, text);
    bool plain = read_text(text, a, &map, &part);
    int rc = wire_read_network_map(slice_of(text), a, &quick, &e);
    if (rc != wire_read_network_map((struct slice){buf_cstr(&other), other.len}, a, &slow, &f))
        fail_msg("%s: %s, %s", text, e.msg, f.msg);
    if (rc == 0)
        assert_same(&quick, &slow);
    else if (rc != ERR_PARSE) /* whose columns differ */
        assert_string_equal(e.msg, f.msg);
    if (rc == 0 && plain)
        assert_int_equal(map.n_pids, quick.n_pids);
    buf_free(&other);
    arena_free(&a);
    return plain && rc == 0;
}

/* Random documents, some of them broken by one changed character. */
static void test_both_ways(void **state)
{
    static const char *const heads[] = {HEAD, HEAD, HEAD, "{", "{\"meta\":{\"vtag\":{}},"};
    static const char letters[] = "{}[]\",:\\ 1x\x01\xff";
    uint64_t x = 42;
    size_t plain = 0;
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        struct buf b = {0};
        buf_str(&b, PICK(&x, heads));
        buf_str(&b, MEMBER ":");
        put_map(&b, &x);
        buf_str(&b, next_random(&x) % 9 ? "}" : ",\"a\":[\"}\"]} ");
        buf_cstr(&b);
        if (next_random(&x) % 3 == 0)
            b.data[next_random(&x) % b.len] = letters[next_random(&x) % (sizeof(letters) - 1)];
        plain += compare(buf_cstr(&b));
        buf_free(&b);
    }
    assert_in_range(plain, 2000, 15000); /* both sorts are many */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
