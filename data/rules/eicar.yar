/* The test file that every scanner agrees to find. It is spelt in hexadecimal so that this
 * source is not itself found. https://www.eicar.org */

rule eicar_test_file : test eicar
{
	meta:
		description = "EICAR anti-virus test file: 68 bytes, then only white space"
		author = "candor"
		severity = "test"
		reference = "https://www.eicar.org/download-anti-malware-testfile/"
		date = "2025-06-02"
	strings:
		$eicar = { 58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37
			43 43 29 37 7D 24 45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E
			54 49 56 49 52 55 53 2D 54 45 53 54 2D 46 49 4C 45 21 24 48 2B 48 2A }
	condition:
		filesize <= 128 and $eicar at 0
}

rule eicar_carried : test eicar
{
	meta:
		description = "EICAR test string inside another small file (mail, script, container)"
		author = "candor"
		severity = "test"
		reference = "https://www.eicar.org/download-anti-malware-testfile/"
		date = "2025-06-02"
	strings:
		$eicar = { 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37
			7D 24 45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49
			52 55 53 2D 54 45 53 54 2D 46 49 4C 45 21 24 48 2B 48 2A }
		$mail = { 55 44 56 50 49 56 41 6C 51 45 46 51 57 7A 52 63 55 46 70 59 4E 54 51 6F
			55 46 34 70 4E 30 4E 44 4B 54 64 39 4A 45 56 4A 51 30 46 53 }
	condition:
		filesize > 68 and filesize < 1MB and not eicar_test_file and any of them
}
