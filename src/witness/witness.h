/*
 * witness.h - the witness as a program: its key, its state, its socket, its cage.
 *
 * candor-witness LISTEN KEY STATE VKEY... is started by `candor witness`, which knows
 * the options. It opens what it needs, tells where it listens on standard output, locks
 * itself in (policy.def; Landlock leaves it the state folder), and only then looks at
 * the first byte of a stranger. SIGTERM and SIGINT end it.
 */
#pragma once

/* Exit codes are those of candor-witness(1). */
int witness_main(int argc, char **argv);
