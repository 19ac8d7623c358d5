/*
 * server.h - the lab's site over HTTP, on loopback, by somebody who may be unpleasant.
 */
#pragma once

#include <sys/types.h>

enum server_mood {
	SERVER_HONEST,
	SERVER_ENDLESS,      /* every answer has no end */
	SERVER_ENDLESS_BLOB, /* only those about archives */
	SERVER_SLOW,         /* a byte now and then */
	SERVER_SILENT,       /* no answer at all */
	SERVER_REDIRECT,     /* to somewhere else */
	SERVER_BROKEN,       /* the connection ends in the middle */
};

struct server {
	pid_t pid;
	char url[64];
};

/*
 * A child that serves folder until server_end; s->url is where. Aborts when it cannot:
 * what is tested then is nothing. The child dies with its parent.
 */
void server_start(struct server *s, const char *folder, enum server_mood mood);
void server_end(struct server *s);
