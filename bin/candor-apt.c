/* candor-apt - called by apt before it unpacks packages. */
#include "apt/apt.h"
#include "base/sys.h"

int
main(int argc, char **argv)
{
	sys_hold_std();
	return apt_main(argc, argv);
}
