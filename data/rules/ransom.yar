/* Ransomware: its notes and the commands it prepares with. */

rule ransom_note_text : ransomware note
{
	meta:
		description = "Short text that says files are encrypted and how to pay"
		author = "candor"
		severity = "high"
		technique = "T1486"
		date = "2025-06-08"
	strings:
		$a1 = /(all (of )?)?your (important |personal )?(files|data|documents|network)[^.\n]{0,40} (have been|were|are|has been|is) (now )?(encrypted|locked|stole)/ ascii wide nocase
		$b1 = /\b[a-z2-7]{16}(([a-z2-7]{40})?)\.onion\b/ ascii wide nocase
		$b2 = /\b(bitcoin|btc|monero|xmr)\b[^\n]{0,60}(wallet|address|payment|send|pay)/ ascii wide nocase
		$b3 = /(send|pay|transfer)[^\n]{0,40}\b(bitcoin|btc|monero|xmr)\b/ ascii wide nocase
		$b4 = /(protonmail|tutanota|onionmail|cock\.li|keemail|tuta)\.(com|org|me|io|li)/ ascii wide nocase
		$c1 = /decrypt(ion|or)?\b/ ascii wide nocase
		$c2 = /(private|unique|decryption) key/ ascii wide nocase
		$c3 = /do not (rename|modify|try to (decrypt|recover)|use third[- ]party|delete|shut ?down)/ ascii wide nocase
		$c4 = /(tor browser|torproject\.org)/ ascii wide nocase
		$c5 = /(personal|victim|client|unique)[- ](id|code|key|identifier)\b/ ascii wide nocase
	condition:
		filesize < 64KB and $a1 and any of ($b*) and 2 of ($c*)
}

rule ransom_note_leak_threat : ransomware note
{
	meta:
		description = "Short text that threatens to publish stolen data"
		author = "candor"
		severity = "high"
		technique = "T1657"
		date = "2025-06-08"
	strings:
		$stolen = /(we|were|been|have)[^.\n]{0,60}(downloaded|exfiltrated|stolen|copied)[^.\n]{0,60}(data|files|documents|information)/ ascii wide nocase
		$publish = /(will be|we will|gets?) (published?|leaked?|sold?|sell|disclosed?|auctioned)/ ascii wide nocase
		$deadline = /(within|in|after) [0-9]{1,3} ?(hours|days)|if you (do not|don't) (pay|contact|respond)/ ascii wide nocase
		$where = /\.onion\b|tor browser|tox(\s|_)?(id|chat)|session (id|messenger)/ ascii wide nocase
	condition:
		filesize < 64KB and all of them
}

rule ransom_removes_backups : ransomware script
{
	meta:
		description = "Script or program that deletes shadow copies and stops recovery"
		author = "candor"
		severity = "high"
		technique = "T1490"
		date = "2025-06-08"
	strings:
		$a1 = /vssadmin(\.exe)?["']?\s{1,4}delete\s{1,4}shadow[s]/ ascii wide nocase
		$a2 = /wmic(\.exe)?["']?\s{1,4}shadowcopy\s{1,4}delet[e]/ ascii wide nocase
		$a3 = /wbadmin(\.exe)?["']?\s{1,4}delete\s{1,4}(catalog|systemstatebackup)/ ascii wide nocase
		$a4 = /bcdedit(\.exe)?["']?\s[^\r\n\x00]{0,40}recoveryenabled\s{1,4}n[o]/ ascii wide nocase
		$a5 = /bcdedit(\.exe)?["']?\s[^\r\n\x00]{0,40}bootstatuspolicy\s{1,4}ignoreallfailure[s]/ ascii wide nocase
		$a6 = /Win32_Shadowcopy[^\r\n]{0,60}(Delete\(|Remove-WmiObject)/ ascii wide nocase
	condition:
		filesize < 16MB and 2 of them
}

rule ransom_note_page : ransomware note html
{
	meta:
		description = "HTML page or HTA that demands payment for encrypted files"
		author = "candor"
		severity = "high"
		technique = "T1491.001"
		date = "2025-06-08"
	strings:
		$page = /<(html|hta:application|body|title)/ nocase
		$title = /<title>[^<]{0,40}(encrypted|decrypt|ransom|locked|your files)[^<]{0,40}<\/title>/ nocase
		$say = /(files|data|documents)[^<]{0,60}(encrypted|locked)/ nocase
		$pay = /(bitcoin|btc|monero|\.onion)/ nocase
		$key = /(decryptor|decryption key|unlock key|private key)/ nocase
	condition:
		filesize < 256KB and all of them
}

rule ransom_shell_encrypts : ransomware shell
{
	meta:
		description = "Shell script that encrypts found files, removes them and leaves a note"
		author = "candor"
		severity = "high"
		technique = "T1486"
		date = "2025-06-08"
	strings:
		$find = /find\s{1,2}\/(home|root|var|srv|mnt|)?[^\n]{0,120}(-exec|\|\s?(xargs|while))/
		$crypt = /(openssl\s{1,2}enc\s{1,2}-aes-\d{3}-cbc|gpg\s[^\n]{0,40}(--encrypt|-c\b|--symmetric))[^\n]{0,80}(-out|-o|-in|\.(enc|locked|crypt|gpg))/
		$gone = /(shred\s{1,2}-|rm\s{1,2}-r?f?)/
		$note = /(>|>>|tee)\s?["']?[^\n]{0,60}(README|READ_ME|DECRYPT|RECOVER|RESTORE|HOW_TO)[A-Z_]{0,20}(\.txt)?/
		$coin = /(bitcoin|btc|monero|\.onion|wallet)/ nocase
	condition:
		filesize < 256KB and all of them
}

rule ransom_extension_list : ransomware
{
	meta:
		description = "Program that lists document kinds, disk images and its own note"
		author = "candor"
		severity = "medium"
		technique = "T1486"
		date = "2025-06-08"
	strings:
		$note = /(HOW[_ -]TO[_ -](DECRYPT|RECOVER|RESTORE|BACK)|READ[_ -]?ME[_ -]?(TO[_ -])?(DECRYPT|RESTORE|FOR[_ -]DECRYPT)|RESTORE[_ -](MY[_ -])?FILES|DECRYPT[_ -](INSTRUCTIONS?|MY[_ -]FILES))/ ascii wide nocase
		$x1 = ".docx" ascii wide nocase
		$x2 = ".xlsx" ascii wide nocase
		$x3 = ".sqlite" ascii wide nocase
		$x4 = ".vmdk" ascii wide nocase
		$x5 = ".pst" ascii wide nocase
		$x6 = ".mdf" ascii wide nocase
		$x7 = ".vhdx" ascii wide nocase
		$skip = /(\$Recycle\.Bin|System Volume Information|bootmgr|ntldr)/ ascii wide nocase
	condition:
		(uint16(0) == 0x5A4D or uint32be(0) == 0x7F454C46) and filesize < 8MB and
		$note and 5 of ($x*) and $skip
}
