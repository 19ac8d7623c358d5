/* Scripts for Unix shells: droppers, persistence, and hiding. */

rule shell_pipe_from_address : dropper shell
{
	meta:
		description = "Shell runs what it fetches from a bare address, quietly"
		author = "candor"
		severity = "high"
		technique = "T1059.004"
		date = "2025-06-03"
	strings:
		$pipe = /(curl\s{1,4}(-[a-zA-Z]{1,8}\s{1,4}){0,4}|wget\s{1,4}(-[a-zA-Z]{1,3}\s{1,4}){0,4}-(q?O-?|qO)\s{0,2}-?\s{1,2})["']?(https?:\/\/)?\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(:\d{1,5})?\/[^\s|;]{1,80}\s{0,4}\|\s{0,4}(ba|z|da)?sh\b/
	condition:
		filesize < 1MB and $pipe
}

rule shell_fetch_chmod_run : dropper shell
{
	meta:
		description = "Shell fetches a program into a temporary folder, marks it executable and starts it"
		author = "candor"
		severity = "high"
		technique = "T1105"
		date = "2025-06-03"
	strings:
		$chain = /(wget|curl|tftp|ftpget)\s[^\n]{0,120}(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})[^\n]{0,120}[;&\n]\s{0,4}chmod\s{1,4}(\+x|[0-7]?777|[0-7]?755)\s[^\n]{1,60}[;&\n]\s{0,4}(nohup\s)?(sh\s|\.\/|\/tmp\/|\/var\/tmp\/|\/dev\/shm\/)/
		$away = /cd\s{1,4}\/(tmp|var\/tmp|dev\/shm|var\/run|mnt)\b|\/(tmp|var\/tmp|dev\/shm)\//
	condition:
		filesize < 256KB and all of them
}

rule shell_many_architectures : dropper shell botnet
{
	meta:
		description = "Shell that fetches and starts the same program for many processors in turn"
		author = "candor"
		severity = "high"
		technique = "T1105"
		date = "2025-06-03"
	strings:
		$get = /(wget|curl|tftp|busybox)\s[^\n]{0,40}(https?:\/\/)?\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/
		$mod = /chmod\s{1,4}(\+x|[0-7]?777)\s/
		$m1 = /[.\/_-]mips\b/
		$m2 = /[.\/_-]mp?sel\b/
		$m3 = /[.\/_-]arm[4567]l?\b/
		$m4 = /[.\/_-](ppc|powerpc)\b/
		$m5 = /[.\/_-]sh4\b/
		$m6 = /[.\/_-](m68k|spc|sparc)\b/
		$m7 = /[.\/_-](x86|i586|i686|x32)\b/
	condition:
		filesize < 64KB and #get > 2 and $mod and 4 of ($m*)
}

