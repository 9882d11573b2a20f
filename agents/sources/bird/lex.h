/* SPDX-License-Identifier: Apache-2.0 */
/* Words, numbers, addresses and signs of BIRD's language. */
#ifndef RIALTO_AGENTS_SOURCES_BIRD_LEX_H
#define RIALTO_AGENTS_SOURCES_BIRD_LEX_H

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "net/addr.h"

enum bird_kind {
    BIRD_END,
    BIRD_WORD, /* keyword or symbol */
    BIRD_NUMBER,
    BIRD_ADDR,
    BIRD_STRING, /* without its quotes */
    BIRD_SIGN,   /* ; { } ( ) [ ] , . .. = != ... */
};

struct bird_token {
    enum bird_kind kind;
    struct slice text;
    uint32_t line, column;
    union {
        uint64_t number;
        struct addr addr;
    };
};

struct bird_tokens {
    VEC(struct bird_token);
};

/** The whole text as tokens, the last one BIRD_END. The caller frees the array also when it
 * fails (ERR_PARSE, ERR_LIMIT, ERR_NOMEM with "path:line:column: reason"). */
int bird_lex(const char *path, struct slice text, struct bird_tokens *out, struct err *e);

/** Is the token this word or sign? */
bool bird_is(const struct bird_token *t, const char *text);

#endif
