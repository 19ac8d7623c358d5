/* ELF programs: packers, oddities of the header, and families that live on servers and routers. */

rule elf_upx_packed : packer elf
{
	meta:
		description = "ELF program packed with UPX"
		author = "candor"
		severity = "low"
		technique = "T1027.002"
		date = "2025-06-07"
	strings:
		$info = "$Info: This file is packed with the UPX" ascii
		$magic = "UPX!" ascii
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 64MB and
		$magic in (0..512) and ($info or #magic > 1)
}

rule elf_upx_tampered : packer elf
{
	meta:
		description = "ELF program whose UPX marks were overwritten so that upx -d refuses it"
		author = "candor"
		severity = "high"
		technique = "T1027.002"
		date = "2025-06-07"
	strings:
		$info = /\$Info: This file is packed with the UP[X]/
		$prot = /PROT_EXEC\|PROT_WRITE faile[d]/
		$magic = "UPX!" ascii
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 32MB and ($info or $prot) and not $magic
}

rule elf_tiny_loader : loader elf
{
	meta:
		description = "ELF program without sections, under 4 KB, with one segment that is writable and executable"
		author = "candor"
		severity = "high"
		technique = "T1620"
		date = "2025-06-07"
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 4KB and
		((uint8(4) == 2 and uint16(0x36) == 0x38 and uint16(0x38) == 1 and uint16(0x3C) == 0 and
		  uint32(uint32(0x20)) == 1 and uint32(uint32(0x20) + 4) == 7) or
		 (uint8(4) == 1 and uint16(0x2C) == 1 and uint16(0x30) == 0 and
		  uint32(uint32(0x1C)) == 1 and uint32(uint32(0x1C) + 24) == 7))
}

rule elf_botnet_router : botnet elf
{
	meta:
		description = "ELF program with the strings of a router botnet: busybox probes and default passwords"
		author = "candor"
		severity = "high"
		technique = "T1110.001"
		date = "2025-06-07"
	strings:
		$a1 = /\/bin\/busybox [A-Z]{4,9}\x00/
		$a2 = ": applet not found" ascii
		$a3 = "/proc/net/tcp" ascii
		$a4 = "/dev/watchdog" ascii
		$a5 = "/dev/misc/watchdog" ascii
		$b1 = "xc3511" ascii
		$b2 = "vizxv" ascii
		$b3 = "7ujMko0admin" ascii
		$b4 = "hi3518" ascii
		$b5 = "juantech" ascii
		$b6 = "klv123" ascii
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 2MB and 2 of ($a*) and 2 of ($b*)
}

rule elf_botnet_flood_commands : botnet elf
{
	meta:
		description = "ELF program with the command words of a flooding botnet"
		author = "candor"
		severity = "high"
		technique = "T1498"
		date = "2025-06-07"
	strings:
		$c1 = "UDPFLOOD" ascii nocase
		$c2 = "TCPFLOOD" ascii nocase
		$c3 = "HTTPFLOOD" ascii nocase
		$c4 = "SYNFLOOD" ascii nocase
		$c5 = "KILLATTK" ascii
		$c6 = "LOLNOGTFO" ascii
		$c7 = "GETLOCALIP" ascii
		$c8 = "STDHEX" ascii
		$c9 = "PONG!" ascii
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 4MB and 4 of them
}

rule elf_preload_rootkit : rootkit elf
{
	meta:
		description = "Shared library that hides files and processes by replacing libc functions"
		author = "candor"
		severity = "high"
		technique = "T1014"
		date = "2025-06-07"
	strings:
		$preload = "/etc/ld.so.preload" ascii
		$next = "dlsym" ascii
		$f1 = "readdir64" ascii
		$f2 = "__xstat64" ascii
		$f3 = "__lxstat" ascii
		$f4 = "fopen64" ascii
		$f5 = "pam_authenticate" ascii
		$f6 = "accept" ascii fullword
		$hide = /\b(hide|magic|hidden|backdoor|rootkit)[_a-z0-9]{0,16}/ nocase
		$proc = "/proc/net/tcp" ascii
	condition:
		uint32be(0) == 0x7F454C46 and uint16(0x10) == 3 and filesize < 2MB and
		$preload and $next and 4 of ($f*) and ($hide or $proc)
}

rule elf_kernel_rootkit : rootkit elf
{
	meta:
		description = "Kernel module that hooks system calls and hides itself"
		author = "candor"
		severity = "high"
		technique = "T1014"
		date = "2025-06-07"
	strings:
		$mod = ".gnu.linkonce.this_module" ascii
		$table = "sys_call_table" ascii
		$k1 = "kallsyms_lookup_name" ascii
		$k2 = "getdents64" ascii
		$k3 = /(hide|unhide|hidden)_(pid|proc|file|module|tcp|self|me)/
		$k4 = "commit_creds" ascii
		$k5 = "__x64_sys_kill" ascii
	condition:
		uint32be(0) == 0x7F454C46 and uint16(0x10) == 1 and filesize < 4MB and
		$mod and ($table or $k1) and 3 of ($k*) and $k3
}

rule elf_runs_from_memory : loader elf
{
	meta:
		description = "Small ELF program that decrypts a program into an anonymous file and runs it from there"
		author = "candor"
		severity = "medium"
		technique = "T1620"
		date = "2025-06-07"
	strings:
		$fd = "/proc/self/fd/%d" ascii
		$call = "memfd_create" ascii
		$run = /\b(fexecve|execve|execl)\x00/
		$c1 = "EVP_aes_256_cbc" ascii
		$c2 = "RC4" ascii fullword
		$c3 = "inflate" ascii fullword
		$c4 = /\[(kworker|kthreadd|ksoftirqd|migration|rcu_sched)[^\]\x00]{0,12}\]/
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 512KB and $fd and $call and $run and $c4 and
		any of ($c1, $c2, $c3, $c4)
}

