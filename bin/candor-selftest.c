/* candor-selftest - attacks candor's updates, in a folder of its own. */
#include "selftest/selftest.h"

int
main(int argc, char **argv)
{
	return selftest_main(argc, argv);
}
