rule r {
 meta:
  x = "\q"
 condition: true }
