/*
 * diff.h - candor-compare itself: what differs between two files, seen from inside the
 * lock. Its side of the talk is in docs/worker-protocol.md; tree.h does the work.
 */
#pragma once

int diff_main(int argc, char **argv);
