/* yara.md 2 and 7: tags and metas as the command line prints them. */
//: -g -m
rule pr_nothing { condition: filesize == 99 }
rule pr_tags : a b c { condition: filesize == 99 }
rule pr_metas : t { meta: s = "text" i = 7 n = -7 h = 0x10 t = true f = false e = "" q = "a\"b\\c\td" condition: filesize == 99 }
