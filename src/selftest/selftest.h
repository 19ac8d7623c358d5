/*
 * selftest.h - candor-selftest: attacks candor's updates on this machine, as it is
 * installed.
 *
 * A program of its own, because an attacker needs what candor has not: a server, private
 * keys, ways to lie. It works in a folder of its own and on loopback.
 */
#pragma once

/* candor-selftest update-attacks CANDOR [--http] | lab FOLDER RELEASES [rotate] */
int selftest_main(int argc, char **argv);
