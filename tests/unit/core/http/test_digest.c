/* SPDX-License-Identifier: Apache-2.0 */
/* The client is written here once more, from RFC 7616 section 3.4. */
#include "http/digest.h"

#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "unit/cmocka_all.h"

#define SECOND INT64_C(1000000)

struct server {
    struct digest *digest;
    struct clock clock;
    int64_t now;
    const char *target;
};

static int64_t mono(void *self)
{
    return ((struct server *)self)->now;
}

static void no_random(void *self, void *p, size_t n)
{
    (void)self;
    memset(p, 7, n);
}

static void begin(struct server *s)
{
    *s = (struct server){.clock = {.mono_us = mono, .random = no_random},
                         .now = 1000 * SECOND,
                         .target = "/a?b=c"};
    s->clock.self = s;
    s->digest = digest_new(&s->clock);
    assert_non_null(s->digest);
}

static bool is_target(void *self, const char *uri, size_t n)
{
    return slice_eq((struct slice){uri, n}, ((struct server *)self)->target);
}

/* ---- A client ---- */

struct client {
    const char *algorithm, *user, *word, *method, *uri;
    char nonce[64];
    unsigned nc;
};

static const struct client right = {
    .algorithm = "SHA-256", .user = "fts", .word = "pass", .method = "GET", .uri = "/a?b=c"};

/* Takes the nonce out of a challenge. */
static void ask(struct server *s, struct client *c, bool stale)
{
    struct buf text = {0};
    bool sha = strcmp(c->algorithm, "SHA-256") == 0;
    assert_int_equal(
        digest_challenge(s->digest, "here", sha ? DIGEST_SHA256 : DIGEST_MD5, stale, &text), 0);
    const char *at = strstr(buf_cstr(&text), "nonce=\"");
    assert_non_null(at);
    snprintf(c->nonce, sizeof(c->nonce), "%.*s", (int)strcspn(at + 7, "\""), at + 7);
    assert_int_equal(strstr(buf_cstr(&text), "stale=true") != NULL, stale);
    assert_non_null(strstr(buf_cstr(&text), c->algorithm));
    c->nc = 0;
    buf_free(&text);
}

static void hash(const struct client *c, char *out, const char *text)
{
    uint8_t raw[SHA256_DIGEST_SIZE];
    size_t size;
    if (strcmp(c->algorithm, "SHA-256") == 0) {
        struct sha256_ctx x;
        sha256_init(&x);
        sha256_update(&x, strlen(text), (const uint8_t *)text);
        sha256_digest(&x, size = SHA256_DIGEST_SIZE, raw);
    } else {
        struct md5_ctx x;
        md5_init(&x);
        md5_update(&x, strlen(text), (const uint8_t *)text);
        md5_digest(&x, size = MD5_DIGEST_SIZE, raw);
    }
    for (size_t i = 0; i < size; i++)
        sprintf(out + 2 * i, "%02x", raw[i]);
}

static enum serve_auth say(struct server *s, const struct client *c, unsigned nc,
                           const char *format)
{
    char text[512], a1[65] = "", a2[65] = "", response[65] = "", header[1024];
    snprintf(text, sizeof(text), "%s:here:%s", c->user, c->word);
    hash(c, a1, text);
    snprintf(text, sizeof(text), "%s:%s", c->method, c->uri);
    hash(c, a2, text);
    snprintf(text, sizeof(text), "%s:%s:%08x:cn:auth:%s", a1, c->nonce, nc, a2);
    hash(c, response, text);
    snprintf(header, sizeof(header), format, c->user, c->nonce, c->uri, response, c->algorithm,
             nc);
    struct digest_request q = {header, "GET", is_target, s};
    return digest_check(s->digest, &q, "here", "fts", "pass");
}

#define USUAL                                                                                  \
    "Digest username=\"%s\", realm=\"here\", nonce=\"%s\", uri=\"%s\", response=\"%s\", "      \
    "algorithm=%s, cnonce=\"cn\", qop=auth, nc=%08x, opaque=\"rialto\""

