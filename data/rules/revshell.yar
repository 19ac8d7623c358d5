/* Reverse shells: an interpreter whose input and output are a connection to somebody. */

rule revshell_bash_tcp : revshell shell
{
	meta:
		description = "Bash with its streams on /dev/tcp"
		author = "candor"
		severity = "high"
		technique = "T1059.004"
		date = "2025-06-05"
	strings:
		$one = /(ba)?sh\s{1,2}-i\s{0,2}[0-9]?[>&]{1,2}\s{0,2}\/dev\/(tcp|udp)\/[a-zA-Z0-9.$_{-]{1,60}\/[0-9$]{1,6}[^\n]{0,12}0[<>]&1/
		$two = /exec\s{1,2}[0-9]{1,3}<>\s?\/dev\/(tcp|udp)\/[a-zA-Z0-9.$_{-]{1,60}\/[0-9$]{1,6}[^\n]{0,8}[;\n][^\n]{0,40}(while\s{1,2}read|sh\s?<&|cat\s?<&)/
	condition:
		filesize < 1MB and any of them
}

rule revshell_netcat : revshell shell
{
	meta:
		description = "Netcat that hands a shell to a remote address, also through a named pipe"
		author = "candor"
		severity = "high"
		technique = "T1059.004"
		date = "2025-06-05"
	strings:
		$e = /\b(nc|ncat|netcat)(\.exe|\.traditional)?\s{1,2}(-[a-z]{1,3}\s{1,2}){0,3}(-[a-z]{0,3}[ec]\s{1,2}(\/bin\/(ba|da|z)?sh|cmd(\.exe)?|powershell(\.exe)?)\s{1,2}(\d{1,3}\.){3}\d{1,3}\s{1,2}\d{1,5}|(\d{1,3}\.){3}\d{1,3}\s{1,2}\d{1,5}\s{1,2}-[a-z]{0,3}[ec]\s{1,2}(\/bin\/(ba|da|z)?sh|cmd(\.exe)?|powershell(\.exe)?))/
		$fifo = /mkfifo\s{1,2}(\/tmp\/[a-z0-9._-]{1,20})\s?[;&][^\n]{0,80}\|\s?(\/bin\/)?(ba)?sh\s{1,2}-i\s?2>&1\s?\|\s?(nc|ncat|netcat|telnet|openssl)\s/
	condition:
		filesize < 1MB and any of them
}

rule revshell_python : revshell python
{
	meta:
		description = "Python that puts a shell on a socket by duplicating descriptors"
		author = "candor"
		severity = "high"
		technique = "T1059.006"
		date = "2025-06-05"
	strings:
		$connect = /\.connect\s?\(\s?\(\s?(["'][a-z0-9.-]{4,60}["']|[a-z_]{1,20})\s?,\s?(int\s?\()?[a-z0-9_"]{1,12}\)?\s?\)\s?\)/ nocase
		$dup = /os\.dup2\s?\(\s?[a-z_]{1,10}\.fileno\s?\(\s?\)\s?,\s?[012]\s?\)/ nocase
		$dups = /\[\s?os\.dup2\s?\(\s?s\.fileno\(\)\s?,\s?f[d]?\s?\)\s?for\s/
		$run = /(pty\.spawn|subprocess\.(call|Popen|run)|os\.(system|execl|execv))\s?\(\s?\[?\s?["']([\/a-z]{0,12})?(ba|z|da)?sh\b/
	condition:
		filesize < 1MB and $connect and (#dup > 2 or $dups) and $run
}

rule revshell_perl : revshell perl
{
	meta:
		description = "Perl that reopens its streams on a socket and becomes a shell"
		author = "candor"
		severity = "high"
		technique = "T1059"
		date = "2025-06-05"
	strings:
		$in = /open\s?\(\s?STDIN\s?,\s?["']>&\s?[A-Z_$a-z]{1,12}["']/
		$out = /open\s?\(\s?STDOUT\s?,\s?["']>&\s?[A-Z_$a-z]{1,12}["']/
		$fd = /\$c\s?->\s?fdopen\s?\(|STDIN->fdopen\s?\(\s?\$[a-z]{1,8}\s?,\s?["']?r/
		$sock = /(sockaddr_in\s?\(|IO::Socket::INET)/
		$run = /(exec\s?\(?\s?\{?\s?["']\/bin\/(ba)?sh|system\s?\$_|while\s?<>)/
	condition:
		filesize < 1MB and $sock and $run and (($in and $out) or $fd)
}

rule revshell_php : revshell php
{
	meta:
		description = "PHP that opens a connection and runs a shell on its descriptor"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-05"
	strings:
		$short = /fsockopen\s?\([^;]{3,80}\)\s?;\s?[^;]{0,20}(exec|shell_exec|system|passthru|popen|proc_open)\s?\(\s?["'](\/bin\/)?(ba)?sh\s{1,2}-i\s?<&\s?[0-9]{1,2}/
		$long1 = /=\s?@?fsockopen\s?\(\s?\$[a-z_]{1,12}\s?,\s?\$[a-z_]{1,12}/
		$long2 = /proc_open\s?\(\s?\$[a-z_]{1,12}\s?,\s?\$descriptorspe[c]/
		$long3 = /(\/bin\/)?(ba)?sh -i/
	condition:
		filesize < 256KB and ($short or all of ($long*))
}

rule revshell_ruby_lua_awk : revshell
{
	meta:
		description = "Ruby, Lua or awk one-liners that give a shell to a remote address"
		author = "candor"
		severity = "high"
		technique = "T1059"
		date = "2025-06-05"
	strings:
		$ruby1 = /TCPSocket\.(open|new)\s?\(\s?["'][^"']{4,60}["']\s?,\s?["']?\d{1,5}["']?\s?\)[^\n]{0,40}(\.to_i|while|exec)[^\n]{0,120}(exec|IO\.popen)\s?[( ]/
		$lua = /socket\.tcp\s?\(\)[^\n]{0,120}:connect\s?\([^\n]{4,80}os\.execute\s?\(\s?["'](\/bin\/)?(ba)?sh\s{1,2}-i\s?<&/
		$awk = /BEGIN\s?\{[^\n]{0,20}["']\/inet\/tcp\/0\/[^"'\n]{4,60}["'][^\n]{0,160}\|&\s?getline/
	condition:
		filesize < 256KB and any of them
}

rule revshell_socat : revshell shell
{
	meta:
		description = "socat that puts a login shell on a remote connection"
		author = "candor"
		severity = "high"
		technique = "T1059.004"
		date = "2025-06-05"
	strings:
		$a = /socat\s[^\n]{0,40}exec:["']?[^\n"']{0,12}(ba)?sh\s?(-li|-i)?["']?,[a-z,=0-9]{0,40}pty[^\n]{0,60}\s["']?(tcp|openssl|udp|ssl)[46]?(-connect)?:/ nocase
		$b = /socat\s[^\n]{0,20}["']?(tcp|openssl|udp|ssl)[46]?(-connect)?:[0-9a-z.$-]{4,60}:[0-9]{1,5}[^\n]{0,40}\sexec:["']?(\/bin\/)?(ba)?sh\s?(-li|-i)?["']?,[a-z,=0-9]{0,20}(pty|stderr)/ nocase
	condition:
		filesize < 1MB and any of them
}

rule revshell_powershell : revshell powershell
{
	meta:
		description = "PowerShell that evaluates what a TCP stream sends and returns the result"
		author = "candor"
		severity = "high"
		technique = "T1059.001"
		date = "2025-06-05"
	strings:
		$client = /New-Object\s{1,4}(System\.)?Net\.Sockets\.TCPClient\s?\(/ ascii wide nocase
		$stream = /\.GetStream\s?\(\s?\)/ ascii wide nocase
		$run = /(\b(iex|Invoke-Expression)\s[^\r\n]{0,30}|\[ScriptBlock\]::Create)[^\r\n]{0,60}(2>&1|Out-String|\$data)/ ascii wide nocase
		$prompt = /['"]PS\s?['"]\s?\+\s?\(?(pwd|Get-Location)/ ascii wide nocase
	condition:
		filesize < 256KB and $client and $stream and ($run or $prompt)
}

rule revshell_node : revshell javascript
{
	meta:
		description = "Node.js that joins a shell with a socket"
		author = "candor"
		severity = "high"
		technique = "T1059.007"
		date = "2025-06-05"
	strings:
		$shell = /spawn\s?\(\s?["'](\/bin\/)?((ba)?sh|cmd(\.exe)?)["']\s?,\s?\[/
		$sock = /(new\s+net\.Socket\s?\(|net\.(connect|createConnection)\s?\()/
		$pipe = /\.pipe\s?\(\s?[a-z]{1,8}\.stdin\s?\)/
		$back = /\.std(out|err)\.pipe\s?\(\s?[a-z]{1,8}\s?\)/
	condition:
		filesize < 256KB and all of them
}

rule revshell_java_groovy : revshell java
{
	meta:
		description = "Java or Groovy that copies between a socket and a shell process"
		author = "candor"
		severity = "high"
		technique = "T1059"
		date = "2025-06-05"
	strings:
		$proc = /new\s+ProcessBuilder\s?\(\s?(cmd|"(\/bin\/(ba)?sh|cmd\.exe)")\s?\)\s?\.redirectErrorStream\s?\(\s?true\s?\)\.start/
		$sock = /new\s+(java\.net\.)?Socket\s?\(\s?(host|"[^"]{4,60}")\s?,\s?(port|\d{1,5})\s?\)/
		$copy = /\.getInputStream\s?\(\s?\)/
	condition:
		filesize < 64KB and all of them
}

rule revshell_c_source : revshell c
{
	meta:
		description = "C source that duplicates a socket onto its streams and becomes a shell"
		author = "candor"
		severity = "medium"
		technique = "T1059"
		date = "2025-06-05"
	strings:
		$dup = /dup2\s?\(\s?[a-z_]{1,12}\s?,\s?[012]\s?\)\s?;/
		$exec = /execve?l?\s?\(\s?"\/bin\/(ba)?sh"\s?,/
		$addr = /inet_addr\s?\(\s?["A-Z]/
		$conn = /connect\s?\(\s?[a-z_]{1,12}\s?,\s?\(\s?struct\s+sockaddr/
	condition:
		filesize < 64KB and #dup > 1 and $exec and $addr and $conn
}
