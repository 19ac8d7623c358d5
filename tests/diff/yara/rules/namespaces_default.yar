/* yara.md 2, namespaces: without a name it is `default`; -e prints it. */
//: -e
rule nd_a { condition: filesize == 99 }
