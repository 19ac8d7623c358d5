rule r {
 strings:
  $a = "a"
  $b = "b"
  $a = "c"
 condition: $a and $b }
