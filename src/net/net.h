/*
 * net.h - candor-fetch: brings what it is told from where it is told, and can nothing
 * else.
 */
#pragma once

int net_main(int argc, char **argv);
