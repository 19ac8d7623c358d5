/*
 * secret_form.h - forms of secrets that are more than a beginning and some letters.
 *
 * Each looks at what stands around a beginning that secret.c met, which is at at, n bytes
 * long; never farther than SECRET_REACH forward and SECRET_BACK backward.
 */
#pragma once

#include "base/bytes.h"

#define SECRET_REACH 512 /* bytes that are looked at behind a beginning */
#define SECRET_BACK  128 /* and before it */

/* What a text may be made of. */
enum secret_letters {
	WORD,   /* letters, digits, _ and - */
	BASE64, /* letters, digits, + / and = */
	UPPER,  /* capitals and digits */
	HASH,   /* letters, digits, . / $ = and ,: of crypt(5) */
};
bool secret_is_letter(enum secret_letters set, uint8_t c);
/* At least n letters of the set, from off on? */
bool secret_letters_at(struct bytes b, size_t off, enum secret_letters set, size_t n);

/* The beginning in b: what follows may be looked at, and a little of what is before. */
struct secret_place {
	struct bytes b;
	size_t at, n;
};

bool secret_armour(struct secret_place s);   /* "-----BEGIN ": RFC 7468, and older */
bool secret_note_key(struct secret_place s); /* a signed note's key, as candor's are */
bool secret_url(struct secret_place s);      /* "://": a name and a password behind it */
bool secret_aws(struct secret_place s);    /* the name of the second half of an AWS key */
bool secret_aws_id(struct secret_place s); /* "AKIA": the first half */
bool secret_netrc(struct secret_place s);  /* "machine ": netrc(5) */
bool secret_docker(struct secret_place s); /* "\"auth\"": docker's config.json */
bool secret_npm(struct secret_place s);    /* "_auth=" and "_password=": npmrc(5) */
bool secret_crypt(struct secret_place s);  /* ":$": a line of shadow(5) or htpasswd */
/* A line begins at at: NAME=value, where NAME is that of a secret. */
bool secret_setting(struct secret_place s);
