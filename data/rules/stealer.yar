/* Scripts that collect credentials. */

rule script_browser_passwords : stealer script
{
	meta:
		description = "Script that opens browser password databases and decrypts them"
		author = "candor"
		severity = "high"
		technique = "T1555.003"
		date = "2025-06-09"
	strings:
		$db = /Login Dat[a]/
		$state = /(Local Stat[e]|encrypted_ke[y])/
		$sql = /SELECT\s[^\n]{0,80}password_valu[e]/ nocase
		$dpapi = /(CryptUnprotectDat[a]|AES\.MODE_GC[M]|aes-256-gc[m])/
	condition:
		filesize < 4MB and uint16(0) != 0x5A4D and 3 of them and $sql
}

rule script_discord_tokens : stealer script
{
	meta:
		description = "Script that looks for chat tokens in the local storage of clients and sends them away"
		author = "candor"
		severity = "high"
		technique = "T1528"
		date = "2025-06-09"
	strings:
		$level = /(Local Storage[\\\/]{1,4}leveld[b]|leveld[b]['"])/
		$token = /\[\\w-\]\{2[46]\}\\\.\[\\w-\]\{6\}\\\.\[\\w-\]\{2[0-9]/
		$mfa = /mfa\\?\.\[\\w-\]\{84/
		$hook = /(discord(app)?\.com\/api\/(v\d{1,2}\/)?webhooks|api\.telegram\.org\/bot)/
	condition:
		filesize < 4MB and $level and ($token or $mfa) and $hook
}

rule script_collects_keys : stealer shell
{
	meta:
		description = "Shell script that gathers private keys and cloud credentials and sends them away"
		author = "candor"
		severity = "high"
		technique = "T1552.004"
		date = "2025-06-09"
	strings:
		$k1 = /\.ssh\/(id_(rsa|ed25519|ecdsa|dsa)|\*)/
		$k2 = /\.aws\/credential[s]/
		$k3 = /\.kube\/confi[g]/
		$k4 = /\.docker\/config\.jso[n]/
		$k5 = /169\.254\.169\.254\/latest\/meta-data\/iam/
		$k6 = /\.gnup[g]\b|\.netr[c]\b|\.git-credential[s]/
		$send = /(curl\s[^\n]{0,120}(-F|-d|--data(-binary)?|-T|--upload-file)\s?["']?[^\n]{0,60}(@|\$)|wget\s[^\n]{0,60}--post-(file|data)|nc\s[^\n]{0,40}\s\d{2,5}\s?<)/
	condition:
		filesize < 256KB and 3 of ($k*) and $send
}

rule script_clipboard_wallet : stealer script
{
	meta:
		description = "Script that watches the clipboard and replaces wallet addresses"
		author = "candor"
		severity = "high"
		technique = "T1115"
		date = "2025-06-09"
	strings:
		$clip = /(pyperclip\.paste|Get-Clipboard|GetClipboardData|clipboard\.readText|clipboard_get)/
		$set = /(pyperclip\.copy|Set-Clipboard|SetClipboardData|clipboard\.writeText|clipboard_append)/
		$btc = /\[13\]\[a-km-zA-HJ-NP-Z1-9\]\{2[0-9],3[0-9]\}|\(bc1\|\[13\]\)|bc1\[a-z/
		$eth = /0x\[a-fA-F0-9\]\{40\}/
	condition:
		filesize < 4MB and $clip and $set and any of ($btc, $eth)
}

rule phishing_form_to_bot : stealer phishing html
{
	meta:
		description = "Web page that asks for a password and sends it to a chat bot"
		author = "candor"
		severity = "high"
		technique = "T1566"
		date = "2025-06-09"
	strings:
		$pass = /<input[^>]{0,120}type\s?=\s?["']?password/ nocase
		$bot = /(api\.telegram\.org\/bot[0-9]{8,11}:[A-Za-z0-9_-]{30,40}|discord(app)?\.com\/api\/webhooks\/[0-9]{15,20}\/|formspree\.io\/f\/)/
		$send = /(fetch\s?\(|XMLHttpRequest|\$\.(ajax|post|get)\s?\(|axios\.|action\s?=)/
	condition:
		filesize < 2MB and all of them
}