static void test_who_is_let_in(void **state)
{
    static const struct {
        const char *algorithm, *user, *word, *method, *uri;
        enum serve_auth auth;
    } cases[] = {
        {"SHA-256", "fts", "pass", "GET", "/a?b=c", SERVE_AUTH_OK},
        {"MD5", "fts", "pass", "GET", "/a?b=c", SERVE_AUTH_OK},
        {"SHA-512-256", "fts", "pass", "GET", "/a?b=c", SERVE_AUTH_WRONG},
        {"SHA-256", "fts", "Pass", "GET", "/a?b=c", SERVE_AUTH_WRONG},
        {"SHA-256", "ftt", "pass", "GET", "/a?b=c", SERVE_AUTH_WRONG},
        {"SHA-256", "fts", "pass", "PUT", "/a?b=c", SERVE_AUTH_WRONG},
        {"SHA-256", "fts", "pass", "GET", "/a?b=d", SERVE_AUTH_WRONG}, /* another resource */
    };
    struct server s;
    (void)state;
    begin(&s);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct client c = right;
        ask(&s, &c, false);
        c.algorithm = cases[i].algorithm;
        c.user = cases[i].user;
        c.word = cases[i].word;
        c.method = cases[i].method;
        c.uri = cases[i].uri;
        assert_int_equal(say(&s, &c, 1, USUAL), cases[i].auth);
    }
    digest_free(&s.digest);
    assert_null(s.digest);
}

/* Who may ask in the same second don't take one another's counts. */
static void test_clients_at_the_same_time(void **state)
{
    struct server s;
    struct client c[100];
    (void)state;
    begin(&s);
    for (size_t i = 0; i < 100; i++) {
        c[i] = right;
        ask(&s, &c[i], false);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(c[k].nonce, c[i].nonce);
    }
    for (unsigned nc = 1; nc <= 2; nc++) {
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(say(&s, &c[i], nc, USUAL), SERVE_AUTH_OK);
    }
    digest_free(&s.digest);
}

/* Each count once, in about the order that they were used in. */
static void test_counts(void **state)
{
    static const struct {
        unsigned nc;
        enum serve_auth auth;
    } cases[] = {
        {0, SERVE_AUTH_WRONG},       {2, SERVE_AUTH_OK},
        {2, SERVE_AUTH_STALE},       {1, SERVE_AUTH_OK},
        {1, SERVE_AUTH_STALE},       {200, SERVE_AUTH_OK},
        {137, SERVE_AUTH_OK},        {137, SERVE_AUTH_STALE},
        {136, SERVE_AUTH_STALE},     {3, SERVE_AUTH_STALE},
        {201, SERVE_AUTH_OK},        {200, SERVE_AUTH_STALE},
        {UINT32_MAX, SERVE_AUTH_OK}, {UINT32_MAX, SERVE_AUTH_STALE},
    };
    struct server s;
    struct client c = right;
    (void)state;
    begin(&s);
    ask(&s, &c, false);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(say(&s, &c, cases[i].nc, USUAL), cases[i].auth);
    digest_free(&s.digest);
}

/* Right credentials with a nonce that is none, or not any more: the client asks again. */
static void test_stale(void **state)
{
    struct server s, other;
    struct client c = right, wrong = right;
    (void)state;
    begin(&s);
    ask(&s, &c, true);
    s.now += DIGEST_NONCE_LIFE - 1;
    assert_int_equal(say(&s, &c, 1, USUAL), SERVE_AUTH_OK);
    s.now += 1;
    assert_int_equal(say(&s, &c, 2, USUAL), SERVE_AUTH_STALE);
    wrong.word = "Pass";
    memcpy(wrong.nonce, c.nonce, sizeof(c.nonce));
    assert_int_equal(say(&s, &wrong, 3, USUAL), SERVE_AUTH_WRONG);
    ask(&s, &c, false);
    c.nonce[40] = c.nonce[40] == '0' ? '1' : '0'; /* forged */
    assert_int_equal(say(&s, &c, 1, USUAL), SERVE_AUTH_STALE);
    snprintf(c.nonce, sizeof(c.nonce), "of a server before");
    assert_int_equal(say(&s, &c, 1, USUAL), SERVE_AUTH_STALE);
    begin(&other);
    other.now += 10 * SECOND; /* a nonce that is not yet */
    ask(&other, &c, false);
    s.now = 1000 * SECOND;
    assert_int_equal(say(&s, &c, 1, USUAL), SERVE_AUTH_STALE);
    digest_free(&s.digest);
    digest_free(&other.digest);
}

