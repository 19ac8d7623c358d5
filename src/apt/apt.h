/*
 * apt.h - candor-apt: apt asks, before it unpacks, whether examiners stand behind it.
 *
 * A package that a line of the file of examiners is about is unpacked only when the very
 * file that apt is going to unpack was rebuilt bit-identically by enough examiners and
 * nobody who is trusted objects. Everything that goes wrong is a no, but for one thing: a
 * machine without a file of examiners asks nobody.
 */
#pragma once

/* candor-apt [--config FILE] | --help; 0: go on, 1: unpack nothing. */
int apt_main(int argc, char **argv);
