/* SPDX-License-Identifier: Apache-2.0 */
#include "server/problem.h"

#include "wire/encode.h"

static const char *code_name(enum wire_code code)
{
    switch (code) {
    case WIRE_SYNTAX:
        return "E_SYNTAX";
    case WIRE_MISSING:
        return "E_MISSING_FIELD";
    case WIRE_TYPE:
        return "E_INVALID_FIELD_TYPE";
    case WIRE_VALUE:
    case WIRE_TOO_LARGE: /* the registry has no better one */
        return "E_INVALID_FIELD_VALUE";
    case WIRE_OK:
    case WIRE_NO_MEMORY:
        break;
    }
    return NULL;
}

static void forget_body(struct reply *r)
{
    buf_reset(&r->body);
    r->type = NULL;
    r->etag = NULL;
}

int problem_alto(struct reply *r, const struct wire_problem *p)
{
    forget_body(r);
    if (p->code == WIRE_NO_MEMORY)
        return problem_status(r, 503);
    struct wire_error error = {.code = code_name(p->code),
                               .field = p->field,
                               /* RFC 7285 section 8.5.2: "value" only together with "field",
                                  the text only with E_SYNTAX. */
                               .value = *p->field ? p->value : NULL,
                               .text = p->code == WIRE_SYNTAX ? p->text : NULL};
    r->status = p->code == WIRE_TOO_LARGE ? 413 : 400;
    r->type = MEDIA_ERROR;
    wire_put_error(&r->body, &error);
    return 0;
}

int problem_value(struct reply *r, const char *field, const char *value)
{
    struct wire_problem p;
    wire_refuse(&p, WIRE_VALUE, field, value, NULL);
    return problem_alto(r, &p);
}

int problem_value_status(struct reply *r, int status, const char *field, const char *value)
{
    problem_value(r, field, value);
    r->status = status;
    if (status == 429 || status == 503)
        reply_header(r, "Retry-After", "5");
    return 0;
}

int problem_status(struct reply *r, int status)
{
    forget_body(r);
    r->status = status;
    if (status == 503)
        reply_header(r, "Retry-After", "5");
    return 0;
}

static const char *status_word(int status)
{
    switch (status) {
    case 400:
        return "bad-request";
    case 401:
        return "unauthorized";
    case 403:
        return "forbidden";
    case 404:
        return "not-found";
    case 405:
        return "method-not-allowed";
    case 409:
        return "conflict";
    case 412:
        return "precondition-failed";
    case 413:
        return "too-large";
    case 422:
        return "unprocessable";
    case 428:
        return "precondition-required";
    case 503:
        return "unavailable";
    default:
        return "error";
    }
}

int problem_api(struct reply *r, int status, const char *message, const char *field)
{
    forget_body(r);
    r->status = status;
    r->type = MEDIA_JSON;
    buf_printf(&r->body, "{\"error\":{\"code\":\"%s\",\"message\":", status_word(status));
    buf_json_str(&r->body, message);
    if (field) {
        buf_str(&r->body, ",\"field\":");
        buf_json_str(&r->body, field);
    }
    buf_str(&r->body, "}}");
    return 0;
}
