rule r {
 condition:
  true
