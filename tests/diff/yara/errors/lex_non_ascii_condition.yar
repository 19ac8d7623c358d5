rule r {
 condition:
  true “ }
