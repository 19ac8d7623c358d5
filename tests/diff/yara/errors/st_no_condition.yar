rule r {
 strings:
  $a = "a"
}
