/* yara.md 7: -t prints only rules of a tag. */
//: -t yes
rule tf_yes : yes { strings: $a = "abc" condition: $a }
rule tf_no : no { condition: true }
rule tf_none { condition: true }
rule tf_both : no yes { condition: filesize == 99 }
