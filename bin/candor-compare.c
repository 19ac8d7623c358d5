/* candor-compare - looks into two files, locked in. Started by `candor compare`. */
#include "diff/diff.h"

int
main(int argc, char **argv)
{
	return diff_main(argc, argv);
}