rule elf_hypervisor_ransom : ransomware elf
{
	meta:
		description = "ELF program that stops virtual machines of ESXi and renames their disks"
		author = "candor"
		severity = "high"
		technique = "T1486"
		date = "2025-06-07"
	strings:
		$list = /esxcli\s[^\x00]{0,40}vm process lis[t]/
		$kill = /esxcli\s[^\x00]{0,40}vm process kil[l]/
		$vim = "vim-cmd vmsvc/getallvms" ascii
		$d1 = ".vmdk" ascii
		$d2 = ".vmsn" ascii
		$d3 = ".vswp" ascii
		$d4 = "/vmfs/volumes" ascii
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 16MB and ($kill or ($list and $vim)) and 2 of ($d*)
}

rule elf_disguised_thread : evasion elf
{
	meta:
		description = "Small static program that calls itself a kernel thread and talks to the network"
		author = "candor"
		severity = "medium"
		technique = "T1036.004"
		date = "2025-06-07"
	strings:
		$name = /\x00\[(kworker|kthreadd|ksoftirqd|kswapd|migration|watchdog|rcu_sched)[^\]\x00]{0,12}\]\x00/
		$n1 = "User-Agent:" ascii
		$n2 = "POST /" ascii
		$n3 = "/bin/sh" ascii
		$n4 = "PRIVMSG" ascii
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 4MB and $name and 2 of ($n*)
}

rule elf_ssh_backdoor : backdoor elf
{
	meta:
		description = "SSH or PAM program changed to store the passwords it sees"
		author = "candor"
		severity = "high"
		technique = "T1556.003"
		date = "2025-06-07"
	strings:
		$pam = "pam_sm_authenticate" ascii
		$ssh = "sshd: %s" ascii
		$log = /%s[:@ ]{1,3}%s[^\x00]{0,20}(\n|\x00)/
		$file = /\/(tmp|var\/tmp|usr\/(share|lib|include)|var\/log|dev)\/\.[a-z0-9._-]{2,24}\x00/
		$pass = /(user(name)?\s?[:=]\s?%s[^\x00]{0,12}pass(word)?\s?[:=]\s?%s|%s:%s@%s)/ nocase
	condition:
		uint32be(0) == 0x7F454C46 and filesize < 4MB and ($pam or $ssh) and $file and $pass and $log
}