rule shell_decodes_and_runs : dropper shell
{
	meta:
		description = "Shell decodes a long base64 text and runs it"
		author = "candor"
		severity = "high"
		technique = "T1027"
		date = "2025-06-03"
	strings:
		$pipe = /[A-Za-z0-9+\/=]{60}["']?\s{0,4}\|\s{0,4}base64\s{1,4}(-d|-D|--decode)\s{0,4}\|\s{0,4}(sudo\s{1,4})?(ba|z|da)?sh\b/
		$sub = /(eval|(ba|z|da)?sh\s{1,2}-c)\s{1,4}["']?(\$\(|`)\s?(echo|printf)\s{1,4}['"]?[A-Za-z0-9+\/=]{60,4000}['"]?\s{0,4}\|\s{0,4}base64\s{1,4}(-d|-D|--decode)/
		$python = /python[23]?\s{1,4}-c\s{1,4}["'][^\n]{0,40}exec\s?\([^\n]{0,60}b64decode\s?\(\s?["'][A-Za-z0-9+\/=]{40}/
	condition:
		filesize < 2MB and any of them
}

rule shell_cron_persistence : persistence shell
{
	meta:
		description = "Shell adds a cron entry that fetches and runs something every few minutes"
		author = "candor"
		severity = "high"
		technique = "T1053.003"
		date = "2025-06-03"
	strings:
		$line = /\*(\/\d{1,2})?\s\*\s\*\s\*\s\*\s{1,4}(root\s{1,4})?[^\n]{0,40}(curl|wget|lwp-download|python[23]? -c)\s[^\n]{3,200}\|\s{0,4}(ba|z|da)?sh\b/
		$tab = /crontab\s{1,4}-|\/etc\/cron\.|\/var\/spool\/cron/
	condition:
		filesize < 256KB and all of them
}

rule shell_preload_persistence : persistence rootkit shell
{
	meta:
		description = "Shell puts a library into the dynamic linker's preload list and hides the change"
		author = "candor"
		severity = "high"
		technique = "T1574.006"
		date = "2025-06-03"
	strings:
		$preload = /(echo|printf|cp|tee|>>?)\s[^\n]{0,120}\/etc\/ld\.so\.preloa[d]/
		$attr = /chattr\s{1,4}[+-][ia]{1,2}\s/
		$fetch = /(curl|wget)\s[^\n]{0,80}https?:\/\//
		$gcc = /gcc\s[^\n]{0,60}-shared/
	condition:
		filesize < 256KB and $preload and any of ($attr, $fetch, $gcc)
}

rule shell_adds_login_key : persistence shell
{
	meta:
		description = "Script writes its own key into authorized_keys and makes the file unchangeable"
		author = "candor"
		severity = "high"
		technique = "T1098.004"
		date = "2025-06-03"
	strings:
		$key = /(echo|printf)\s{1,4}["']?ssh-(rsa|ed25519)\s{1,2}AAAA[A-Za-z0-9+\/]{40,800}[^\n]{0,80}>>?\s{0,4}[^\n]{0,40}authorized_key[s]/
		$hide = /chattr\s{1,4}\+|history\s{1,2}-c|unset\s{1,2}HISTFILE|iptables\s{1,2}-F|setenforce\s{1,2}0/
	condition:
		filesize < 256KB and all of them
}

rule shell_wipes_traces : evasion shell
{
	meta:
		description = "Script that clears history and several logs after its work"
		author = "candor"
		severity = "medium"
		technique = "T1070.003"
		date = "2025-06-03"
	strings:
		$h1 = /unset\s{1,2}HISTFIL[E]|HISTFILE=\/dev\/nul[l]|history\s{1,2}-c/
		$l1 = /(>|rm\s{1,2}-r?f|cat\s{1,2}\/dev\/null\s?>|echo\s{0,4}["']{0,2}\s?>)\s{0,2}\/var\/log\/wtm[p]/
		$l2 = /(>|rm\s{1,2}-r?f|cat\s{1,2}\/dev\/null\s?>|echo\s{0,4}["']{0,2}\s?>)\s{0,2}\/var\/log\/(secure|auth\.log)/
		$l3 = /(>|rm\s{1,2}-r?f|cat\s{1,2}\/dev\/null\s?>|echo\s{0,4}["']{0,2}\s?>)\s{0,2}\/var\/log\/(lastlog|btmp)/
		$l4 = /(>|rm\s{1,2}-r?f|cat\s{1,2}\/dev\/null\s?>|echo\s{0,4}["']{0,2}\s?>)\s{0,2}(~|\/root)\/\.bash_histor[y]/
	condition:
		filesize < 256KB and $h1 and 2 of ($l*)
}

rule shell_stops_protection : evasion shell
{
	meta:
		description = "Script that removes the agents of cloud providers and stops the firewall"
		author = "candor"
		severity = "high"
		technique = "T1562.001"
		date = "2025-06-03"
	strings:
		$a1 = /(systemctl|service)\s{1,2}(stop|disable)\s{1,2}(aliyun|cloudmonitor|bcm-si|qcloud)/
		$a2 = /\/usr\/local\/(aegis|qcloud|cloudmonitor)\//
		$a3 = /(pkill|killall|pgrep)\s[^\n]{0,20}(aliyun|YunJing|AliSecGuard|barad_agent|falcon-sensor)/
		$b1 = /setenforce\s{1,2}0/
		$b2 = /(systemctl|service)\s{1,2}(stop|disable)\s{1,2}(apparmor|firewalld|iptables)/
		$b3 = /iptables\s{1,2}-F/
		$b4 = /ufw\s{1,2}disable/
	condition:
		filesize < 256KB and any of ($a*) and any of ($b*)
}

rule shell_self_extracting_binary : dropper shell
{
	meta:
		description = "Small shell header that cuts an ELF program out of its own tail and runs it hidden"
		author = "candor"
		severity = "medium"
		technique = "T1027.009"
		date = "2025-06-03"
	strings:
		$cut = /(tail|dd|sed)\s[^\n]{0,40}("?\$0"?|\$\{0\})[^\n]{0,60}>\s?\/(tmp|dev\/shm|var\/tmp)\/\./
		$run = /chmod\s{1,2}(\+x|7[0-7]{2})\s{1,2}\/(tmp|dev\/shm|var\/tmp)\/\./
		$elf = { 7F 45 4C 46 (01 | 02) 01 01 }
	condition:
		uint16be(0) == 0x2321 and filesize < 16MB and $cut in (0..8192) and $run in (0..8192) and $elf
}
