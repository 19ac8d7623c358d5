rule r {
 condition: /*/ true }
