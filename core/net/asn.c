/* SPDX-License-Identifier: Apache-2.0 */
#include "net/asn.h"

static bool starts_with_as(struct slice s)
{
    return s.n > 2 && (s.p[0] | 0x20) == 'a' && (s.p[1] | 0x20) == 's';
}

bool asn_parse(struct slice s, uint32_t *out)
{
    if (starts_with_as(s))
        s = (struct slice){s.p + 2, s.n - 2};
    uint64_t high = 0, low = 0;
    struct slice rest = s, piece;
    if (!slice_split(&rest, '.', &piece))
        return false;
    if (rest.p == NULL) {
        if (!slice_u64(piece, UINT32_MAX, &low))
            return false;
    } else if (!slice_u64(piece, UINT16_MAX, &high) || !slice_u64(rest, UINT16_MAX, &low)) {
        return false; /* asdot, RFC 5396 */
    }
    uint32_t asn = (uint32_t)(high << 16 | low);
    if (asn == 0)
        return false; /* RFC 7607 */
    *out = asn;
    return true;
}

bool asn_is_private(uint32_t asn)
{
    return (asn >= 64512 && asn <= 65534) || (asn >= 4200000000 && asn <= 4294967294);
}
