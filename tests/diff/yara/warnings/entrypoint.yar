rule a { condition: entrypoint == 0 or filesize > 5 }
