/* Tools of intruders that are found on servers. */

rule hacktool_beacon_configuration : hacktool
{
	meta:
		description = "Configuration block of a widely used beacon, under either of its usual keys or none"
		author = "candor"
		severity = "high"
		technique = "T1071.001"
		date = "2025-06-10"
	strings:
		$none = { 00 01 00 01 00 02 ?? ?? 00 02 00 01 00 02 ?? ?? 00 03 00 02 00 04 ?? ?? ?? ?? 00 04 00 02 00 04 }
		$key3 = { 69 68 69 68 69 6B ?? ?? 69 6B 69 68 69 6B ?? ?? 69 6A 69 6B 69 6D ?? ?? ?? ?? 69 6D 69 6B 69 6D }
		$key4 = { 2E 2F 2E 2F 2E 2C ?? ?? 2E 2C 2E 2F 2E 2C ?? ?? 2E 2D 2E 2C 2E 2A ?? ?? ?? ?? 2E 2A 2E 2C 2E 2A }
	condition:
		filesize < 32MB and any of them
}

rule hacktool_credential_dumper : hacktool pe
{
	meta:
		description = "Windows program with the commands of the best known credential dumper"
		author = "candor"
		severity = "high"
		technique = "T1003.001"
		date = "2025-06-10"
	strings:
		$a1 = "sekurlsa::" ascii wide nocase
		$a2 = "lsadump::" ascii wide nocase
		$a3 = "kerberos::" ascii wide nocase
		$a4 = "privilege::debug" ascii wide nocase
		$a5 = "gentilkiwi" ascii wide nocase
		$b1 = "wdigest" ascii wide nocase
		$b2 = "livessp" ascii wide nocase
		$b3 = "logonpasswords" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and filesize < 16MB and 2 of ($a*) and any of ($b*)
}

rule hacktool_tunnel_configuration : hacktool
{
	meta:
		description = "Configuration of a tunnel client that publishes remote access on a bare address"
		author = "candor"
		severity = "low"
		technique = "T1572"
		date = "2025-06-10"
	strings:
		$server = /server_?[aA]ddr\s?=\s?"?\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/
		$token = /(^|\n)(auth\.)?token\s?=\s?\S/
		$part = /\n\[{1,2}[a-z0-9_-]{1,24}\]{1,2}/
		$socks = /(plugin\s?=\s?"?socks5|local_?[pP]ort\s?=\s?(22|3389|5900|445)\b)/
	condition:
		filesize < 16KB and all of them
}

rule hacktool_log_cleaner : hacktool source
{
	meta:
		description = "Source of a program that removes one user's entries from the login records"
		author = "candor"
		severity = "medium"
		technique = "T1070.002"
		date = "2025-06-10"
	strings:
		$u = /(UTMP_FILE|\/var\/run\/utmp|_PATH_UTMP)/
		$w = /(WTMP_FILE|\/var\/log\/wtmp|_PATH_WTMP)/
		$l = /(LASTLOG_FILE|\/var\/log\/lastlog|_PATH_LASTLOG)/
		$zero = /(bzero|memset)\s?\([^;]{0,60}(utmp|utent|lastlog|ut_ent)/
		$cmp = /strn?cmp\s?\([^;]{0,40}ut_(name|user)/
	condition:
		filesize < 128KB and all of them
}
