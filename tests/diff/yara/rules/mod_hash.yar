/* yara.md 10: the hash module. */
import "hash"
rule mh_md5_string { condition: hash.md5("abc") == "900150983cd24fb0d6963f7d28e17f72" and filesize == 99 }
rule mh_md5_file { condition: hash.md5(0, filesize) == "9e107d9d372bb6826bd81d3542a419d6" }
rule mh_sha1_file { condition: hash.sha1(0, filesize) == "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12" }
rule mh_sha256_file { condition: hash.sha256(0, filesize) == "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592" }
rule mh_sha1_string { condition: hash.sha1("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d" and filesize == 99 }
rule mh_md5_empty { condition: hash.md5("") == "d41d8cd98f00b204e9800998ecf8427e" and filesize == 99 }
rule mh_checksum { condition: hash.checksum32(0, filesize) == 294 }
rule mh_checksum_string { condition: hash.checksum32("abc") == 294 and filesize == 99 }
rule mh_crc { condition: hash.crc32(0, filesize) == 0x352441c2 }
rule mh_crc_string { condition: hash.crc32("abc") == 0x352441c2 and filesize == 99 }
rule mh_beyond { condition: not defined hash.md5(filesize + 1, 10) and filesize == 99 }
rule mh_clipped { condition: hash.md5(0, 100000) == "9e107d9d372bb6826bd81d3542a419d6" }
rule mh_part { condition: hash.md5(4, 5) == hash.md5("quick") }
rule mh_case { condition: hash.md5("abc") == "900150983CD24FB0D6963F7D28E17F72" or filesize == 99 }
rule mh_iequals { condition: hash.md5("abc") iequals "900150983CD24FB0D6963F7D28E17F72" and filesize == 99 }
rule mh_contains { condition: hash.md5(0, filesize) contains "9d372bb6" }
