/*
 * root_script.h - the recipes by which a root is made of packages (root.h).
 *
 * They are run as a bundle's is, with the packages in $RECIPE/toolchain.
 */
#pragma once

/*
 * With the host's programs: files only. /bin and its kin are links first, as in every
 * Debian since 12; --keep-directory-symlink has tar unpack through them.
 */
static const char root_unpack[] =
    "set -eu\n"
    "root=$OUT/root\n"
    "mkdir -p \"$root\"\n"
    "for d in bin sbin lib lib32 lib64 libx32; do\n"
    "    mkdir -p \"$root/usr/$d\"\n"
    "    ln -s \"usr/$d\" \"$root/$d\"\n"
    "done\n"
    "for deb in \"$RECIPE\"/toolchain/*.deb; do\n"
    "    echo \"${deb##*/}\"\n"
    "    dpkg-deb --fsys-tarfile \"$deb\" >files.tar\n"
    "    tar -x --no-same-owner --keep-directory-symlink -C \"$root\" -f files.tar\n"
    "done\n"
    "chmod -R u+rwX \"$root\"\n";

/*
 * In that root, by its own dpkg: its database, and what maintainer scripts do (links of
 * alternatives, catalogues, caches). All files are there already, so the order of
 * unpacking does not matter (--force-depends); configuring is done in the order of
 * dependencies. No daemon is started. What is not readable could not be taken out.
 */
static const char root_install[] =
    "set -eu\n"
    "export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true\n"
    "export HOME=/ PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
    "mkdir -p /run/lock /root /var/lib/dpkg/info /var/lib/dpkg/updates\n"
    "mkdir -p /var/lib/dpkg/alternatives /var/log /usr/local/bin /usr/local/lib\n"
    "for f in passwd group; do\n"
    "    ! [ -f /usr/share/base-passwd/$f.master ] ||\n"
    "        cp /usr/share/base-passwd/$f.master /etc/$f\n"
    "done\n"
    ": >>/var/lib/dpkg/status\n"
    ": >>/var/lib/dpkg/available\n"
    "printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d\n"
    "chmod 755 /usr/sbin/policy-rc.d\n"
    "force='--force-depends --force-unsafe-io --force-confold --force-architecture'\n"
    "dpkg $force --unpack \"$RECIPE\"/toolchain/*.deb\n"
    "if command -v debconf-set-selections >/dev/null; then\n"
    "    echo 'man-db man-db/auto-update boolean false' | debconf-set-selections || :\n"
    "fi\n"
    "dpkg $force --configure --pending\n"
    "rm -f /usr/sbin/policy-rc.d /var/lib/dpkg/*-old /var/log/dpkg.log\n"
    "rm -f /var/log/alternatives.log /var/cache/ldconfig/aux-cache\n"
    "find / -xdev ! -type l ! -perm -u=r -exec chmod u+r {} +\n";
