/*
 * net.h - candor-fetch: brings what it is told from where it is told, and can nothing
 * else.
 */
#pragma once

/*
 * candor-fetch: reads its jobs from the channel it inherits (WORKER_CHANNEL), locks
 * itself in, runs them, and ends the process: with 0, or with 3 when it could not be
 * locked in or served. argv[1]: whom to become when started as root, "uid:gid". Does not
 * return, and frees nothing.
 */
int net_main(int argc, char **argv);
