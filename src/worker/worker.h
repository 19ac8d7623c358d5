/*
 * worker.h - the confined half's main loop.
 *
 * Locks itself in, then serves its one channel: either files against a database
 * until the channel ends, or one compilation. Knows no path, no user, no host.
 */
#pragma once

/* argv[1] is "UID:GID", whom to become when started as root. */
int worker_main(int argc, char **argv);
