/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, prefixes and AS numbers from text; the C library is the other opinion. */
#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/addr.h"
#include "net/asn.h"

/* The C library must agree on what is an address and which. */
static void check_addr(const char *text, struct slice s)
{
    struct addr a = {0}, again;
    uint8_t v4[4], v6[16];
    bool is_v4 = strlen(text) == s.n && inet_pton(AF_INET, text, v4) == 1;
    bool is_v6 = strlen(text) == s.n && inet_pton(AF_INET6, text, v6) == 1;
    assert(addr_parse(s, &a) == (is_v4 || is_v6));
    if (!is_v4 && !is_v6)
        return;
    if (is_v4)
        assert(a.family == 4 && memcmp(a.b, v4, 4) == 0);
    else if (a.family == 4)
        assert(memcmp(v6, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0 &&
               memcmp(a.b, v6 + 12, 4) == 0);
    else
        assert(memcmp(a.b, v6, 16) == 0);

    char out[ADDR_TEXT];
    addr_format(&a, out);
    assert(addr_parse(slice_of(out), &again) && addr_eq(&a, &again));
    assert(addr_cmp(&a, &again) == 0);
}

/* Strict is loose without host bits; what is written is read back. */
static void check_prefix(struct slice s)
{
    struct prefix strict, loose, again;
    struct ifaddr i, i_again;
    char out[PREFIX_TEXT];
    bool is_loose = prefix_parse_loose(s, &loose), is_strict = prefix_parse(s, &strict);
    assert(!is_strict || is_loose);
    if (is_strict)
        assert(prefix_eq(&strict, &loose));
    if (is_loose) {
        assert(loose.len <= addr_bits(&loose.addr));
        assert(prefix_parse(slice_of(prefix_format(&loose, out)), &again));
        assert(prefix_eq(&loose, &again));
        assert(prefix_covers(&loose, &again) && prefix_has(&loose, &again.addr));
    }
    if (ifaddr_parse(s, &i)) {
        assert(is_loose);
        assert(ifaddr_parse(slice_of(ifaddr_format(&i, out)), &i_again));
        assert(addr_eq(&i.addr, &i_again.addr) && i.len == i_again.len);
        struct prefix p = prefix_of(&i.addr, i.len);
        assert(prefix_eq(&p, &loose));
    }
}

static void check_asn(const char *text, struct slice s)
{
    uint32_t asn = 0;
    char *end = NULL;
    if (!asn_parse(s, &asn))
        return;
    assert(asn != 0);
    (void)asn_is_private(asn);
    const char *digits = (text[0] | 0x20) == 'a' ? text + 2 : text;
    unsigned long long n = strtoull(digits, &end, 10);
    if (*end == '.')
        n = n << 16 | strtoull(end + 1, &end, 10);
    assert(*end == '\0' && n == asn);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    struct slice s = {(const char *)data, size};
    check_addr(text, s);
    check_prefix(s);
    check_asn(text, s);
    free(text);
    return 0;
}