/* More nonces in use than are remembered: the oldest are stale, none is good twice. */
static void test_many_nonces(void **state)
{
    enum { MANY = DIGEST_MAX_NONCES + 8 };
    struct server s;
    struct client first = right, last = right;
    (void)state;
    begin(&s);
    ask(&s, &first, false);
    assert_int_equal(say(&s, &first, 1, USUAL), SERVE_AUTH_OK);
    for (int i = 0; i < MANY; i++) {
        s.now++;
        ask(&s, &last, false);
        assert_int_equal(say(&s, &last, 1, USUAL), SERVE_AUTH_OK);
    }
    assert_int_equal(say(&s, &first, 1, USUAL), SERVE_AUTH_STALE);
    assert_int_equal(say(&s, &first, 2, USUAL), SERVE_AUTH_STALE);
    assert_int_equal(say(&s, &last, 1, USUAL), SERVE_AUTH_STALE);
    assert_int_equal(say(&s, &last, 2, USUAL), SERVE_AUTH_OK);
    digest_free(&s.digest);
}

/* As clients may write it, and as they may not. Order: user, nonce, uri, response, algorithm,
 * nc. */
static void test_forms(void **state)
{
#define FRONT "username=\"%s\",realm=\"here\",nonce=\"%s\",uri=\"%s\",response=\"%s\","
    static const struct {
        const char *format;
        enum serve_auth auth;
    } cases[] = {
        {"digest   " FRONT "Algorithm=\"%s\",CNONCE=cn,qop=\"auth\",nc=%08x", SERVE_AUTH_OK},
        {"Digest " FRONT
         "algorithm = %s , cnonce = \"cn\", qop=auth, nc=%08x, more=\"a,\\\"b\"",
         SERVE_AUTH_OK},
        {"Digest " FRONT "algorithm=%s, cnonce=\"cn\", qop=auth, nc=%08x, opaque=\"other\"",
         SERVE_AUTH_WRONG},
        {"Digest " FRONT "algorithm=%s, cnonce=\"cn\", qop=auth-int, nc=%08x",
         SERVE_AUTH_WRONG},
        {"Digest " FRONT "algorithm=%s, cnonce=\"cn\", nc=%08x", SERVE_AUTH_WRONG},
        {"Digest " FRONT "algorithm=%s, cnonce=\"cn\", qop=auth, nc=0%08x", SERVE_AUTH_WRONG},
        {"Digest " FRONT "algorithm=%s, cnonce=\"cn\", qop=auth, nc=%07xg", SERVE_AUTH_WRONG},
        {"Digest " FRONT "algorithm=%s, cnonce=\"cn\", qop=auth, qop=auth, nc=%08x",
         SERVE_AUTH_WRONG},
        {"Digest " FRONT "algorithm=%s, cnonce=\"cn\", qop=auth, nc=%08x, more=\"",
         SERVE_AUTH_WRONG},
        {"Digest " FRONT "algorithm=%s, cnonce=\"cn\", qop=auth, nc=%08x, more",
         SERVE_AUTH_WRONG},
        {"Basic " FRONT "algorithm=%s, cnonce=\"cn\", qop=auth, nc=%08x", SERVE_AUTH_WRONG},
        {"Digest", SERVE_AUTH_WRONG},
        {"", SERVE_AUTH_WRONG},
    };
    struct server s;
    (void)state;
    begin(&s);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct client c = right;
        ask(&s, &c, false);
        assert_int_equal(say(&s, &c, 1, cases[i].format), cases[i].auth);
    }
    struct digest_request none = {NULL, "GET", is_target, &s};
    assert_int_equal(digest_check(s.digest, &none, "here", "fts", "pass"), SERVE_AUTH_NONE);
    digest_free(&s.digest);
}

static void test_user(void **state)
{
    char user[8];
    (void)state;
    assert_true(digest_user("Digest username=\"fts\"", user, sizeof(user)));
    assert_string_equal(user, "fts");
    assert_true(digest_user("Digest a=b, username=\"f\\\"\\\\s\"", user, sizeof(user)));
    assert_string_equal(user, "f\"\\s");
    assert_true(digest_user("Digest username=\"1234567\"", user, sizeof(user)));
    assert_false(digest_user("Digest username=\"12345678\"", user, sizeof(user)));
    assert_false(digest_user("Digest a=b", user, sizeof(user)));
    assert_false(digest_user("Basic Zm9vOmJhcg==", user, sizeof(user)));
    assert_false(digest_user(NULL, user, sizeof(user)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_let_in), cmocka_unit_test(test_clients_at_the_same_time),
        cmocka_unit_test(test_counts),        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_many_nonces),   cmocka_unit_test(test_forms),
        cmocka_unit_test(test_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
